"""`mfa-harness passkey`: audit a relying party with the virtual passkey, and list what it can do wrong."""

from __future__ import annotations

from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mfa_harness.passkey_audit import Case, Finding

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)

_HEADINGS: Final = {
    "missed": "NOT CHECKED: accepted, and must be refused",
    "refused": "WRONGLY REFUSED: only looks wrong, and must be accepted",
    "broken": "BROKEN: answered by a server error (5xx), or not at all",
    "blocked": "BLOCKED: refused without the fault too, so nothing was proved",
    "advised": "ADVISED: the specification says SHOULD, and this does otherwise",
    "crashed": "Crashed: refused by an exception that is no refusal; a server that does not expect it answers 500",
    "left to the caller": "Left to the caller of this library",
    "policy": "Policy: left to the relying party",
    "n/a": "Not applicable",
}
_CONDEMNED: Final = ("missed", "refused", "broken", "blocked")


@app.callback()
def _root() -> None:
    """Audit a relying party with the virtual passkey; list what it can do.

    \b
      mfa-harness passkey audit reference
      mfa-harness passkey faults
    """  # noqa: D301 - click reads the \b


@app.command("audit", short_help="Which verification steps does a server not make?")
def audit(
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="TARGET",
            help="python:module:object, adapter:NAME, reference, or a URL of the API; by default the profile's url.",
            show_default=False,
        ),
    ] = None,
    *,
    profile: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A server's profile (see init).")
    ] = None,
    client: Annotated[
        str,
        typer.Option(
            metavar="COMMAND|listen:PORT",
            help="Through a client SDK, or an adapter to another wire: its driver (docs/driver.md).",
            show_default=False,
        ),
    ] = "",
    only: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Only these cases. Repeatable.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Show each case that is not due, not only how many.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="As JSON, every case.")] = False,
) -> None:
    """Which verification steps of WebAuthn Level 3 does a relying party not make?

    Runs the catalogue of passkey faults against it, each on a fresh account after an honest ceremony. Exit
    code 1 when it accepts what it must refuse, refuses what it must accept, or is a server that breaks.

    \b
      mfa-harness passkey audit reference
      mfa-harness passkey audit adapter:fido2    or py_webauthn, simplewebauthn
      mfa-harness passkey audit python:my_site.audit:Party
      mfa-harness passkey audit --profile mine.toml
      mfa-harness passkey audit https://mfa.example.org --client ./adapter
    """  # noqa: D301 - click reads the \b
    from mfa_harness.commands import page  # noqa: PLC0415
    from mfa_harness.passkey_audit import audit as run  # noqa: PLC0415
    from mfa_harness.passkey_audit.sources import open_source  # noqa: PLC0415
    from mfa_harness.usage import UsageError  # noqa: PLC0415

    cases = _chosen(only or ())
    if target is None and profile is None:
        raise UsageError("nothing to audit", "name a TARGET, or give a --profile that has a url")
    source = open_source(target or "", profile, client)
    try:
        findings = list(run(source, cases))
    finally:
        left = source.close()
    if json:
        page.write_json({"target": source.name, "findings": [_object(finding) for finding in findings]})
    else:
        page.write(_lines(source.name, source.label, findings, page.width(), every=every))
        page.write(f"left over: {each}" for each in left)
    raise typer.Exit(int(any(finding.verdict.condemns for finding in findings)))


