"""No answer holds us longer than the time-out, or takes more memory than an answer of an API's can be worth."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import shlex
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from mfa_harness.targets.command import answers
from mfa_harness.targets.contact import Contact
from mfa_harness.targets.parse import open_target
from mfa_harness.targets.profile import NamedEnvironment, Profile, SignIn
from mfa_harness.targets.programs import TookTooLong, run_program
from mfa_harness.targets.target import TargetError
from mfa_harness.verdicts import Blocked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    Pouring = Callable[[Iterable[bytes]], str]

ID = "11111111-2222-4333-8444-555555555555"
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
PROFILE = Profile(environments=(NamedEnvironment(id=ID),), sign_in=SignIn(code="123456"), timeout=1.0)


@pytest.fixture
def pouring() -> Iterator[Pouring]:
    """Makes a server that sends these pieces, a tenth of a second apart, until nobody reads any more."""
    sockets: list[socket.socket] = []
    done = threading.Event()

    def pour(listening: socket.socket, pieces: Iterable[bytes]) -> None:
        with contextlib.suppress(OSError):
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                for piece in pieces:
                    connection.sendall(piece)
                    if done.wait(0.1 if len(piece) < 1000 else 0):
                        return

    def make(pieces: Iterable[bytes]) -> str:
        sockets.append(socket.create_server(("127.0.0.1", 0)))
        threading.Thread(target=pour, args=(sockets[-1], pieces), daemon=True).start()
        return f"http://localhost:{sockets[-1].getsockname()[1]}"

    yield make
    done.set()
    for each in sockets:
        each.close()


@pytest.mark.parametrize(
    "pieces",
    [
        itertools.chain([HEAD + b"content-length: 100000\r\n\r\n"], itertools.repeat(b" ")),
        itertools.chain([HEAD], itertools.repeat(b"x: y\r\n")),
        itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["body", "headers", "continue"],
)
def test_an_answer_that_drips_is_given_up_after_the_timeout(
    pouring: Pouring, pieces: Iterable[bytes]
) -> None:
    begun = time.monotonic()
    with pytest.raises(TargetError, match="did not answer in time"):
        open_target(pouring(pieces), PROFILE).open()
    assert time.monotonic() - begun < 8


def test_a_body_without_end_is_broken_off(pouring: Pouring) -> None:
    pieces = itertools.chain([HEAD + b"\r\n["], itertools.repeat(b"1," * 50_000))
    with pytest.raises(TargetError, match="its body is longer than 4 MiB"):
        open_target(pouring(pieces), PROFILE).open()


def test_a_body_that_unpacks_to_more_than_it_was_is_broken_off(pouring: Pouring) -> None:
    packed = gzip.compress(bytes(20 * 2**20))
    head = HEAD + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed)
    with pytest.raises(TargetError, match="its body is longer than 4 MiB"):
        open_target(pouring([head + packed]), PROFILE).open()


def test_an_application_whose_answer_has_no_end_is_broken_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "endless_app.py").write_text(
        "async def app(scope, receive, send):\n"
        "    await send({'type': 'http.response.start', 'status': 200, 'headers': []})\n"
        "    while True:\n"
        "        await send({'type': 'http.response.body', 'body': bytes(100_000), 'more_body': True})\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(TargetError, match="its body is longer than 4 MiB"):
        open_target("asgi:endless_app:app", PROFILE).open()


def test_a_server_is_up_though_its_front_page_never_ends(pouring: Pouring) -> None:
    begun = time.monotonic()
    assert answers(pouring(itertools.chain([HEAD + b"\r\n"], itertools.repeat(b"data\n"))))
    assert time.monotonic() - begun < 5


def test_settings_that_still_answer_do_not_keep_a_silent_target_alive() -> None:
    contact = Contact()
    for number in range(3):
        contact.answered(f"GET /api/v0/sdk/{ID}/settings")
        contact.unanswered(f"POST /api/v0/sdk/{ID}/a{number}", "ReadTimeout")
    with pytest.raises(Blocked, match="stopped answering"):
        contact.turn(f"GET /api/v0/sdk/{ID}/settings")


def test_an_endpoint_that_never_answers_is_given_up_alone() -> None:
    contact = Contact()
    for number in range(3):
        contact.answered("GET /api/v0/sdk/x/users")
        contact.unanswered(f"DELETE /api/v0/sdk/{ID[:-1]}{number}/devices", "ReadTimeout")
    contact.turn("GET /api/v0/sdk/x/users")
    with pytest.raises(Blocked, match="not answered 3 times in a row"):
        contact.turn(f"DELETE /api/v0/sdk/{ID}/devices")


def test_a_program_that_hangs_is_ended_with_the_child_that_holds_its_output(tmp_path: Path) -> None:
    program = tmp_path / "hangs.py"
    program.write_text(
        "import subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "time.sleep(60)\n",
        encoding="utf-8",
    )
    begun = time.monotonic()
    with pytest.raises(TookTooLong, match=r"took longer than 0\.5 s"):
        run_program(shlex.join([sys.executable, str(program)]), "read a code", folder=tmp_path, seconds=0.5)
    assert time.monotonic() - begun < 20


def test_a_program_that_takes_all_its_time_is_asked_three_times_only() -> None:
    contact = Contact()
    for _ in range(3):
        contact.demand("code_command", "read a code")
        contact.unanswered("code_command", "took longer than 60 s", by_target=False)
    with pytest.raises(Blocked, match="could not read a code"):
        contact.demand("code_command", "read a code")
    contact.turn("GET /users")
