"""Faults of verifying codes of authenticator apps."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

import msgspec

from mfa_simulators.clock import parse_instant
from mfa_simulators.http_date import http_date
from mfa_simulators.server.faults.fault import fault
from mfa_simulators.server.faults.meeting import meet
from mfa_simulators.server.faults.notes import every_device, notes
from mfa_simulators.server.operations import Operations
from mfa_simulators.server.rules import Rules
from mfa_simulators.server.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mfa_simulators.server.operations import Call, Caller
    from mfa_simulators.server.store.records import Device, Methods
    from mfa_simulators.server.wire.answers import MfaDevice
    from mfa_simulators.server.wire.requests import TotpVerification

_ONCE: Final = "totp.code-once"
_FOREVER: Final = 120  # time steps
_MINUTES: Final = 20  # time steps: ten minutes
_SHORTEST: Final = 5


@fault(
    *("T01", "code-replay-in-session", "The same code is accepted twice in one session"),
    requirement=_ONCE,
    sources=("RFC 6238 5.2", "ASVS 5.0 6.5.1", "CWE-294"),
)
class _ReplayInSession(Store):
    def spend_step(self, device: Device, step: int, session_id: str) -> bool:
        used = notes(self, "T01")
        key = (session_id, device.id, step)
        if super().spend_step(device, step, session_id):
            used[key] = True
            return True
        return key in used


@fault(
    *("T02", "code-replay-in-other-session", "Each session remembers for itself which codes were used"),
    requirement=_ONCE,
    sources=("RFC 6238 5.2", "SP 800-63B-4 3.1.4.2"),
)
class _ReplayInOtherSession(Store):
    def spend_step(self, device: Device, step: int, session_id: str) -> bool:
        newest = notes(self, "T02")
        if step <= newest.get((session_id, device.id), -1):
            return False
        newest[session_id, device.id] = step
        return True


@fault(
    *("T03", "enrolment-code-replay", "The code that verified the enrolment works again at login"),
    requirement=_ONCE,
    sources=("RFC 6238 5.2", "ASVS 5.0 6.5.1"),
)
class _ReplayAfterEnrolment(Rules):
    def step_spent_at_enrolment(self, step: int) -> int:  # noqa: ARG002
        return -1


@fault(
    *("T05", "code-race", "Parallel requests with one code all pass: it is checked, then marked"),
    requirement=_ONCE,
    sources=("RFC 6238 5.2", "CWE-362", "CWE-367"),
)
class _Race(Store):
    def spend_step(self, device: Device, step: int, session_id: str) -> bool:
        known = self.device_of(device.user_id, device.id)
        if known is None or known.last_step >= step:
            return False
        meet(self)
        super().spend_step(device, step, session_id)
        return True


@fault(
    *("T06", "older-code-after-newer", "A code of a step before the last one used is accepted"),
    requirement=_ONCE,
    sources=("RFC 6238 5.2",),
)
class _OlderStep(Store):
    def spend_step(self, device: Device, step: int, session_id: str) -> bool:
        used = notes(self, "T06")
        if (device.id, step) in used or step == device.last_step:
            return False
        used[device.id, step] = True
        super().spend_step(device, step, session_id)
        return True


@fault(
    *("T07", "drift-too-wide", "Codes one step further from now than allowed are accepted"),
    requirement="totp.drift-bounded",
    sources=("RFC 6238 5.2", "RFC 6238 6", "ASVS 5.0 6.5.5"),
)
class _TooWide(Rules):
    def acceptable_steps(self, current: int) -> Iterable[int]:
        drift = self.settings.totp_drift_steps + 1
        return range(max(0, current - drift), current + drift + 1)


@fault(
    *("T08", "old-codes-forever", "Codes are never refused for their age"),
    requirement="totp.drift-bounded",
    sources=("RFC 6238 5.2", "RFC 6238 6"),
)
class _Forever(Rules):
    def acceptable_steps(self, current: int) -> Iterable[int]:
        drift = self.settings.totp_drift_steps
        return range(current + drift, max(-1, current - _FOREVER), -1)


@fault(
    *("T09", "drift-one-sided", "Only codes of a clock that is fast are tolerated, not of one that is slow"),
    requirement="totp.drift-bounded",
    sources=("RFC 6238 6",),
)
class _OneSided(Rules):
    def acceptable_steps(self, current: int) -> Iterable[int]:
        return range(current, current + self.settings.totp_drift_steps + 1)


@fault(
    *("T10", "step-rounded", "The time step is rounded, not floored: half of each step counts as the next"),
    requirement="totp.step-boundary",
    sources=("RFC 6238 4.2",),
)
class _Rounded(Rules):
    def time_step(self, now: float, period: int) -> int:
        return round(now / period)


@fault(
    *("T11", "clock-from-request", "The server judges codes by the time that the request claims"),
    requirement="totp.trusted-time",
    sources=("ASVS 5.0 6.5.8", "CWE-348"),
)
class _ClaimedTime(Rules):
    def trusted_time(self, now: float, claimed: str | None) -> float:
        if claimed is None:
            return now
        try:
            return float(claimed)
        except ValueError:
            pass
        try:
            return parse_instant(claimed)
        except ValueError:
            pass
        try:
            return http_date(claimed)
        except ValueError:
            return now


@fault(
    *("T12", "leading-zeros-ignored", "Codes are compared as numbers: 12345 passes for 012345"),
    requirement="totp.exact-format",
    sources=("RFC 4226 5.3",),
)
class _AsNumber(Rules):
    def code_matches(self, expected: str, given: str) -> bool:
        return given.isascii() and given.isdigit() and int(given) == int(expected)


@fault(
    *("T13", "code-length-ignored", "A code passes with its last digit missing, or with more behind it"),
    requirement="totp.exact-format",
    sources=("RFC 4226 5.3",),
)
class _AnyLength(Rules):
    def code_matches(self, expected: str, given: str) -> bool:
        return given.startswith(expected) or (len(given) >= _SHORTEST and expected.startswith(given))


@fault(
    *("T14", "code-type-ignored", "Numbers, lists and digits of other scripts pass for a code"),
    requirement="totp.exact-format",
    sources=("CWE-20", "CWE-843"),
)
class _AnyType(Rules):
    def code_argument(self, given: object) -> str:
        if isinstance(given, list) and given:
            given = given[0]
        if isinstance(given, int) and not isinstance(given, bool):
            given = f"{given:0{self.settings.totp_digits}d}"
        return unicodedata.normalize("NFKC", super().code_argument(given))


@fault(
    *("T15", "truncation-wrong", "The code is cut from the wrong bytes of the HMAC"),
    requirement="totp.matches-uri",
    sources=("RFC 4226 5.3", "RFC 4226 5.4", "RFC 6238 B"),
)
class _WrongTruncation(Rules):
    def totp_code(self, secret: bytes, step: int, device: Device) -> str:
        right = super().totp_code(secret, step, device)
        return f"{(int(right) * 7 + 1) % 10**device.digits:0{device.digits}d}"


@fault(
    *("T16", "uri-other-algorithm", "The URI names another hash than the one the server computes with"),
    requirement="totp.matches-uri",
    sources=("RFC 6238 1.2",),
)
class _OtherAlgorithm(Rules):
    def provisioning_uri(self, secret: bytes, account: str, device: Device) -> str:
        other = "SHA256" if device.algorithm != "SHA256" else "SHA1"
        return super().provisioning_uri(secret, account, msgspec.structs.replace(device, algorithm=other))


@fault(
    *("T17", "code-of-other-user", "The code of anybody's authenticator app passes"),
    requirement="totp.bound-to-account",
    sources=("WSTG-ATHN-11", "CWE-639"),
)
class _OtherUser(Operations):
    def totp_answered(
        self, call: Call, caller: Caller, devices: Sequence[Device], methods: Methods, code: str
    ) -> Device | None:
        own = super().totp_answered(call, caller, devices, methods, code)
        others = [device for device in every_device(self.store) if device.verified]
        return own or super().totp_answered(call, caller, others, methods, code)


@fault(
    *(
        "T19",
        "unverified-app-passes-gate",
        "A code of an app never verified lifts the gate of an enrolled user",
    ),
    requirement="totp.unverified-never-counts",
    sources=("SP 800-63B-4 4.1.2.1", "CWE-287"),
)
class _UnverifiedPasses(Rules):
    def unverified_may_answer(self, gated: bool, has_method: bool) -> bool:  # noqa: ARG002
        return True

    def answering_devices(self, devices: list[Device], device_id: str | None) -> list[Device]:  # type: ignore[override]
        found = super().answering_devices(devices, device_id)
        return found if device_id is not None else [*found, *(each for each in devices if not each.verified)]


@fault(
    *("T20", "code-backdoor", "A code of nothing but zeros always passes"),
    requirement="totp.no-backdoor",
    sources=("CWE-489", "CWE-287"),
)
class _Backdoor(Rules):
    def code_matches(self, expected: str, given: str) -> bool:
        return given == "0" * len(expected) or super().code_matches(expected, given)


@fault(
    *(
        "T24",
        "code-of-named-app",
        "A code passes if it is of the app that the request names, whoever's app it is",
    ),
    requirement="totp.bound-to-account",
    sources=("WSTG-ATHN-11", "CWE-639"),
)
class _NamedApp(Operations):
    def _answering(self, methods: Methods, device_id: str | None) -> Sequence[Device]:
        named = [device for device in every_device(self.store) if device.id == device_id]
        return named or super()._answering(methods, device_id)


@fault(
    *("T25", "test-codes-left", "The codes 123456 and 999999, left over from tests, always pass"),
    requirement="totp.no-backdoor",
    sources=("CWE-489", "CWE-287"),
)
class _TestCodes(Rules):
    def code_matches(self, expected: str, given: str) -> bool:
        return given in ("123456", "999999") or super().code_matches(expected, given)


@fault(
    *("T26", "any-code-passes", "Any six digits pass for a code"),
    requirement="totp.no-backdoor",
    sources=("CWE-287", "GHSA-j679-vp39-qwqq"),
)
class _AnyCode(Rules):
    def code_matches(self, expected: str, given: str) -> bool:
        return given.isascii() and given.isdigit() and len(given) == len(expected)


@fault(
    *("T27", "enrolment-drift-too-wide", "A new app is verified by codes that are minutes old or ahead"),
    requirement="totp.drift-bounded",
    sources=("RFC 6238 5.2", "RFC 6238 6", "ASVS 5.0 6.5.5"),
)
class _WideAtEnrolment(Rules):
    def matching_step(self, secret: bytes, given: str, device: Device, now: float) -> int | None:
        near = super().matching_step(secret, given, device, now)
        if device.verified or near is not None:
            return near
        current = self.time_step(now, device.period)
        steps = range(max(0, current - _MINUTES), current + _MINUTES + 1)
        return next((step for step in steps if given == self.totp_code(secret, step, device)), None)


@fault(
    *("T28", "confirmation-type-ignored", "At the confirmation of an app numbers and lists pass for a code"),
    requirement="totp.exact-format",
    sources=("CWE-20", "CWE-843"),
)
class _AnyTypeAtConfirmation(Operations):
    def verify_totp(self, call: Call, body: TotpVerification) -> MfaDevice:
        code = body.code[0] if isinstance(body.code, list) and body.code else body.code
        if isinstance(code, int) and not isinstance(code, bool):
            code = f"{code:0{self.rules.settings.totp_digits}d}"
        return super().verify_totp(call, msgspec.structs.replace(body, code=code))
