"""How a check and a summary are set in lines of text: two columns where the line is wide enough, else one."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Final

from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_harness.events import CheckFinished, Expected, RunStarted
    from mfa_harness.reports.run import Run

MARKS: Final = {
    Verdict.PASS: "pass",
    Verdict.FAIL: "FAIL",
    Verdict.WARN: "WARN",
    Verdict.NOT_APPLICABLE: "n/a",
    Verdict.BLOCKED: "BLOCKED",
    Verdict.ERROR: "ERROR",
}

_INDENT: Final = 6
_LABEL: Final = 10
_GAP: Final = 6
_SUMMARY_LABEL: Final = 13
_DETAIL_LINES: Final = 12
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def mark(check: CheckFinished) -> str:
    """The word for how a check ended: in capitals where it is news."""
    word = MARKS[check.verdict]
    return word.lower() if check.expected is not None else word


def demand(check: CheckFinished) -> str:
    """What to call that which was not met: a warning is not about a requirement."""
    return "advised" if check.verdict is Verdict.WARN else "required"


def printable(text: str) -> str:
    """The text with control characters spelt out: what a target answered must not steer a terminal."""
    return _UNPRINTABLE.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def location(check: CheckFinished) -> str:
    """Where the check stands: `features/totp_enrolment.feature:41`."""
    return f"{check.feature}:{check.line}" if check.line else check.feature


def _title(check: CheckFinished, aside: str, width: int) -> list[str]:
    """Verdict, id, title and an aside, on as few lines as the width allows."""
    name = printable(f"{mark(check):<4}  {check.id}")
    title = printable(check.title)
    if len(name) + len(title) + 2 > width:
        return [name, *_two_columns(" " * _INDENT + title, aside, width, hang=_INDENT)]
    return _two_columns(f"{name}  {title}", aside, width, hang=_INDENT)


def opening(started: RunStarted, width: int) -> list[str]:
    """The first lines of a run: its title, and what is tested before anything is."""
    checks = "1 check" if started.planned == 1 else f"{started.planned} checks"
    lines = [f"Testing {started.label}: {checks}, seed {started.seed}"]
    if started.title:
        lines.insert(0, started.title)
    return [broken for line in lines for broken in _hanging("", printable(line), width)]


def brief(check: CheckFinished, width: int) -> list[str]:
    """A check in the stream of a run: a line, and the reason when it is not applicable or was to fail."""
    aside = ""
    if check.expected is not None:
        aside = f"(as expected: {printable(check.expected.reason)})"
    elif check.verdict is Verdict.NOT_APPLICABLE:
        aside = f"({printable(check.reason)})"
    return _title(check, aside, width)


def explained(check: CheckFinished, width: int) -> list[str]:
    """A check that did not pass: required by which source, got after which control, how to run it again.

    Args:
        check: a check with any verdict but pass.
        width: columns to keep to; a command to paste is never broken, however long.
    """
    lines = _title(check, location(check), width)
    failure = check.failure
    if failure is None:
        lines += _row("reason", check.reason or "none given", "", width)
    else:
        lines += _row(demand(check), failure.required, failure.source, width, narrow="source")
        lines += _row("got", failure.got, _controls(check), width)
        if failure.details:
            lines += _row("also", _shortened(failure.details), "", width)
    command, _, other = check.again.partition("\n")
    if command:
        lines += _row("again", command, other.replace("\n", " "), width, wrap=False)
    return lines


def summary(run: Run, width: int) -> list[str]:
    """The last lines of a run: the headline, what was tested, what was to fail, what was not tested, what was left."""
    lines = _hanging("", run.headline[1], width)
    lines += _entry("target", run.subject, width)
    lines += _entry("tested", f"{run.tested} of {run.total}: {run.tally}{_duration(run)}", width)
    lines += _expected(run, width)
    if run.untested:
        lines += _entry("not tested", f"{run.untested} of {run.total}, because", width)
        digits = max(len(str(count)) for _, count in run.not_tested)
        for reason, count in run.not_tested:
            lines += _entry("", f"{count:>{digits}}  {reason}", width, hang=digits + 2)
    lines += _entry("to mend", run.mend, width) if run.mend else []
    if run.leftovers:
        lines += _entry("left behind", f"{len(run.leftovers)}, which could not be deleted", width)
        for leftover in run.leftovers:
            lines += _entry("", leftover, width)
    if run.broken_first:
        lines += _entry("why", f"`mfa-harness explain {run.broken_first}` says why that matters", width)
    return lines


def _expected(run: Run, width: int) -> list[str]:
    """What the list of expected failures had to say: its reasons with the checks below, and what to change in it."""
    lines: list[str] = []
    if run.excused:
        lines += _entry("expected", f"{run.expected} of these failures, because", width)
        for said, checks in run.excused.items():
            lines += _entry("", expectation(said), width, hang=2)
            ids = ", ".join(check.id for check in checks)
            lines += _hanging(" " * (_SUMMARY_LABEL + 2), printable(ids), width)
    if run.stale:
        lines += _entry("stale", f"{run.stale_entries}: correct the list of expected failures", width)
        for entry in run.stale:
            lines += _entry("", f"{entry.where}  {entry.check}", width, hang=2)
            lines += _hanging(" " * (_SUMMARY_LABEL + 2), printable(f"{entry.finding}; {entry.mend}"), width)
    return lines


def expectation(said: Expected) -> str:
    """Why a failure is expected, and how long it may be."""
    return f"{said.reason} (until {said.until})" if said.until else said.reason


def _duration(run: Run) -> str:
    return f" (in {run.finished.seconds:.1f} s)" if run.finished and run.finished.seconds else ""


def _controls(check: CheckFinished) -> str:
    controls = (check.failure.controls if check.failure else ()) or check.controls
    return f"(control passed: {'; '.join(controls)})" if controls else ""


def _shortened(details: str) -> str:
    lines = details.strip("\n").splitlines()
    if len(lines) > _DETAIL_LINES:
        lines = [f"... {len(lines) - _DETAIL_LINES} lines before", *lines[-_DETAIL_LINES:]]
    return "\n".join(lines)


def _row(label: str, left: str, right: str, width: int, *, narrow: str = "", wrap: bool = True) -> list[str]:
    """One labelled row of a failure. On a narrow line `right` goes below, under the label `narrow`."""
    head = " " * _INDENT + f"{label:<{_LABEL}}"
    left, right = printable(left), printable(right)
    both = f"{head}{left}{' ' * _GAP}{right}"
    if right and len(both) <= width and "\n" not in left:
        return [both]
    lines = _hanging(head, left, width if wrap else None)
    if right:
        lines += _hanging(" " * _INDENT + f"{narrow:<{_LABEL}}", right, width if wrap else None)
    return lines


def _two_columns(left: str, right: str, width: int, *, hang: int) -> list[str]:
    if not right or len(left) + _GAP + len(right) <= width:
        return [f"{left}{' ' * _GAP}{right}" if right else left]
    return [left, *_hanging(" " * hang, right, width)]


def _entry(label: str, text: str, width: int, *, hang: int = 0) -> list[str]:
    return _hanging(f"{label:<{_SUMMARY_LABEL}}", printable(text), width, hang=hang)


def _hanging(head: str, text: str, width: int | None, *, hang: int = 0) -> list[str]:
    """The text after its head, the lines that follow set under its first one; None never breaks a line."""
    indent = " " * (len(head) + hang)
    broken = list(_wrapped(text, None if width is None else width - len(indent), hang)) or [""]
    return [f"{head if number == 0 else indent}{line}".rstrip() for number, line in enumerate(broken)]


def _wrapped(text: str, width: int | None, hang: int) -> Iterator[str]:
    for line in text.split("\n"):
        if width is None or len(line) <= width + hang:
            yield line
        else:
            yield from textwrap.wrap(line, max(width, 20), break_long_words=False, break_on_hyphens=False)
