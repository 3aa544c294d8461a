"""Every command of ours in the README and in docs/ is understood; those that need nothing of a reader's are run.

What is not run here is named with the reason, so that a command that nobody has tried cannot slip in.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
import typer

from mfa_harness import cli

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
_BLOCK: Final = re.compile(r"^```(?:console|sh)\n(.*?)^```$|((?:^    .*\n)+)", re.MULTILINE | re.DOTALL)
_OURS: Final = re.compile(r"^(?:\$ |    )?(?:\.\w+/bin/)?(mfa-harness [a-z].*)$")

ELSEWHERE: Final = {
    "scenario.md": "test_scenario_doc.py runs them with what they print; the last are for a reader's own server",
    "backend.md": "test_backend_doc.py, and tests/harness/backend against real backends",
    "findings.md": "make drivers runs the vendor's SDK by them",
}
NOT_RUN: Final = {
    "mfa.example.org": "a reader's own server",
    "api.example.org": "a reader's own server",
    "--profile mine.toml": "a reader's own server, but for those that are tried on ours below",
    "--profile profile.toml": "a reader's own server",
    "ci/known.toml": "a reader's own server; tests/harness/expected has the list of expected failures",
    "phone.toml": "a phone dials in",
    "serve --tls certificates/": "a phone dials in; tests/server/test_tls.py has what it serves",
    "listen:7420": "a phone dials in",
    "node driver.mjs": "a reader's own driver; tests/harness/drivers runs those that ship",
    "localhost:3000": "a reader's own backend; tests/harness/backend runs those that are worked out",
    "python:my_site": "a reader's own relying party; test_passkey_audit_doc.py has its four methods",
}


def commands(page: Path) -> Iterator[str]:
    """The commands of a page as a shell would have them: continued lines joined, comments left out."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    for block in _BLOCK.finditer(text):
        for line in (block[1] or block[2]).splitlines():
            if found := _OURS.match(line):
                yield shlex.join(shlex.split(found[1], comments=True))


EVERY: Final = [(page.name, command) for page in PAGES for command in dict.fromkeys(commands(page))]


def test_commands_are_found() -> None:
    assert len(EVERY) > 30
    assert {name for name, _ in EVERY} >= {"README.md", "fuzz.md", "driver.md", "ci.md", "passkey-audit.md"}


@pytest.mark.parametrize(("page", "command"), EVERY, ids=[f"{page}: {command}" for page, command in EVERY])
def test_a_command_is_understood(page: str, command: str) -> None:
    group = typer.main.get_command(cli.app)
    _, name, *words = shlex.split(command)
    context = group.make_context("mfa-harness", [name, *words])
    found = group
    while hasattr(found, "resolve_command"):
        _, found, words = found.resolve_command(context, [name, *words])
        if found is None:
            pytest.fail(f"{page}: there is no command {name}")
        if hasattr(found, "resolve_command"):
            name, *words = words
    found.make_context(name, words, parent=context)  # what it does not understand it refuses here


# -- those that are run ------------------------------------------------------------------------------------------

HERE: Final = "reference:recovery-code-reusable"
RUN: Final = {
    f"mfa-harness check {HERE}": 1,
    f"mfa-harness fuzz {HERE} --examples 500 --save found/": 1,
    "mfa-harness fuzz reference:odd-code-500 --wire --examples 240": 1,
    f"mfa-harness check {HERE} --features found/ --only '*fuzz-*'": 1,
    "mfa-harness replay found/recovery.single-use.fuzz-*.replay.json reference": 0,
    "mfa-harness check 'exec:./start-my-server --port {port}' --profile mine.toml "
    "--report junit=junit.xml --report html=run.html --report json=run.ndjson": 0,
    "mfa-harness report run.ndjson --as markdown=-": 0,
    "mfa-harness passkey audit reference": 0,
    "mfa-harness passkey audit adapter:fido2": 1,
}
"""With the exit code; in this order, in one folder. The suite itself is narrowed down to one requirement."""
WITH_A_SERVER: Final = ("mfa-harness serve --control --port 8765", "mfa-harness check http://localhost:8765")
BOTH_SIDES: Final = (
    "mfa-harness check 'exec:mfa-harness serve --port {port} --environments docs/environments.toml'"
)


def test_every_command_is_run_or_named_as_not_run() -> None:
    for page, command in EVERY:
        told = [
            page in ELSEWHERE,
            any(words in command for words in NOT_RUN),
            shlex.join(shlex.split(command)) in {shlex.join(shlex.split(each)) for each in RUN},
            command in WITH_A_SERVER,
            command.startswith(BOTH_SIDES),
        ]
        assert any(told), f"{page}: nobody runs {command!r}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a reader has who does as the pages say: her own server, here a copy of ours, and its profile."""
    folder = tmp_path_factory.mktemp("reader")
    server = folder / "start-my-server"
    server.write_text(f'#!/bin/sh\nexec {sys.executable} -m mfa_harness serve --control "$@"\n')
    server.chmod(0o755)
    (folder / "mine.toml").write_text("")
    (folder / "docs").symlink_to(ROOT / "docs")
    return folder


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    words = f"{sys.executable} -m mfa_harness {command.removeprefix('mfa-harness ')}"
    return subprocess.run(  # as typed, globs and all
        ["/bin/sh", "-c", words], cwd=folder, capture_output=True, text=True, check=False, timeout=300
    )


def test_the_commands_of_the_pages_do_what_they_say_one_after_another(folder: Path) -> None:
    for command, code in RUN.items():
        narrow = command.startswith("mfa-harness check") and "--only" not in command
        ended = shell(f"{command} --only recovery.single-use" if narrow else command, folder)
        assert ended.returncode == code, f"{command}\n{ended.stdout}{ended.stderr}"
        assert "Traceback" not in ended.stdout + ended.stderr


def test_the_recipe_for_sdk_authors_works(folder: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("there is no curl here")
    serve, check = WITH_A_SERVER
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"^\$ (curl .*)$", text, re.MULTILINE)
    assert found is not None
    words = [sys.executable, "-m", "mfa_harness", *shlex.split(serve.replace("8765", "0"))[1:]]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        try:
            address = json.loads(server.stdout.readline())["url"].removeprefix("http://")
            curl = shlex.split(found[1].replace("localhost:8765", address))
            made = subprocess.run([*curl, "--silent"], capture_output=True, check=True)
            assert json.loads(made.stdout).keys() == {"environmentId", "baseUrl"}
            ended = shell(f"{check.replace('localhost:8765', address)} --only recovery.single-use", folder)
            assert "PASS" in ended.stdout
            assert ended.returncode == 0
        finally:
            server.terminate()


def test_one_file_serves_both_sides(folder: Path) -> None:
    (command,) = {command for _, command in EVERY if command.startswith(BOTH_SIDES)}
    words = command.replace("exec:mfa-harness", f"exec:{sys.executable} -m mfa_harness")
    ended = shell(f"{words} --only onboarding.optional-completes", folder)
    assert ended.returncode == 0, ended.stdout + ended.stderr
