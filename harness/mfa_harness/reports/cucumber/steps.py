"""What became of each step of a check, in Cucumber's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mfa_harness.reports.layout import expectation, printable
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from mfa_harness.events import CheckFinished

PASSED: Final = "PASSED"
SKIPPED: Final = "SKIPPED"
FAILED: Final = "FAILED"


class Results(NamedTuple):
    """The result of each step, durations apart, and the number of the step that the check ended with."""

    each: tuple[dict[str, Any], ...]
    ended_at: int


def result_of_steps(check: CheckFinished, count: int) -> Results:
    """The results of the `count` steps of a check: all before the decisive one passed, all after it skipped."""
    if check.verdict is Verdict.PASS:
        return Results(tuple({"status": PASSED} for _ in range(count)), count - 1)
    outcomes = [step.outcome for step in check.steps]
    ended_at = next((number for number, outcome in enumerate(outcomes) if outcome != "passed"), count - 1)
    before = [{"status": PASSED} for _ in range(ended_at)]
    after = [{"status": SKIPPED} for _ in range(count - ended_at - 1)]
    return Results((*before, _decisive(check), *after), ended_at)


def _decisive(check: CheckFinished) -> dict[str, Any]:
    """The result of the step that decided a check which did not pass."""
    said = printable(_said(check))
    if check.expected is not None:
        return {
            "status": SKIPPED,
            "message": f"failed as expected: {printable(expectation(check.expected))}\n{said}",
        }
    match check.verdict:
        case Verdict.NOT_APPLICABLE:
            return {"status": SKIPPED, "message": said}
        case Verdict.WARN:
            return {"status": PASSED, "message": said}
        case _:
            return {
                "status": FAILED,
                "message": f"{check.verdict}: {said}",
                "exception": {"type": check.verdict.value, "message": said},
            }


def _said(check: CheckFinished) -> str:
    if check.failure is None:
        return check.reason or "no reason given"
    source = f" ({check.failure.source})" if check.failure.source else ""
    return f"required {check.failure.required}{source}; got {check.failure.got}"
