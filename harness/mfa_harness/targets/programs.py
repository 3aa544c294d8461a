"""The programs that a profile names: started without a shell, their answer read from stdout."""

from __future__ import annotations

import os
import shlex
import subprocess
from typing import TYPE_CHECKING

from mfa_harness.verdicts import Blocked

if TYPE_CHECKING:
    from pathlib import Path

_SHOWN: int = 300


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
        Blocked: it cannot be started, fails, prints nothing, or takes too long.
    """
    try:
        arguments = [_put(argument, words) for argument in shlex.split(command)]
        done = subprocess.run(  # noqa: S603 - the user's own command, from the user's own file
            arguments,
            input=given,
            capture_output=True,
            timeout=seconds,
            cwd=folder,
            check=False,
            env=os.environ.copy(),
        )
    except ValueError as error:  # a quotation that does not end
        raise Blocked(wanted, f"{command!r} cannot be split into words: {error}") from None
    except OSError as error:
        raise Blocked(wanted, f"{command!r} cannot be started: {error.strerror or error}") from None
    except subprocess.TimeoutExpired:
        raise Blocked(wanted, f"{command!r} took longer than {seconds:g} s") from None
    printed = done.stdout.decode("utf-8", "replace").strip()
    if done.returncode:
        complaint = done.stderr.decode("utf-8", "replace").strip()[-_SHOWN:] or "without a word on stderr"
        raise Blocked(wanted, f"{command!r} ended with exit code {done.returncode}: {complaint}")
    if not printed:
        raise Blocked(wanted, f"{command!r} printed nothing")
    return printed


def _put(argument: str, words: dict[str, str]) -> str:
    for name, value in words.items():
        argument = argument.replace("{" + name + "}", value)
    return argument
