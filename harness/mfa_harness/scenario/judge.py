"""From how a scenario ended to the check's verdict and the event that tells it: made here and nowhere else."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from mfa_harness import requirements
from mfa_harness.events import CheckFinished, Failure, StepRecord
from mfa_harness.feature_files import suite_dir
from mfa_harness.scenario.outcome import describe
from mfa_harness.verdicts import Blocked, Breach, NotApplicable, ScenarioError, Verdict
from mfa_simulators.client.errors import ClientError

if TYPE_CHECKING:
    from mfa_harness.requirements import Requirement
    from mfa_harness.scenario.world import World

_PACKAGE = Path(__file__).parents[1]


def judge(
    world: World, error: BaseException | None, *, records: tuple[StepRecord, ...], seconds: float
) -> CheckFinished:
    """The event of one check.

    Args:
        world: of the scenario.
        error: what escaped it, or None.
        records: its steps and what became of them.
        seconds: how long it took.
    """
    check = world.check
    requirement = requirements.load().get(check.requirement or "")
    level = requirement.level if requirement else "MUST"
    verdict = _verdict(error, level)
    mistake = _mistake(world, error)
    failure = None
    reason = ""
    if isinstance(error, NotApplicable):
        reason = str(error)
    elif error is not None:
        failure = _failure(world, error, requirement, records)
        reason = f"required {failure.required}; got {failure.got}"
    return CheckFinished(
        id=check.id,
        title=check.title,
        feature=check.feature,
        line=check.line,
        requirement=check.requirement or "",
        level=level,
        verdict=verdict,
        reason=reason,
        failure=failure,
        controls=tuple(world.controls),
        steps=records,
        exchanges=tuple(world.exchanges) if failure is not None else (),
        again=world.run.again(check) if failure is not None else "",
        expected=world.run.expected.excuse(check.id, verdict),
        seconds=seconds,
        mistake=mistake,
    )


def _verdict(error: BaseException | None, level: str) -> Verdict:
    if error is None:
        return Verdict.PASS
    if isinstance(error, Breach):
        return Verdict.FAIL if level == "MUST" else Verdict.WARN
    if isinstance(error, NotApplicable):
        return Verdict.NOT_APPLICABLE
    if isinstance(error, (Blocked, ClientError)):
        return Verdict.BLOCKED
    return Verdict.ERROR


def _mistake(world: World, error: BaseException | None) -> str:
    """File and line of a sentence that makes no sense, in a scenario that is not of our suite; else ""."""
    check = world.check
    if not isinstance(error, ScenarioError) or check.path.is_relative_to(suite_dir()):
        return ""
    reached = 0 <= world.position < len(check.steps)
    return f"{check.feature}:{check.steps[world.position].line if reached else check.line}"


def _failure(
    world: World, error: BaseException, requirement: Requirement | None, records: tuple[StepRecord, ...]
) -> Failure:
    step = next((record for record in records if record.outcome == "failed"), None)
    source = requirement.sources[0] if requirement and requirement.sources else ""
    details = world.heard
    if isinstance(error, Breach):
        required, got, details = error.required, error.got, error.details
    elif isinstance(error, Blocked):
        required, got = f"being able to {error.wanted}", error.found
    elif isinstance(error, ClientError):
        required, got = "an answer that the scenario can go on with", describe(error)
    elif isinstance(error, ScenarioError):
        place = _mistake(world, error)
        required = "a line that makes sense where it stands" if place else "a scenario that makes sense"
        got = f"{place}: {error}" if place else str(error)
    else:
        required, got = "no error of the harness itself", f"{type(error).__name__}: {error}"
        details = _own_frames(error)
    return Failure(
        required=required,
        got=got,
        source=source,
        step=f"{step.keyword} {step.text}" if step else "",
        controls=tuple(dict.fromkeys(world.controls)),
        details=details,
    )


def _own_frames(error: BaseException) -> str:
    """Where in our code it happened: enough for a bug report, and no machine's paths."""
    frames = [
        f"{Path(frame.filename).relative_to(_PACKAGE).as_posix()}:{frame.lineno} in {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(_PACKAGE)
    ]
    return "\n".join(frames[-6:])
