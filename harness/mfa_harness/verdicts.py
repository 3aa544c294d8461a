"""What a check can end in, and how a step says so.

A step raises one of the exceptions below; the pytest plugin turns it into the check's verdict. Anything else that
escapes a step is an error of ours and is never blamed on the target.
"""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """How one check ended. `fail`, `blocked` and `error` make a run fail; `warn` and `n/a` do not."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    WARN = "warn"
    NOT_APPLICABLE = "n/a"
    BLOCKED = "blocked"
    ERROR = "error"

    @property
    def condemns(self) -> bool:
        """Whether a check with this verdict keeps a run from passing."""
        return self in (Verdict.FAIL, Verdict.BLOCKED, Verdict.ERROR)


class Breach(Exception):  # noqa: N818 - it is what it is called in a report
    """The target did not do what a requirement asks for.

    Args:
        required: what should have been seen, as a phrase ("401, and the device list unchanged").
        got: what was seen instead ("200; devices 1 -> 2").
        details: what else a reader should know.
    """

    def __init__(self, required: str, got: str, details: str = "") -> None:
        super().__init__(f"required {required}; got {got}")
        self.required = required
        self.got = got
        self.details = details


class NotApplicable(Exception):  # noqa: N818
    """The target's profile does not have what this check needs; the reason is always printed."""


class Blocked(Exception):  # noqa: N818
    """The target claims what this check needs, and it could not be exercised. Counts as a failure.

    Args:
        wanted: what the check tried to do.
        found: what happened.
    """

    def __init__(self, wanted: str, found: str) -> None:
        super().__init__(f"could not {wanted}: {found}")
        self.wanted = wanted
        self.found = found


class ScenarioError(Exception):
    """The scenario itself is wrong: a sentence that makes no sense where it stands. Verdict `error`."""


OUR_WORDS = (Breach, Blocked, NotApplicable, ScenarioError)
"""What a step says by raising it; anything else is an error, of ours or of somebody's own step."""
