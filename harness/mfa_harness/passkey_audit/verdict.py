"""What an audit finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mfa_harness.passkey_audit.cases import Case


class Verdict(StrEnum):
    """What came of one case."""

    CHECKED = "checked"
    """It was to be refused, and was."""
    ACCEPTED = "accepted"
    """It only looks wrong, and was accepted, as it must be."""
    MISSED = "missed"
    """It must be refused, and was accepted."""
    REFUSED = "refused"
    """It must be accepted, and was refused."""
    ADVISED = "advised"
    """The specification says SHOULD, and it does otherwise."""
    CRASHED = "crashed"
    """It was refused by an exception that is no refusal: a server that does not expect it answers 500."""
    BROKEN = "broken"
    """A server answered 5xx, or not at all."""
    CALLER = "left to the caller"
    """The library leaves it to whoever calls it."""
    POLICY = "policy"
    """The specification leaves it to the relying party."""
    NOT_APPLICABLE = "n/a"
    """It cannot be had here."""
    BLOCKED = "blocked"
    """Even without the fault it was refused, so nothing was proved."""

    @property
    def condemns(self) -> bool:
        """Whether the relying party is wrong, or nothing could be learnt of it."""
        return self in {Verdict.MISSED, Verdict.REFUSED, Verdict.BROKEN, Verdict.BLOCKED}


@dataclass(frozen=True, slots=True)
class Finding:
    """One case and what came of it.

    Attributes:
        case: what was tried.
        verdict: what came of it.
        outcome: `accepted`, `refused` or `crashed`; empty where nothing was tried.
        said: the refusal's own words, or why nothing was tried.
        because: why the step is not due, where it is not, or what the party does not offer that the case needs.
    """

    case: Case
    verdict: Verdict
    outcome: str = ""
    said: str = ""
    because: str = ""
