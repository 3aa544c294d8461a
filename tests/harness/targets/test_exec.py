"""`exec:` starts a command, waits until it answers, and stops it with everything it started."""

from __future__ import annotations

import os
import shlex
import sys
import time
from typing import TYPE_CHECKING

import pytest

from mfa_harness.targets.command import CommandTarget, url_in
from mfa_harness.targets.profile import NamedEnvironment, Profile, SignIn
from mfa_harness.targets.target import TargetError

if TYPE_CHECKING:
    from pathlib import Path

ID = "11111111-2222-4333-8444-555555555555"
PROFILE = Profile(environments=(NamedEnvironment(id=ID),), sign_in=SignIn(code="123456"), timeout=2)

SERVER = """
import http.server, json, os, subprocess, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"security":{"mfa":{}}}'
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

port = int(sys.argv[1]) if len(sys.argv) > 1 else int(os.environ["PORT"])
server = http.server.HTTPServer(("localhost", port), Handler)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("child", child.pid, flush=True)
if len(sys.argv) == 1:
    print(json.dumps({"url": f"http://localhost:{server.server_port}"}), flush=True)
server.serve_forever()
"""


def target(command: str, start_seconds: float = 30) -> CommandTarget:
    return CommandTarget(command, profile=PROFILE, note=lambda _text: None, start_seconds=start_seconds)


def python(folder: Path, text: str, *arguments: str) -> str:
    path = folder / "server.py"
    path.write_text(text, encoding="utf-8")
    return shlex.join([sys.executable, str(path), *arguments])


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A child of a stopped parent may wait for whoever reaps it here: a zombie is not alive.
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:  # noqa: PTH123
        return stat.read().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize("arguments", [("{port}",), ()], ids=["told its port", "says where it listens"])
def test_a_command_is_started_reached_and_stopped_with_its_children(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    started = target(python(tmp_path, SERVER, *arguments))
    started.open()
    environment = started.arrange({}, scenario="a.b.c", locks_out=False)
    assert environment.request("GET", "settings").status == 200
    child = int(next(line for line in started.output.splitlines() if line.startswith("child ")).split()[1])
    assert alive(child)
    started.close()
    deadline = time.monotonic() + 5
    while alive(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not alive(child)


def test_a_command_that_ends_shows_its_last_lines(tmp_path: Path) -> None:
    command = python(tmp_path, "import sys; print('no database', file=sys.stderr); sys.exit(3)", "{port}")
    with pytest.raises(TargetError) as refusal:
        target(command).open()
    assert "ended with exit code 3 before it answered" in str(refusal.value)
    assert "| no database" in str(refusal.value)


def test_a_command_that_never_answers_is_stopped(tmp_path: Path) -> None:
    sleep = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    started = target(python(tmp_path, sleep, "{port}"), start_seconds=1)
    with pytest.raises(TargetError, match=r"did not answer at port \d+ in 1 s"):
        started.open()
    assert not alive(int(started.output))


def test_a_command_that_does_not_say_where_it_listens(tmp_path: Path) -> None:
    started = target(python(tmp_path, "import time; time.sleep(60)"), start_seconds=0.2)
    with pytest.raises(TargetError, match=r"Give it \{port\}, or let it print"):
        started.open()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("no-such-program-anywhere {port}", "cannot be started: No such file"),
        ("''", "it names no program"),
        ("echo 'x", "cannot be split into words"),
    ],
)
def test_a_command_that_is_none(command: str, words: str) -> None:
    with pytest.raises(TargetError, match=words):
        target(command).open()


def test_a_program_that_cannot_be_run_says_how_it_can_be(tmp_path: Path) -> None:
    script = tmp_path / "my server"
    script.write_text("print(1)", encoding="utf-8")
    with pytest.raises(TargetError, match=f"chmod \\+x '{script}'"):
        target(f"'{script}'").open()
    script.chmod(0o700)
    with pytest.raises(TargetError, match="first line say what runs it"):
        target(f"'{script}'").open()
    with pytest.raises(TargetError, match="this is a folder"):
        target(str(tmp_path)).open()


def test_a_server_that_is_something_else_is_stopped_and_its_output_shown(tmp_path: Path) -> None:
    text = SERVER.replace('{"security":{"mfa":{}}}', "{}")
    with pytest.raises(TargetError) as refusal:
        target(python(tmp_path, text, "{port}")).open()
    assert "holds no security.mfa" in str(refusal.value)
    assert "| child " in str(refusal.value)


def test_the_line_that_says_where_it_listens() -> None:
    assert url_in('{"url": "http://localhost:1", "control": true}') == "http://localhost:1"
    assert not any(map(url_in, ("listening on http://localhost:1", '{"url": 3}', "{", "[]", '{"url": "x"}')))