@app.command("faults", short_help="The faults that a passkey can have.")
def faults(
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """List the faults that the virtual passkey can have, and the step that must catch each.

    \b
      mfa-harness passkey faults --json
    """  # noqa: D301 - click reads the \b
    from mfa_harness.commands import page  # noqa: PLC0415
    from mfa_simulators.passkey import FAULTS  # noqa: PLC0415

    if json:
        page.write_json(
            [
                {
                    "slug": fault.slug,
                    "stage": fault.stage,
                    "create": fault.create,
                    "get": fault.get,
                    "sentence": fault.sentence,
                    "when": fault.when,
                }
                for fault in FAULTS.values()
            ]
        )
        return
    rows = [("FAULT", "LIAR", "REGISTER", "SIGN IN", "WHAT IT DOES")]
    rows += [
        (
            fault.slug,
            fault.stage,
            fault.create or "",
            fault.get or "",
            fault.sentence + (f" Due when {fault.when}." if fault.when else ""),
        )
        for fault in FAULTS.values()
    ]
    page.write(page.columns(rows, page.width()))


def _chosen(globs: Sequence[str]) -> list[Case]:
    """The cases whose ids, or whose part after the slash, match one of the globs.

    Raises:
        UsageError: a glob that matches none.
    """
    from mfa_harness.passkey_audit import CASES  # noqa: PLC0415
    from mfa_harness.usage import unknown  # noqa: PLC0415

    if not globs:
        return list(CASES.values())
    chosen: dict[str, Case] = {}
    for glob in globs:
        found = {
            name: case
            for name, case in CASES.items()
            if fnmatchcase(name, glob) or fnmatchcase(name.partition("/")[2], glob)
        }
        if not found:
            raise unknown("case", glob, CASES)
        chosen |= found
    return list(chosen.values())


def _object(finding: Finding) -> dict[str, Any]:
    case = finding.case
    return {
        "case": case.id,
        "verdict": str(finding.verdict),
        "outcome": finding.outcome,
        "step": case.step,
        "sentence": case.sentence,
        "said": finding.said,
        "because": finding.because,
    }


def _lines(
    name: str, label: str, findings: Sequence[Finding], wide: int | None, *, every: bool
) -> Iterator[str]:
    from mfa_harness.commands import page  # noqa: PLC0415

    yield f"Audit of {name}" + (f" ({label})" if label else "")
    for verdict, heading in _HEADINGS.items():
        found = [finding for finding in findings if finding.verdict == verdict]
        if found:
            yield ""
            yield f"{heading} ({len(found)})"
            shown = found if every else [finding for finding in found if not finding.because]
            yield from page.columns(list(_rows(shown, verdict)), wide)
            if not every:
                yield from page.columns(list(_grouped(found, verdict)), wide)
    yield ""
    yield _summary(findings)


def _rows(found: Iterable[Finding], verdict: str) -> Iterator[tuple[str, str, str]]:
    for finding in found:
        case = finding.case
        step = case.step if case.step.startswith("7") else ""
        text = case.sentence
        if verdict in ("policy", "advised"):
            text = f"{finding.outcome}: {text}"
        elif verdict in ("n/a", "blocked", "refused", "broken", "crashed"):
            text = f"{text} {finding.said or finding.because}".rstrip()
        yield f"  {case.id}", step, text


def _grouped(found: Iterable[Finding], verdict: str) -> Iterator[tuple[str, str]]:
    """How many are not due, or not tried, and why."""
    word = "tried" if verdict == "n/a" else "due"
    reasons = Counter(finding.because for finding in found if finding.because)
    for reason, count in reasons.items():
        yield f"  {count} case{'s' if count != 1 else ''}", f"not {word}, because {reason} (--all shows them)"


def _summary(findings: Sequence[Finding]) -> str:
    counts = {
        verdict: sum(finding.verdict == verdict for finding in findings)
        for verdict in ("checked", "accepted", *_HEADINGS)
    }
    wrong = sum(counts[verdict] for verdict in _CONDEMNED)
    right = counts["checked"] + counts["accepted"]
    rest = ", ".join(
        f"{counts[verdict]} {verdict}"
        for verdict in ("advised", "crashed", "left to the caller", "policy", "n/a")
        if counts[verdict]
    )
    head = f"{'FAIL' if wrong else 'PASS'}  {wrong} wrong, {right} right of {len(findings)} cases"
    return f"{head}; {rest}" if rest else head
