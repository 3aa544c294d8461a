"""When an act comes to nothing: the target gave no answer, or the profile does not have what it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import httpx

from mfa_harness.targets.contact import Lost
from mfa_simulators.client.errors import ClientError

if TYPE_CHECKING:
    from mfa_harness.fuzz.words import Act

NO_ANSWER: Final = "errors.shape"
"""Whose breach it is to give no answer at all."""


class Dead(Exception):  # noqa: N818 - it is what the target is
    """The target gave no answer at all, or, to somebody who was to wait, none that says for how long."""

    def __init__(self, found: str, act: Act, *, silent: bool) -> None:
        super().__init__(found)
        late = "limits.retry-after" if act.rule == "waits out the limit" else ""
        self.requirement = NO_ANSWER if silent else late
        self.silent = silent


class Unreachable(Exception):  # noqa: N818
    """The profile does not have what an act needs."""


def is_silence(error: BaseException | None) -> bool:
    """Whether an error tells of a target that gave no answer at all."""
    while error is not None:
        if isinstance(error, (httpx.RequestError, Lost)):
            return True
        if isinstance(error, ClientError) and error.kind == "network":
            return True
        error = error.__cause__
    return False
