"""`mfa-harness report`: make reports of a run that was kept."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import TYPE_CHECKING, Annotated

import typer

from mfa_harness.reports import KINDS

if TYPE_CHECKING:
    from mfa_harness.events import Event


def report(
    run: Annotated[
        Path, typer.Argument(metavar="RUN.ndjson", help="A run kept with `check --report json=PATH`.")
    ],
    as_: Annotated[
        list[str] | None,
        typer.Option("--as", metavar="KIND=PATH", help=f"{KINDS}; the path - prints it. Repeatable."),
    ] = None,
) -> None:
    """Make reports of a run that was kept; without --as, show it here.

    \b
      mfa-harness check --report json=run.ndjson
      mfa-harness report run.ndjson
      mfa-harness report run.ndjson --as html=run.html --as markdown=-
    """  # noqa: D301 - click reads the \b
    from mfa_harness.events import RunFileError, read  # noqa: PLC0415
    from mfa_harness.reports.files import parse_reports, write_report  # noqa: PLC0415
    from mfa_harness.usage import UsageError  # noqa: PLC0415

    reports = parse_reports(as_ or ())
    try:
        events = read(run)
    except OSError as error:
        raise UsageError(
            f"{run} cannot be read: {(error.strerror or str(error)).lower()}",
            "Keep a run with `mfa-harness check --report json=PATH`.",
        ) from error
    except RunFileError as error:
        raise UsageError(
            str(error), "Name a file that `mfa-harness check --report json=PATH` wrote."
        ) from error
    if not events:
        raise UsageError(f"{run} is empty", "Name a file that `mfa-harness check --report json=PATH` wrote.")
    for kind, path in reports:
        write_report(kind, path, events)
    if not reports:
        _show(events)


def _show(events: list[Event]) -> None:
    from mfa_harness.reports.terminal import TerminalReporter  # noqa: PLC0415

    terminal = TerminalReporter(sys.stdout)
    for event in events:
        terminal.on_event(event)
    terminal.close()
