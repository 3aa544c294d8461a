"""What came of one action: a value or an error, and what surrounds it as evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from mfa_harness.verdicts import Breach

if TYPE_CHECKING:
    from mfa_harness.events import Exchange
    from mfa_harness.scenario.actor import Actor
    from mfa_harness.scenario.witness import Sight
    from mfa_simulators.client.errors import ClientError

TOO_MANY: Final = 429
"""The status of an attempt limit. Outside of scenarios about limits it is no verdict (DESIGN rule 11)."""


@dataclass
class Outcome:
    """One action of one person. `before` and `after` are there only where a refusal was to follow."""

    actor: Actor
    what: str
    value: Any = None
    error: ClientError | None = None
    before: Sight | None = None
    after: Sight | None = None
    exchanges: tuple[Exchange, ...] = ()

    @property
    def found(self) -> str:
        """What came back, for a report's `got`."""
        if self.error is None:
            return "accepted"
        return describe(self.error)

    @property
    def told(self) -> str:
        """What was done and what came back, as a sentence for somebody who has not read the scenario."""
        return f"{self.what}: {self.found}"

    def changes(self) -> str:
        """What is visibly different after the action, "" when nothing is."""
        if self.before is None or self.after is None:
            return ""
        return self.before.difference(self.after)


@dataclass
class Tally:
    """The outcomes of the same request made by several at once; counts only, since order is a race's own."""

    what: str
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def accepted(self) -> int:
        """How many of them were accepted."""
        return sum(outcome.error is None for outcome in self.outcomes)


def describe(error: ClientError) -> str:
    """An error as a report prints it: status, code, else what happened."""
    if error.status is None:
        return str(error)
    parts = [str(error.status)]
    if error.code and error.code != "unknown_error":
        parts.append(error.code)
    elif error.message:
        parts.append(f'"{error.message}"')
    return " ".join(parts)


def is_refusal(error: ClientError) -> bool:
    """Whether the server said no: a 4xx. A 5xx, a cut-off answer or a time-out is no refusal.

    A client SDK may keep the status to itself, or refuse what can be no code without asking the server.
    """
    if error.status is None:
        return error.kind == "invalid_code"
    return 400 <= error.status < 500  # noqa: PLR2004 - HTTP's own


def require(condition: bool, required: str, got: str) -> None:
    """Raise a `Breach` unless the condition holds."""
    if not condition:
        raise Breach(required, got)
