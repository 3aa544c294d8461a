"""Findings: what was broken, by the shortest story, and how surely it happens again."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

import msgspec

from mfa_harness import requirements
from mfa_harness.fuzz.telling import Told, tell
from mfa_harness.fuzz.words import Story  # noqa: TC001 - msgspec reads the annotations
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from mfa_harness.fuzz.judge import Deviation
    from mfa_harness.scenario.run import Run

_TWICE: Final = 2
_RACES: Final = 20


class Finding(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A requirement that a story breaks; also what a replay file holds.

    Args:
        requirement: its id.
        required: what should have been seen.
        got: what was seen.
        then: the Then of the suite that says it; "" where there is none.
        story: the shortest found.
        refused: which of its acts were refused as they should be.
        again: how often it happened again.
        of: out of how many.
        steps: how many acts it took to find.
        target: where it was found.
    """

    requirement: str
    required: str
    got: str
    then: str
    story: Story
    refused: tuple[bool, ...]
    again: int
    of: int
    steps: int = 0
    target: str = ""

    @property
    def id(self) -> str:
        """The requirement and the shortened sequence of rules, the same from night to night."""
        rules = " > ".join(act.rule for act in self.story.acts)
        digest = hashlib.sha256(rules.encode()).hexdigest()[:6]
        return f"{self.requirement}.fuzz-{digest}"

    def again_by(self, seed: int) -> str:
        """The command that finds it again."""
        return f"mfa-harness fuzz {self.target} --seed {seed} --examples {max(self.steps, 1)}"

    @property
    def races(self) -> bool:
        """Whether chance has a hand in it."""
        return any(act.rule.startswith("races") for act in self.story.acts)

    @property
    def certain(self) -> bool:
        """Whether it happens every time; a race need not."""
        return self.again > 0 if self.races else self.again == self.of

    @property
    def level(self) -> str:
        """How binding the requirement is."""
        known = requirements.load().get(self.requirement)
        return known.level if known is not None else "MUST"

    @property
    def verdict(self) -> Verdict:
        """A failure where it breaks a MUST and surely happens again."""
        return Verdict.FAIL if self.level == "MUST" and self.certain else Verdict.WARN


def confirm(run: Run, told: Told, *, steps: int = 0, **settings: Any) -> Finding:
    """Tell it again, twice; a race twenty times."""
    assert told.deviation is not None
    finding = finding_of(told, told.deviation, steps=steps, target=run.target.name)
    times = _RACES if finding.races else _TWICE
    again = sum(breaks(run, finding, **settings) for _ in range(times))
    return msgspec.structs.replace(finding, again=again, of=times)


def finding_of(told: Told, deviation: Deviation, *, steps: int, target: str) -> Finding:
    """What was told, as something to keep."""
    return Finding(
        requirement=deviation.requirement,
        required=deviation.required,
        got=deviation.got,
        then=deviation.then,
        story=told.story,
        refused=tuple(told.refused),
        again=0,
        of=0,
        steps=steps,
        target=target,
    )


def breaks(run: Run, finding: Finding, **settings: Any) -> bool:
    """Whether a finding's story breaks its requirement at the run's target."""
    deviation = tell(run, finding.story, wanted=finding.requirement, **settings).deviation
    return deviation is not None and deviation.requirement == finding.requirement
