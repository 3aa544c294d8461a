"""The command `mfa-harness`: which commands there are, and what each way of ending means.

Exit codes: 0 all required checks pass; 1 a requirement failed; 2 usage, or the target cannot be reached;
3 a bug of ours; 130 interrupted. A command imports what it needs when it runs, so that `--help` is quick.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from mfa_harness import __version__, interrupts
from mfa_harness.commands import (
    authenticator,
    check,
    doctor,
    explain,
    fuzz,
    init,
    listing,
    passkey,
    replay,
    report,
    self_test,
    serve,
)
from mfa_harness.commands.ending import INTERRUPTED, OK, tell
from mfa_harness.commands.outlet import mute
from mfa_harness.usage import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"mfa-harness {__version__}")
        raise typer.Exit


@app.callback(epilog="Exit codes: 0 pass, 1 a requirement failed, 2 usage or no target, 3 a bug of ours.")
def _root(
    _asked: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Prove an account MFA server right or wrong, at protocol level.

    \b
      mfa-harness check                       our reference server
      mfa-harness init URL --environment ID   describe your own server
      mfa-harness check URL --profile FILE    and test it
    """  # noqa: D301 - click reads the \b


app.command("check", short_help="Run the suite against a target.")(check.check)
app.command("init", short_help="Write a profile for a server of yours.")(init.init)
app.command("doctor", short_help="Is the plumbing right, what can run, and what not?")(doctor.doctor)
app.command("serve", short_help="Run our reference server, with faults if you like.")(serve.serve)
app.command("fuzz", short_help="Explore what nobody wrote a scenario for.")(fuzz.fuzz)
app.command("replay", short_help="Run one saved failure of fuzz again.")(replay.replay)
app.command("self-test", short_help="Does the suite catch every fault?")(self_test.self_test)
app.command("list", short_help="List requirements, scenarios, steps, faults and more.")(listing.listing)
app.command("explain", short_help="Explain one of them.")(explain.explain)
app.command("report", short_help="Make reports of a run that was kept.")(report.report)
app.add_typer(passkey.app, name="passkey", short_help="Audit a relying party; list passkey faults.")
app.command("authenticator", short_help="A simulated authenticator app.")(authenticator.authenticator)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: what follows `mfa-harness`; None takes it from `sys.argv`.

    Returns:
        The exit code. Whatever goes wrong is told on standard error, never as a traceback.
    """
    with interrupts.listened_for():
        return _run(sys.argv[1:] if arguments is None else list(arguments))


def _run(given: list[str]) -> int:
    _prepare_streams()
    code = OK
    try:
        Path.cwd()
    except OSError:
        return tell(
            UsageError("the folder that you are in does not exist any more", "Change into one that does.")
        )
    try:
        ended = app(args=given or ["--help"], prog_name="mfa-harness", standalone_mode=False)
        code = ended if isinstance(ended, int) else OK
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except BrokenPipeError:  # the reader (`| head`) has gone; nothing may be written at exit either
        mute(sys.stdout)
    except SystemExit as left:  # what the command line parser makes of the same
        if not isinstance(left.__context__, BrokenPipeError):
            raise
        sys.stdout, sys.stderr = sys.__stdout__ or sys.stdout, sys.__stderr__ or sys.stderr
        mute(sys.stdout)
    except Exception as error:  # noqa: BLE001 - the one place where every error ends
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            mute(sys.stdout)
            return tell(_no_room(error))
        return tell(error)
    if code == INTERRUPTED:
        sys.stderr.write("mfa-harness: interrupted\n")
    return code


def _prepare_streams() -> None:
    """Have both streams, though whoever started us has closed them, and in an alphabet that takes everything."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A title in a terminal of another alphabet is no crash.
            stream.reconfigure(errors="backslashreplace")


def _no_room(error: OSError) -> UsageError:
    where = error.filename or "standard output"
    reason = (error.strerror or str(error)).lower()
    return UsageError(f"{where} cannot be written: {reason}", "Make room, or write somewhere else.")
