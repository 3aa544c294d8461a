"""`mfa-harness check`: run the suite against a target."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import TYPE_CHECKING, Annotated

import typer

from mfa_harness.reports import KINDS

if TYPE_CHECKING:
    from mfa_harness.expected.update import ListUpdate
    from mfa_harness.reports import Reporter


def check(  # noqa: PLR0917 - typer passes options by name
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="TARGET",
            help="http(s)://..., reference, reference:FAULT, asgi:package.module:app or exec:COMMAND; "
            "by default the profile's url, else reference.",
            show_default=False,
        ),
    ] = None,
    profile: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What the target can do and how people sign in (see init)."),
    ] = None,
    features: Annotated[
        list[Path] | None, typer.Option(metavar="DIR", help="Run your own .feature files too. Repeatable.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="WHAT", help="Run only this: requirement, check, tag or glob. Repeatable."),
    ] = None,
    skip: Annotated[
        list[str] | None, typer.Option(metavar="WHAT", help="Leave this out. Repeatable.")
    ] = None,
    seed: Annotated[str, typer.Option(metavar="SEED", help="The same seed gives the same run.")] = "0",
    report: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND=PATH", help=f"Write a report: {KINDS}. Repeatable."),
    ] = None,
    title: Annotated[
        str, typer.Option(metavar="TEXT", help="The run's name in reports.", show_default=False)
    ] = "",
    expected_failures: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Checks that may fail for now, each with a reason (TOML)."),
    ] = None,
    update_expected_failures: Annotated[
        bool,
        typer.Option(
            "--update-expected-failures",
            help="Write that file: add what fails, drop what passes.",
            show_default=False,
        ),
    ] = False,
    min_tested: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=0,
            help="Exit code 2 if fewer checks than that could be carried out.",
        ),
    ] = 1,
    workers: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="Processes, where the target is our reference server (default: one for each core, up to 4).",
            show_default=False,
        ),
    ] = None,
    backend: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Test an app's backend: which session tokens does it let in (docs/backend.md)?",
            show_default=False,
        ),
    ] = None,
    request: Annotated[
        list[str] | None,
        typer.Option(metavar="'GET /me'", help="What to ask that backend for. Repeatable."),
    ] = None,
    client: Annotated[
        str | None,
        typer.Option(
            metavar="COMMAND|listen:PORT",
            help="Through a client SDK, or an adapter to another wire: its driver (docs/driver.md).",
            show_default=False,
        ),
    ] = None,
    driver_log: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep what is said to that driver and by it.")
    ] = None,
) -> None:
    """Run the suite against a target; the default is our reference server.

    \b
      mfa-harness check
      mfa-harness check https://mfa.example.org --profile mine.toml
      mfa-harness check --only totp.one-device --report junit=junit.xml
      mfa-harness check --features scenarios/ --skip '@locks-out'
      mfa-harness check --profile mine.toml --expected-failures known.toml
      mfa-harness check --client 'node driver.mjs'
      mfa-harness check --backend http://localhost:3000 --request 'GET /me'
    """  # noqa: D301 - click reads the \b
    from mfa_harness import interrupts  # noqa: PLC0415
    from mfa_harness.commands.outlet import outlet  # noqa: PLC0415
    from mfa_harness.options import CheckOptions  # noqa: PLC0415
    from mfa_harness.reports.files import STDOUT, FileReporter, parse_reports  # noqa: PLC0415
    from mfa_harness.reports.terminal import TerminalReporter  # noqa: PLC0415
    from mfa_harness.usage import UsageError, said  # noqa: PLC0415

    backend, client = said("--backend", backend), said("--client", client)
    update = _update(expected_failures) if update_expected_failures else None
    reports = parse_reports(report or ())
    options = CheckOptions(
        target=said("TARGET", target) or ("" if profile or backend else "reference"),
        profile=profile,
        features=tuple(_existing(folder) for folder in features or ()),
        only=tuple(only or ()),
        skip=tuple(skip or ()),
        seed=seed,
        reports=reports,
        title=title.encode(
            "utf-8", "backslashreplace"
        ).decode(),  # bytes that were no UTF-8, when it was typed
        expected_failures=expected_failures,
        update_expected_failures=update_expected_failures,
        min_tested=min_tested,
        workers=workers,
        client=client,
        driver_log=driver_log,
        backend=backend,
        requests=tuple(request or ()),
    )
    if backend and client:
        raise UsageError("--backend and --client are two different tests", "Leave one of them out.")
    if options.requests and not backend:
        raise UsageError("--request does not say of which backend", "Add --backend URL.")
    from mfa_harness.check_run import run_check  # noqa: PLC0415 - and only now: it brings pytest with it

    piped = any(path == STDOUT for _, path in reports)
    with outlet(sys.stderr if piped else sys.stdout) as out:
        with ExitStack() as closing:
            closing.enter_context(interrupts.held())  # but for what `run_check` lets be broken off
            reporters: list[Reporter] = [TerminalReporter(out)]
            reporters += [FileReporter(kind, path) for kind, path in reports]
            reporters += [update] if update else []
            for reporter in reporters:
                closing.callback(reporter.close)
            code = run_check(options, reporters)
        out.writelines(f"{kind} report: {path}\n" for kind, path in reports if path != STDOUT)
        if update:
            out.write(f"expected failures: {update.path}: {update.said}\n")
    raise typer.Exit(code)


def _update(path: Path | None) -> ListUpdate:
    from mfa_harness.expected.update import ListUpdate  # noqa: PLC0415
    from mfa_harness.usage import UsageError  # noqa: PLC0415

    if path is None:
        raise UsageError(
            "--update-expected-failures does not say which file", "Add --expected-failures FILE."
        )
    return ListUpdate(path)


def _existing(folder: Path) -> Path:
    from mfa_harness.feature_files import feature_files  # noqa: PLC0415
    from mfa_harness.usage import UsageError  # noqa: PLC0415

    try:
        whole = folder.resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: a link to itself
        missing = isinstance(error, FileNotFoundError)
        reason = (
            "there is no such folder" if missing else (getattr(error, "strerror", "") or str(error)).lower()
        )
        raise UsageError(
            f"--features {folder}: {reason}", "Name a folder that holds .feature files."
        ) from None
    if whole.is_dir() and feature_files(whole):
        return folder
    if whole.is_file() and folder.suffix == ".feature":
        return folder
    raise UsageError(f"--features {folder}: no .feature file is in it", "Name a folder that holds some.")
