"""The programs that a profile names: started without a shell, their answer read from stdout."""

from __future__ import annotations

import contextlib
import errno
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

from mfa_harness.targets.target import TargetError
from mfa_harness.verdicts import Blocked

_SHOWN: int = 300


class TookTooLong(Blocked):
    """It was given its time, and more would not help."""


def not_started(tried: str, program: str, error: OSError) -> TargetError:
    """Why a program could not be started, and what to do."""
    mend = "Is the program's name right, and on PATH?"
    if Path(program).is_dir():
        mend = "Name a program; this is a folder"
    elif error.errno == errno.EACCES:
        mend = f"Make it executable: chmod +x {shlex.quote(program)}"
    elif error.errno == errno.ENOEXEC:
        mend = "Have its first line say what runs it (#!/usr/bin/env python3), or name that before it"
    return TargetError(tried, f"cannot be started: {error.strerror or error}", mend)


def run_program(
    command: str, wanted: str, *, folder: Path, seconds: float, given: bytes = b"", **words: str
) -> str:
    """Run a profile's command and return what it printed, without blanks around it.

    Args:
        command: as in the profile; `{word}` is replaced by `words`, after the command was split into
            arguments, so that nothing in an address is read by a shell.
        wanted: what for, for errors ("read the e-mail code of ada@example.org").
        folder: where it is started: the profile's.
        seconds: how long it may take.
        given: its stdin.
        words: what takes the place of `{...}`.

    Raises:
        TookTooLong: it takes too long; it is ended, with its children.
        Blocked: it cannot be started, fails, or prints nothing.
    """
    try:
        arguments = [_put(argument, words) for argument in shlex.split(command)]
    except ValueError as error:  # a quotation that does not end
        raise Blocked(wanted, f"{command!r} cannot be split into words: {error}") from None
    if not arguments:
        raise Blocked(wanted, "the command is empty")
    try:
        process = subprocess.Popen(  # noqa: S603 - the user's own command, from the user's own file
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=os.environ.copy(),
            start_new_session=True,  # so that its children can be ended with it
        )
    except (OSError, ValueError) as error:  # ValueError: a NUL in a word
        raise Blocked(
            wanted, f"{command!r} cannot be started: {getattr(error, 'strerror', None) or error}"
        ) from None
    with process:
        try:
            out, err = process.communicate(given, timeout=seconds)
        except subprocess.TimeoutExpired:
            _end(process)
            raise TookTooLong(wanted, f"{command!r} took longer than {seconds:g} s") from None
        except BaseException:  # an interrupt
            _end(process)
            raise
    printed = out.decode("utf-8", "replace").strip()
    if process.returncode:
        complaint = err.decode("utf-8", "replace").strip()[-_SHOWN:] or "without a word on stderr"
        raise Blocked(wanted, f"{command!r} ended with exit code {process.returncode}: {complaint}")
    if not printed:
        raise Blocked(wanted, f"{command!r} printed nothing")
    return printed


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it, and its children, who would hold its output open."""
    if sys.platform == "win32":
        process.kill()
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _put(argument: str, words: dict[str, str]) -> str:
    for name, value in words.items():
        argument = argument.replace("{" + name + "}", value)
    return argument
