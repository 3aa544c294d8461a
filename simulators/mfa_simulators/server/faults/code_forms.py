"""Faults of the form of a code or body, and of the moment a code is given: what else passes, and what does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_simulators.server.faults.fault import fault
from mfa_simulators.server.rules import Rules

if TYPE_CHECKING:
    from mfa_simulators.server.rules.refusal import Refusal
    from mfa_simulators.server.store.records import Device

_EXACT = "totp.exact-format"
_EDGE = 2  # seconds
_SHORTEST = 5


@fault(
    *("T29", "code-refused-at-step-edge", "Codes are refused in the first and last seconds of a time step"),
    requirement="totp.step-boundary",
    sources=("RFC 6238 4.2",),
)
class _Edge(Rules):
    def matching_step(self, secret: bytes, given: str, device: Device, now: float) -> int | None:
        if not _EDGE <= now % device.period < device.period - _EDGE:
            return None
        return super().matching_step(secret, given, device, now)


@fault(
    *(
        "T30",
        "leading-zero-lost",
        "The server's own codes lose a leading zero, so the right ones are refused",
    ),
    requirement=_EXACT,
    sources=("RFC 4226 5.3",),
)
class _ZeroLost(Rules):
    def code_matches(self, expected: str, given: str) -> bool:
        return super().code_matches(str(int(expected)), given)


@fault(
    *("T31", "end-of-code-passes", "The last five digits of a code are enough"),
    requirement=_EXACT,
    sources=("RFC 4226 5.3",),
)
class _End(Rules):
    def code_matches(self, expected: str, given: str) -> bool:
        return super().code_matches(expected, given) or (len(given) >= _SHORTEST and expected.endswith(given))


@fault(
    *("T32", "no-code-passes", "A request without a code, or with an empty one, passes"),
    requirement=_EXACT,
    sources=("CWE-20", "CWE-287"),
)
class _None(Rules):
    def code_argument(self, given: object) -> str:
        return super().code_argument("" if given is None else given)

    def code_matches(self, expected: str, given: str) -> bool:
        return given == "" or super().code_matches(expected, given)


@fault(
    *("X28", "code-parsed-as-number", "A code that is no number ends in an internal error"),
    requirement="errors.malformed-refused",
    sources=("CWE-20", "CWE-755"),
)
class _Parsed(Rules):
    def code_argument(self, given: object) -> str:
        int(given)  # type: ignore[call-overload]  # which is the fault
        return super().code_argument(given)


@fault(
    *("X29", "malformed-body-500", "A body that cannot be read makes the server fail"),
    requirement="errors.malformed-refused",
    sources=("CWE-20", "CWE-755"),
)
class _Unread(Rules):
    def unreadable(self, refusal: Refusal) -> Refusal:
        raise ValueError(refusal.message)
