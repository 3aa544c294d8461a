"""`mfa-harness doctor`: look at a target before a run would fail a hundred times for one reason."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mfa_harness.targets.doctor import Diagnosis

_MARKS: Final = {"well": "well", "mind": "MIND", "ill": "ILL"}
_MINUTE: Final = 60


def doctor(  # noqa: PLR0917 - typer passes options by name
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="TARGET", help="As for check; by default the profile's url.", show_default=False
        ),
    ] = None,
    profile: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The target's profile (see init).")
    ] = None,
    backend: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Does this backend trust our issuer?", show_default=False),
    ] = None,
    request: Annotated[
        list[str] | None, typer.Option(metavar="'GET /me'", help="What to ask it for. Repeatable.")
    ] = None,
    client: Annotated[
        str | None,
        typer.Option(
            metavar="COMMAND|listen:PORT", help="Is this client SDK's driver right?", show_default=False
        ),
    ] = None,
    driver_log: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep what is said to that driver and by it.")
    ] = None,
) -> None:
    """Is the plumbing right, what can run, what not and why, and how long it will take?

    What can run is found by a rehearsal on our own server. On yours it makes one user and deletes her.
    Exit code 2 when a run makes no sense yet.

    \b
      mfa-harness doctor https://mfa.example.org --profile mine.toml
      mfa-harness doctor --backend http://localhost:3000 --request 'GET /me'
      mfa-harness doctor --client 'node driver.mjs'
    """  # noqa: D301 - click reads the \b
    from mfa_harness.commands import page  # noqa: PLC0415
    from mfa_harness.usage import said  # noqa: PLC0415

    target, backend, client = said("TARGET", target), said("--backend", backend), said("--client", client)
    if client:
        diagnosis = _of_client(client, target, profile, driver_log)
    elif backend:
        diagnosis = _of_backend(backend, request or (), target, profile)
    else:
        diagnosis = _of(target, profile)
    page.write(_lines(diagnosis, page.width()))
    raise typer.Exit(diagnosis.exit_code)


def _of(target: str, profile: Path | None) -> Diagnosis:
    from mfa_harness.commands.progress import progress_line  # noqa: PLC0415
    from mfa_harness.rehearsal import rehearse  # noqa: PLC0415
    from mfa_harness.targets.doctor import examine  # noqa: PLC0415

    with progress_line(sys.stderr) as tell:
        return examine(target or None, profile, rehearse=lambda found: rehearse(found, tell))


def _of_client(client: str, target: str, profile: Path | None, driver_log: Path | None) -> Diagnosis:
    from mfa_harness.targets.driving.doctor import examine  # noqa: PLC0415

    return examine(client, target or None, profile, driver_log=driver_log)


def _of_backend(url: str, requests: Sequence[str], target: str, profile: Path | None) -> Diagnosis:
    from mfa_harness import suite  # noqa: PLC0415
    from mfa_harness.targets.backend.doctor import examine  # noqa: PLC0415

    checks = len(suite.checks(backend=True))
    return examine(url, requests, spec=target, file=profile, checks=checks)


def _lines(diagnosis: Diagnosis, wide: int | None) -> Iterator[str]:
    from mfa_harness.commands import page  # noqa: PLC0415

    if diagnosis.label:
        yield from page.paragraph(diagnosis.label, wide, 0)
        yield ""
    rows: list[tuple[str, str, str]] = []
    for finding in diagnosis.findings:
        rows.append((_MARKS[finding.state], finding.topic, finding.text))
        if finding.mend:
            rows.append(("", "", finding.mend))
    yield from page.columns(rows, wide)
    kept_out = sum(diagnosis.kept_out.values())
    total = diagnosis.runnable + kept_out
    if total:
        yield ""
        yield f"can run  {diagnosis.runnable} of {total} checks{_duration(diagnosis.seconds)}"
        if kept_out:
            yield f"cannot   {kept_out} of {total}, because"
            reasons = [("  ", f"{count}", reason) for reason, count in diagnosis.kept_out.items()]
            yield from page.columns(reasons, wide)
    if diagnosis.lacking:
        yield ""
        yield "The target lacks"
        yield from page.columns([("", name, why) for name, why in diagnosis.lacking.items()], wide)
    yield ""
    yield from page.paragraph(_conclusion(diagnosis), wide, 0)


def _conclusion(diagnosis: Diagnosis) -> str:
    ill = sum(finding.state == "ill" for finding in diagnosis.findings)
    if not ill:
        return "Well: a run makes sense."
    return f"NOT WELL: mend {'this' if ill == 1 else f'these {ill}'} first, or a run will tell you little."


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < _MINUTE:
        return f", in about {max(seconds, 1):.0f} s"
    return f", in about {seconds / _MINUTE:.0f} min"
