"""Faults of limits, and of what errors, logs and headers tell."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from mfa_simulators.server.faults.fault import fault
from mfa_simulators.server.faults.meeting import meet
from mfa_simulators.server.faults.notes import notes
from mfa_simulators.server.operations import Operations
from mfa_simulators.server.rules import Rules
from mfa_simulators.server.rules.refusal import Refusal
from mfa_simulators.server.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_simulators.server.operations import Call, Caller
    from mfa_simulators.server.store.records import Device
    from mfa_simulators.server.wire.answers import VerifyResponse
    from mfa_simulators.server.wire.requests import TotpAnswer

_LOG = logging.getLogger("mfa_simulators.server.leak")
_NO_LIMIT = 10**9
_CENTURY = 100 * 365 * 86_400.0


@fault(
    *("X01", "totp-guessing-unlimited", "Wrong codes of an app are not limited"),
    requirement="limits.attempts",
    sources=("SP 800-63B-4 3.2.2", "D-92", "CWE-307", "CVE-2025-64102"),
)
class _TotpUnlimited(Rules):
    def attempts_allowed(self, path: str) -> int:
        return _NO_LIMIT if path == "totp" else super().attempts_allowed(path)


@fault(
    *("X02", "limit-per-session", "A new login gives as many guesses again"),
    requirement="limits.per-account",
    sources=("SP 800-63B-4 3.2.2",),
)
class _PerSession(Rules):
    def limit_subject(self, account: str, session: str, address: str, forwarded: str) -> str:  # noqa: ARG002
        return f"{account}/{session}"


@fault(
    *("X04", "enrolment-guessing-unlimited", "Wrong codes at enrolment are not limited"),
    requirement="limits.every-path",
    sources=("CWE-307",),
)
class _EnrolmentUnlimited(Rules):
    def attempts_allowed(self, path: str) -> int:
        return _NO_LIMIT if path == "enrolment" else super().attempts_allowed(path)


@fault(
    *("X05", "recovery-guessing-unlimited", "Wrong recovery codes are not limited"),
    requirement="limits.every-path",
    sources=("SP 800-63B-4 4.2.1.1",),
)
class _RecoveryUnlimited(Rules):
    def attempts_allowed(self, path: str) -> int:
        return _NO_LIMIT if path == "recovery" else super().attempts_allowed(path)


@fault(
    *("X06", "limit-by-header", "X-Forwarded-For decides whose attempts are counted"),
    requirement="limits.not-by-header",
    sources=("CWE-348", "WSTG-ATHN-11"),
)
class _ByHeader(Rules):
    def limit_subject(self, account: str, session: str, address: str, forwarded: str) -> str:
        return f"{super().limit_subject(account, session, address, forwarded)}/{forwarded}"


@fault(
    *("X07", "limit-by-spelling", "Another spelling of the e-mail address gives as many guesses again"),
    requirement="limits.per-account",
    sources=("CVE-2025-24806",),
)
class _BySpelling(Rules):
    def limited_address(self, address: str) -> str:
        return address


@fault(
    *("X08", "limit-race", "Parallel guesses all pass the limit: it is checked, then counted"),
    requirement="limits.attempts",
    sources=("CWE-362",),
)
class _LimitRace(Store):
    def take_attempt(self, subject: str, path: str, *, limit: int, window: float, now: float) -> float | None:
        counts = notes(self, "X08")
        opened, count = counts.get((subject, path), (now, 0))
        if now >= opened + window:
            opened, count = now, 0
        if count >= limit:
            return float(opened + window - now)
        meet(self)
        counts[subject, path] = (opened, count + 1)
        return None

    def give_attempt_back(self, subject: str, path: str) -> None:
        counts = notes(self, "X08")
        opened, count = counts.get((subject, path), (0.0, 1))
        counts[subject, path] = (opened, max(0, count - 1))


@fault(
    *("X09", "limit-never-ends", "An account once limited stays so"),
    requirement="limits.ends",
    sources=("ASVS 5.0 6.1.1",),
)
class _NeverEnds(Rules):
    def window_seconds(self, path: str) -> float:  # noqa: ARG002
        return _CENTURY


@fault(
    *("X10", "no-retry-after", "A refusal for too many attempts does not say when to try again"),
    requirement="limits.retry-after",
    sources=("D-90",),
)
class _NoRetryAfter(Rules):
    def retry_after(self, seconds: float) -> int | None:  # noqa: ARG002
        return None


_telling = fault(
    *("X12", "errors-tell-apart", "Errors tell a used code from a wrong one"),
    requirement="errors.uniform",
    sources=("ASVS 5.0 6.3.8", "CWE-203"),
)


@_telling
class _TellingCodes(Operations):
    def wrong_recovery_code(self, call: Call, caller: Caller, code: str) -> Refusal:
        plain = self.rules.recovery_code_as_stored(code) or ""
        digest = self.recovery_digest(caller.user.id, plain)
        if any(each.digest == digest for each in self.store.recovery_codes(caller.user.id)):
            return Refusal(422, "mfa_code_used", "This code has been used already")
        return super().wrong_recovery_code(call, caller, code)

    def wrong_totp(self, call: Call, caller: Caller, devices: Sequence[Device], code: str) -> Refusal:
        for device in devices:
            secret = self.vault.open(device.secret, device.user_id)
            if self.rules.matching_step(secret, code, device, call.now) is not None:
                return Refusal(422, "mfa_code_used", "This code has been used already")
        return super().wrong_totp(call, caller, devices, code)


@_telling
class _TellingDevices(Rules):
    def device_refusal(self, owner: str | None) -> Refusal:
        if owner is None:
            return super().device_refusal(owner)
        return Refusal(403, "forbidden", "This device is not yours")


@fault(
    *("X14", "codes-in-log", "Codes are written to the log"),
    requirement="privacy.nothing-secret-logged",
    sources=("CWE-532", "CWE-598"),
)
class _Logged(Operations):
    def answer_totp(self, call: Call, body: TotpAnswer) -> VerifyResponse:
        _LOG.warning("checking code %s", body.code)
        return super().answer_totp(call, body)


@fault(
    *("X15", "cors-open", "Pages of any origin may read answers"),
    requirement="settings.allowed-origins",
    sources=("D-11", "CWE-942"),
)
class _OpenCors(Rules):
    def cors_allows(self, origin: str) -> bool:  # noqa: ARG002
        return True


@fault(
    *("X16", "csrf-open", "In cookie mode any page can change state"),
    requirement="token.cookie-mode",
    sources=("WSTG-ATHN-11", "CWE-352"),
)
class _OpenCsrf(Rules):
    def csrf_allows(self, origin: str | None, cross_site: bool) -> bool:  # noqa: ARG002
        return True
