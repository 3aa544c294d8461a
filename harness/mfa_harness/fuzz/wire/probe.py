"""One odd request, and what its answer must not be: a 500, late, or telling of a secret."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mfa_harness.verdicts import Blocked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mfa_harness.targets.target import Environment

LATE_SECONDS: Final = 2.0
_SERVER_ERROR: Final = 500
_REFUSED: Final = 400
_INSIDES: Final = ("Traceback (most recent call last)", "sqlalchemy.", 'File "/')


@dataclass(frozen=True)
class Probe:
    """A request.

    Args:
        what: what is odd about it, in words.
        method: of HTTP.
        path: below the environment.
        body: as it is sent.
        headers: beside the usual ones.
        place: method and path with blanks for what differs: findings at one place are one.
        requirement: which an answer that is a failure of the server breaks.
    """

    what: str
    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    place: str = ""
    requirement: str = "errors.malformed-refused"

    @property
    def where(self) -> str:
        """The place that it looks at."""
        return self.place or f"{self.method} {self.path}"


@dataclass(frozen=True)
class Broken:
    """What an answer was that it must not be.

    Args:
        requirement: whose breach it is.
        kind: "500", "late", "silent" or "secret".
        required: what should have been seen.
        got: what was seen.
    """

    requirement: str
    kind: str
    required: str
    got: str


def ask(environment: Environment, probe: Probe, token: str | None, secrets: Iterable[str]) -> Broken | None:
    """Send it, and see what is wrong with the answer; None where nothing is."""
    begun = time.perf_counter()
    try:
        answer = environment.request(
            probe.method, probe.path, token=token, body=probe.body, headers=probe.headers
        )
    except Blocked as silence:
        return Broken(probe.requirement, "silent", "an answer", silence.found)
    seconds = time.perf_counter() - begun
    if answer.status >= _SERVER_ERROR:
        required = "a refusal that is no failure of the server"
        return Broken(probe.requirement, "500", required, f"{answer.status}")
    if seconds > LATE_SECONDS:
        required = f"an answer within {LATE_SECONDS:g} s"
        return Broken(probe.requirement, "late", required, f"one after {seconds:.1f} s")
    if answer.status >= _REFUSED:
        told = answer.body.decode("utf-8", "replace")
        for secret in (*secrets, *_INSIDES):
            if secret and secret in told:
                named = secret if secret in _INSIDES else "a secret of the account"
                return Broken(
                    "errors.shape", "secret", "an error that tells no secret", f"{answer.status} with {named}"
                )
    return None
