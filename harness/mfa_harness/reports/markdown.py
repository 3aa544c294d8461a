"""Markdown for a CI job's summary (`$GITHUB_STEP_SUMMARY`, a merge request's comment): the verdict first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mfa_harness.reports.layout import MARKS, demand, expectation, location, mark, printable
from mfa_harness.reports.run import AS_EXPECTED, WORDS, Run
from mfa_harness.reports.trace import exchange_lines
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mfa_harness.events import CheckFinished, Event

_SPECIAL: Final = re.compile(r"([\\`*_\[\]|~<>$])")
_MENTION: Final = re.compile(r"(?<!\w)@(?=\w)")
PIPE: Final = "\\|"
_EXPLAINED_IN_FULL: Final = 50
"""So many checks are explained with their wire: a job's summary may not be longer than a megabyte."""


def render(events: Sequence[Event]) -> bytes:
    """The run as Markdown (GitHub's and GitLab's dialect), UTF-8."""
    return ("\n".join(_document(Run.of(events))) + "\n").encode()


def escape(text: str) -> str:
    """The text as Markdown that shows just that: no markup, no HTML, no line break, nobody notified."""
    flat = " ".join(printable(text).split())
    return _MENTION.sub("@\u200b", _SPECIAL.sub(r"\\\1", flat).replace("&", "&amp;"))


def code(text: str) -> str:
    """The text as a code span, however many backticks it holds."""
    flat = " ".join(printable(text).split())
    fence = "`" * (max((len(ticks) for ticks in re.findall("`+", flat)), default=0) + 1)
    pad = " " if "`" in flat else ""
    return f"{fence}{pad}{flat}{pad}{fence}"


def _document(run: Run) -> Iterator[str]:
    title = run.started.title if run.started else ""
    yield f"## {escape(title or 'MFA check')}: {escape(run.headline[1])}"
    yield ""
    yield f"Tested: **{escape(run.subject)}**"
    yield ""
    yield from _counts(run)
    for number, check in enumerate(run.to_explain()):
        yield ""
        yield from _explained(check, in_full=number < _EXPLAINED_IN_FULL)
    yield from _expected(run)
    if run.untested:
        yield ""
        yield f"### Not tested: {run.untested} of {run.total}, because"
        yield ""
        yield "| checks | reason |"
        yield "|---:|---|"
        for reason, count in run.not_tested:
            yield f"| {count} | {escape(reason)} |"
    if run.mend:
        yield ""
        yield f"To mend: {escape(run.mend)}"
    if run.leftovers:
        yield ""
        yield f"### Left behind: {len(run.leftovers)}"
        yield ""
        for leftover in run.leftovers:
            yield f"- {escape(leftover)}"
    if run.checks:
        yield ""
        yield from _every_check(run)


def _counts(run: Run) -> Iterator[str]:
    yield "| checks | |"
    yield "|---:|---|"
    for verdict, word in WORDS.items():
        if verdict is not Verdict.NOT_APPLICABLE and (run.count(verdict) or verdict is Verdict.PASS):
            yield f"| {run.count(verdict)} | {word} |"
    if run.expected:
        yield f"| {run.expected} | {AS_EXPECTED} |"
    yield f"| {run.untested} | **not tested** |" if run.untested else "| 0 | not tested |"


def _expected(run: Run) -> Iterator[str]:
    """What the list of expected failures has to be told, then what it told."""
    if run.stale:
        yield ""
        yield f"### Expected failures: {run.stale_entries}"
        yield ""
        for entry in run.stale:
            yield f"- {code(entry.where)} {code(entry.check)}: **{escape(entry.finding)}**; {escape(entry.mend)}"
    if run.excused:
        yield ""
        yield f"### Failed as expected: {run.expected}"
        yield ""
        yield "| checks | reason | which |"
        yield "|---:|---|---|"
        for said, checks in run.excused.items():
            ids = ", ".join(code(check.id).replace("|", PIPE) for check in checks)
            yield f"| {len(checks)} | {escape(expectation(said))} | {ids} |"


def _explained(check: CheckFinished, *, in_full: bool) -> Iterator[str]:
    yield f"### {MARKS[check.verdict]} {code(check.id)} {escape(check.title)}"
    yield ""
    yield f"{code(location(check))}"
    yield ""
    failure = check.failure
    if failure is None:
        yield f"- reason: {escape(check.reason or 'none given')}"
    else:
        yield f"- {demand(check)}: **{escape(failure.required)}**"
        if failure.source:
            yield f"- source: {escape(failure.source)}"
        yield f"- got: **{escape(failure.got)}**"
        for control in failure.controls or check.controls:
            yield f"- control passed: {escape(control)}"
        if failure.step:
            yield f"- at: {escape(failure.step)}"
    if check.again:
        yield ""
        yield from _fenced(check.again.splitlines(), "sh")
    if in_full and check.exchanges:
        yield ""
        yield "<details><summary>On the wire</summary>"
        yield ""
        yield from _fenced(list(exchange_lines(check.exchanges)))
        yield ""
        yield "</details>"


def _fenced(lines: Sequence[str], language: str = "") -> Iterator[str]:
    lines = [printable(line) for line in lines]
    longest = max((len(ticks) for line in lines for ticks in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield fence + language
    yield from lines
    yield fence


def _every_check(run: Run) -> Iterator[str]:
    yield f"<details><summary>Every check ({len(run.checks)})</summary>"
    yield ""
    yield "| verdict | check | |"
    yield "|---|---|---|"
    for check in run.checks:
        yield f"| {mark(check)} | {code(check.id).replace('|', PIPE)} | {escape(check.title)} |"
    yield ""
    yield "</details>"
