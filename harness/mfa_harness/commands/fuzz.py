"""`mfa-harness fuzz`: explore what nobody wrote a scenario for."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import Annotated

import typer

from mfa_harness.reports import KINDS


def fuzz(  # noqa: PLR0917 - typer passes options by name
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="TARGET",
            help="As for check; by default the profile's url, else reference.",
            show_default=False,
        ),
    ] = None,
    profile: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What the target can do and how people sign in (see init)."),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option(
            metavar="N", min=1, help="How long at most; 60 where neither this nor --examples is given."
        ),
    ] = None,
    examples: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="How many steps at most, over all stories.")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="The same seed gives the same run.")] = 0,
    save: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Write each finding as a scenario, a pytest file and a replay file."
        ),
    ] = None,
    report: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND=PATH", help=f"Write a report: {KINDS}. Repeatable."),
    ] = None,
    expected_failures: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Findings that are known, each with a reason (TOML)."),
    ] = None,
    client: Annotated[
        str | None,
        typer.Option(
            metavar="COMMAND", help="The driver of a client SDK, or an adapter, to go through; as for check."
        ),
    ] = None,
    wire: Annotated[
        bool,
        typer.Option(
            "--wire",
            help="Send odd bytes instead: odd codes, odd passkey responses, the OpenAPI document turned over.",
            show_default=False,
        ),
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="What was seen only once is a failure, too.", show_default=False)
    ] = False,
) -> None:
    """Tell stories that nobody wrote a scenario for, and shrink what breaks a requirement to the shortest.

    \b
      mfa-harness fuzz reference:recovery-code-reusable --save found/
      mfa-harness fuzz --profile mine.toml --seconds 600 --save found/
      mfa-harness check --profile mine.toml --features found/
    """  # noqa: D301 - click reads the \b
    from mfa_harness import interrupts  # noqa: PLC0415
    from mfa_harness.commands.outlet import outlet  # noqa: PLC0415
    from mfa_harness.fuzz_run import FuzzOptions, run_fuzz  # noqa: PLC0415 - it brings Hypothesis with it
    from mfa_harness.reports.files import STDOUT, FileReporter, parse_reports  # noqa: PLC0415
    from mfa_harness.usage import said  # noqa: PLC0415

    reports = parse_reports(report or ())
    piped = any(path == STDOUT for _, path in reports)
    options = FuzzOptions(
        target=said("TARGET", target) or ("" if profile else "reference"),
        profile=profile,
        seconds=seconds if seconds is not None or examples is not None else 60.0,
        steps=examples,
        seed=seed,
        save=save,
        expected_failures=expected_failures,
        strict=strict,
        client=said("--client", client),
        wire=wire,
    )
    reporters = [FileReporter(kind, path) for kind, path in reports]
    # Interrupted only where `run_fuzz` lets itself be broken off.
    with interrupts.held(), outlet(sys.stderr if piped else sys.stdout) as out:
        try:
            code = run_fuzz(options, reporters, out=out)
        finally:
            for reporter in reporters:
                reporter.close()
    raise typer.Exit(code)
