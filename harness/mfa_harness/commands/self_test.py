"""`mfa-harness self-test`: does the suite catch every fault?"""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import Annotated

import typer


def self_test(
    full: Annotated[
        bool, typer.Option("--full", help="Every check against every fault, not only those bound to it.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the matrix as JSON.")] = False,
    markdown: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Write the matrix as a Markdown page, too.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="Processes that share the faults (default: one for each core, without --full up to 4).",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Run the suite against our server with each fault in turn, and print who catches what.

    Exit code 1, and the names, if a fault survives, if only checks that are not bound to it catch it, if a check
    bound to a fault catches none, or if the fault that changes nothing is reported.

    \b
      mfa-harness self-test
      mfa-harness self-test --full --json
    """  # noqa: D301 - click reads the \b
    from mfa_harness import interrupts  # noqa: PLC0415
    from mfa_harness.commands.outlet import outlet  # noqa: PLC0415
    from mfa_harness.commands.progress import progress_line  # noqa: PLC0415
    from mfa_harness.reports import kill_matrix  # noqa: PLC0415
    from mfa_harness.self_test import self_test as run  # noqa: PLC0415
    from mfa_harness.shares import MOST, cores  # noqa: PLC0415

    several = workers or (cores() if full else min(MOST, cores()))
    with interrupts.held():  # but for the checks themselves
        with progress_line(sys.stderr) as tell:
            matrix = run(full=full, workers=several, tell=tell)
        if markdown is not None and not matrix.interrupted:  # a page with half of it would be a lie
            markdown.write_text(kill_matrix.as_markdown(matrix), encoding="utf-8")
        with outlet(sys.stdout) as out:
            out.write(kill_matrix.as_json(matrix) if as_json else kill_matrix.as_text(matrix))
    raise typer.Exit(130 if matrix.interrupted else 1 if matrix.problems else 0)
