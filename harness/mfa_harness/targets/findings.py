"""What the doctor finds, as data: the plumbing, what can run, and how long it will take."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

State = Literal["well", "mind", "ill"]


@dataclass(frozen=True)
class Finding:
    """One thing looked at: well, to be minded, or ill; and what to do about it."""

    topic: str
    state: State
    text: str
    mend: str = ""


@dataclass(frozen=True)
class Rehearsal:
    """What a run would come to, found without the target.

    Args:
        runnable: how many scenarios would run.
        kept_out: how many would be n/a, by reason, most first.
        requests: how many would be sent.
        waits_seconds: how long would be waited in real time.
        own_seconds: what the run costs whatever the target.
        settings: of the environments that would be used, one for each use.
    """

    runnable: int = 0
    kept_out: Mapping[str, int] = field(default_factory=dict)
    requests: int = 0
    waits_seconds: float = 0.0
    own_seconds: float = 0.0
    settings: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Diagnosis:
    """What the doctor found.

    Args:
        target: as typed.
        label: what it is.
        findings: in the order they were looked at.
        runnable: how many scenarios would run.
        kept_out: how many would be n/a, by reason, most first.
        seconds: how long a run will take; None when nothing can be said.
        lacking: capabilities that the target lacks, with the reason.
    """

    target: str
    label: str
    findings: tuple[Finding, ...]
    runnable: int = 0
    kept_out: Mapping[str, int] = field(default_factory=dict)
    seconds: float | None = None
    lacking: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_well(self) -> bool:
        """Whether a run makes sense."""
        return all(finding.state != "ill" for finding in self.findings)

    @property
    def exit_code(self) -> int:
        """0 when a run makes sense, else 2."""
        return 0 if self.is_well else 2
