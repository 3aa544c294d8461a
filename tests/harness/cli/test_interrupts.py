"""Whoever asks to stop is obeyed, wherever the signal arrives, and what ran is told."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mfa_harness import interrupts, self_test
from mfa_harness.fuzz import exploring
from mfa_harness.scenario.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Command

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

CHECK = ("check", "--only", "totp.one-device")


def in_the_middle(
    monkeypatch: pytest.MonkeyPatch, number: signal.Signals, among: Callable[[BaseException], None]
) -> None:
    """Has a signal arrive in the middle of the first act, at a place that makes something else of it."""
    if signal.getsignal(number) is signal.SIG_IGN:  # as under nohup, which is to be obeyed, too
        signal.signal(number, signal.SIG_DFL)
    attempt = World.attempt
    sent: list[signal.Signals] = []

    def interrupted(world: World, *arguments: Any, **named: Any) -> Any:
        if not sent:
            sent.append(number)
            try:
                os.kill(os.getpid(), number)
                time.sleep(1)
            except KeyboardInterrupt as error:
                among(error)
        return attempt(world, *arguments, **named)

    monkeypatch.setattr(World, "attempt", interrupted)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_somebody_throws_away_is_obeyed_all_the_same(
    command: Command, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    in_the_middle(monkeypatch, number, lambda _error: None)
    ended = command(*CHECK)
    assert ended.code == 130
    assert "INTERRUPTED after 0 of" in ended.out


def test_what_somebody_makes_of_an_interrupt_is_no_verdict(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrap(error: BaseException) -> None:
        raise ValueError("cannot be used") from error

    in_the_middle(monkeypatch, signal.SIGINT, wrap)
    ended = command(*CHECK)
    assert ended.code == 130
    assert "INTERRUPTED after 0 of" in ended.out


def test_who_is_to_end_in_good_order_is_told_later_and_obeys_the_second_time() -> None:
    with interrupts.listened_for():
        with interrupts.held():
            os.kill(os.getpid(), signal.SIGINT)
            assert interrupts.asked()
            with pytest.raises(KeyboardInterrupt), interrupts.allowed():
                pytest.fail("it had been asked before")
        with interrupts.held():
            os.kill(os.getpid(), signal.SIGINT)
            with pytest.raises(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            interrupts.obey()
    assert not interrupts.asked()


def test_handlers_are_put_back_and_a_deaf_process_stays_deaf() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interrupts.listened_for():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)


def test_an_interrupt_that_python_throws_away_shows_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    class Ending:
        def __del__(self) -> None:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1)

    with interrupts.listened_for():
        Ending()
        assert interrupts.asked()
    assert "KeyboardInterrupt" not in capsys.readouterr().err


def test_a_finding_is_kept_when_fuzzing_is_interrupted_while_it_is_shrunk(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_arguments: object, **_named: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1)

    monkeypatch.setattr(exploring, "shrink", interrupted)
    ended = command("fuzz", "reference:recovery-code-reusable", "--examples", "500", "--seed", "1")
    assert ended.code == 130
    assert "recovery.single-use" in ended.out


def test_the_workers_of_self_test_stop_too_and_hand_back_what_they_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(_tasks: object, _seconds: float) -> None:
        time.sleep(0.5)
        raise KeyboardInterrupt

    monkeypatch.setattr(self_test, "wait", interrupted)
    begun = time.monotonic()
    with interrupts.listened_for(), interrupts.held():
        matrix = self_test.self_test(full=True, workers=2)
    assert matrix.interrupted
    assert time.monotonic() - begun < 60


SERVER = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"])
open(sys.argv[1], "w").write(str(child.pid))
time.sleep(120)
"""


@pytest.mark.parametrize("option", ["exec", "client"])
def test_a_signal_while_a_program_of_the_users_starts_ends_it_with_its_children(
    tmp_path: Path, option: str
) -> None:
    program, told = tmp_path / "program.py", tmp_path / "child"
    program.write_text(SERVER, encoding="utf-8")
    words = shlex.join([sys.executable, str(program), str(told)])
    how = [f"exec:{words} {{port}}"] if option == "exec" else ["--client", words]
    arguments = [sys.executable, "-m", "mfa_harness", "check", *how]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while not (told.exists() and told.read_text()):
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in out + err
    assert "interrupted" in err
    with contextlib.suppress(
        FileNotFoundError, ProcessLookupError
    ):  # gone, or waiting for whoever reaps it here
        state = Path(f"/proc/{told.read_text()}/stat").read_text(encoding="utf-8")
        assert state.rpartition(")")[2].split()[0] == "Z"
