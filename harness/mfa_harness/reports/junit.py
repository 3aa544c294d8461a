"""JUnit XML, as Jenkins, GitLab, GitHub and the rest read it: a suite a feature, a case a check.

Shape: testsuites > testsuite (properties, testcase*) with the attributes and elements that the schema of
Jenkins's xUnit plugin (junit-10) knows and no others. A failed or blocked check is a `failure`, an error of
ours an `error`, and a check that is not applicable is `skipped` with its reason, as is one that failed as expected;
the format has no word for a warning, which passes with the warning as its output.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from mfa_harness.reports.layout import expectation, explained, printable
from mfa_harness.reports.run import NEVER_REACHED, Run
from mfa_harness.reports.trace import exchange_lines
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mfa_harness.events import CheckFinished, Event

_WIDTH = 120


def render(events: Sequence[Event]) -> bytes:
    """The run as a JUnit XML document, UTF-8."""
    run = Run.of(events)
    title = run.started.title if run.started else ""
    root = Element("testsuites", {"name": _text(title or "mfa-harness"), **_totals(run.checks)})
    for feature, checks in run.by_feature().items():
        suite = SubElement(
            root, "testsuite", {"name": _text(feature), **_totals(checks), "file": _text(feature)}
        )
        skipped = sum(check.expected is not None for check in checks) + _count(checks, Verdict.NOT_APPLICABLE)
        suite.set("skipped", str(skipped))
        _properties(suite, run)
        for check in checks:
            _case(suite, check)
    _missing(root, run)
    _stale(root, run)
    _too_little(root, run)
    indent(root)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _totals(checks: Sequence[CheckFinished]) -> dict[str, str]:
    return {
        "tests": str(len(checks)),
        "failures": str(_count(checks, Verdict.FAIL, Verdict.BLOCKED)),
        "errors": str(_count(checks, Verdict.ERROR)),
        "time": _seconds(sum(check.seconds for check in checks)),
    }


def _count(checks: Iterable[CheckFinished], *verdicts: Verdict) -> int:
    return sum(check.verdict in verdicts and check.expected is None for check in checks)


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"  # never an exponent, which the schema refuses


def _properties(suite: Element, run: Run) -> None:
    if run.started is None:
        return
    properties = SubElement(suite, "properties")
    for name in ("harness", "target", "label", "seed", "title"):
        value = str(getattr(run.started, name))
        if value:
            SubElement(properties, "property", {"name": f"mfa-harness.{name}", "value": _text(value)})


def _case(suite: Element, check: CheckFinished) -> None:
    case = SubElement(
        suite,
        "testcase",
        {
            "classname": _text(check.requirement or check.feature),
            "name": _text(f"{check.id}: {check.title}"),
            "time": _seconds(check.seconds),
        },
    )
    if check.expected is not None:
        why = f"failed as expected: {expectation(check.expected)}"
        SubElement(case, "skipped", {"type": "expected", "message": _text(why)})
        SubElement(case, "system-out").text = _story(check)
        return
    match check.verdict:
        case Verdict.PASS:
            return
        case Verdict.NOT_APPLICABLE:
            SubElement(case, "skipped", {"message": _text(check.reason)})
        case Verdict.WARN:
            SubElement(case, "system-out").text = _story(check)
        case Verdict.FAIL | Verdict.BLOCKED | Verdict.ERROR:
            tag = "error" if check.verdict is Verdict.ERROR else "failure"
            verdict = SubElement(case, tag, {"type": check.verdict.value, "message": _message(check)})
            verdict.text = _story(check)


def _message(check: CheckFinished) -> str:
    if check.failure is None:
        return _text(check.reason)
    return _text(f"required {check.failure.required}; got {check.failure.got}")


def _story(check: CheckFinished) -> str:
    """The failure as on the terminal, then the scenario with the step that failed, then the wire."""
    lines = explained(check, _WIDTH)
    if check.steps:
        lines += ["", *(f"{step.outcome:<8}{step.keyword} {step.text}" for step in check.steps)]
    if check.exchanges:
        lines += ["", *exchange_lines(check.exchanges)]
    return _text("\n" + "\n".join(lines) + "\n")


def _missing(root: Element, run: Run) -> None:
    """A run that was cut short must not look whole to a CI server: what never ran is an error."""
    never = dict(run.not_tested).get(NEVER_REACHED, 0)
    if run.finished is not None and not run.finished.interrupted and not never:
        return
    case = _case_of_ours(root, run, "the run is whole", "errors")
    SubElement(case, "error", {"type": "interrupted", "message": _text(run.headline[1])})


def _stale(root: Element, run: Run) -> None:
    """A stale list of expected failures makes the run fail, so that it must not look green."""
    if not run.stale:
        return
    case = _case_of_ours(root, run, "the list of expected failures holds", "failures")
    failure = SubElement(case, "failure", {"type": "stale", "message": _text(run.stale_entries)})
    entries = [f"{entry.where}  {entry.check}: {entry.finding}; {entry.mend}" for entry in run.stale]
    failure.text = _text("\n" + "\n".join(entries) + "\n")


def _too_little(root: Element, run: Run) -> None:
    """A run in which next to nothing was tested must not look green."""
    if run.lacks_checks:
        case = _case_of_ours(root, run, "enough is tested", "errors")
        SubElement(case, "error", {"type": "too little tested", "message": _text(run.headline[1])})


def _case_of_ours(root: Element, run: Run, name: str, broken: str) -> Element:
    """A case beside the suite's, in a suite of its own; `broken` is the total that it adds to."""
    totals = {"tests": "1", "failures": "0", "errors": "0", "time": _seconds(0), broken: "1"}
    suite = SubElement(root, "testsuite", {"name": "mfa-harness", **totals, "skipped": "0"})
    _properties(suite, run)
    for total in ("tests", broken):
        root.set(total, str(int(root.get(total, "0")) + 1))
    return SubElement(suite, "testcase", {"classname": "mfa-harness", "name": name, "time": _seconds(0)})


def _text(text: str) -> str:
    """What XML 1.0 can hold of a text; the rest is spelt out."""
    return printable(text).replace("\ufffe", "\\xfffe").replace("\uffff", "\\xffff")
