"""Faults of limits that somebody gets around: a lock with a gap in it, a count that begins again."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import msgspec

from mfa_simulators.server.faults.fault import fault
from mfa_simulators.server.faults.notes import notes
from mfa_simulators.server.operations import Operations
from mfa_simulators.server.rules import Rules
from mfa_simulators.server.rules.refusal import Refusal
from mfa_simulators.server.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_simulators.server.operations import Call, Caller
    from mfa_simulators.server.store.records import Device, Verification
    from mfa_simulators.server.wire.answers import VerifyResponse
    from mfa_simulators.server.wire.requests import TotpAnswer

_NO_LIMIT = 10**9
_PER_ACCOUNT = "limits.per-account"
_SENT_CODES = ("email-code", "sms-code")


class _Due(threading.local):
    """The refusal that the request at hand has earned; a request has a thread to itself."""

    refusal: Refusal | None = None


_DUE = _Due()


def _due(otherwise: Refusal) -> Refusal:
    return _DUE.refusal or otherwise


@fault(
    *("X20", "right-code-passes-lock", "Who is locked out gets in with the right code all the same"),
    requirement="limits.attempts",
    sources=("SP 800-63B-4 3.2.2", "CWE-307"),
)
class _RightCodePasses(Operations):
    """Judges a code in spite of the lock, and says 429 only to a wrong one: guessing goes on."""

    def take_attempt(self, call: Call, path: str, account: str, session: str = "") -> str:
        _DUE.refusal = None
        try:
            return super().take_attempt(call, path, account, session)
        except Refusal as locked:
            _DUE.refusal = locked
            return self.rules.limit_subject(account, session, call.address, call.forwarded)

    def wrong_totp(self, call: Call, caller: Caller, devices: Sequence[Device], code: str) -> Refusal:
        return _due(super().wrong_totp(call, caller, devices, code))

    def wrong_recovery_code(self, call: Call, caller: Caller, code: str) -> Refusal:
        return _due(super().wrong_recovery_code(call, caller, code))

    def proved_address(self, call: Call, channel: str, verification_id: str, code: str, path: str) -> str:
        _DUE.refusal = None
        try:
            return super().proved_address(call, channel, verification_id, code, path)
        except Refusal as wrong:
            raise _due(wrong) from None


_by_device = fault(
    *("X21", "limit-by-device-id", "Guesses that name the device are counted apart from those that do not"),
    requirement=_PER_ACCOUNT,
    sources=("SP 800-63B-4 3.2.2", "CWE-307"),
)


@_by_device
class _NamedApart(Operations):
    def answer_totp(self, call: Call, body: TotpAnswer) -> VerifyResponse:
        return super().answer_totp(msgspec.structs.replace(call, address=body.id or ""), body)


@_by_device
class _CountedByName(Rules):
    def limit_subject(self, account: str, session: str, address: str, forwarded: str) -> str:
        return f"{super().limit_subject(account, session, address, forwarded)}/{address}"


def _begin_again(store: Store, fault_id: str, subject: str = "") -> None:
    """Lets the counts of a subject, or of everybody, begin again."""
    times = notes(store, fault_id)
    times[subject] = times.get(subject, 0) + 1


def _since(store: Store, fault_id: str, subject: str, key: str = "") -> str:
    """A subject whose count is that since it last began again."""
    return f"{subject}/{notes(store, fault_id).get(key, 0)}"


@fault(
    *("X22", "limit-restarts-with-registration", "Starting to add an app again gives as many guesses again"),
    requirement=_PER_ACCOUNT,
    sources=("SP 800-63B-4 3.2.2", "CWE-307"),
)
class _RestartsWithRegistration(Store):
    def register_device(self, device: Device) -> bool:
        _begin_again(self, "X22", device.user_id)
        return super().register_device(device)

    def take_attempt(self, subject: str, path: str, *, limit: int, window: float, now: float) -> float | None:
        since = _since(self, "X22", subject, subject)
        return super().take_attempt(since, path, limit=limit, window=window, now=now)


@fault(
    *(
        "X23",
        "limit-forgets-at-other-method",
        "Trying another method makes the count of the first begin again",
    ),
    requirement=_PER_ACCOUNT,
    sources=("SP 800-63B-4 3.2.2", "CWE-307"),
)
class _ForgetsAtOtherMethod(Store):
    def take_attempt(self, subject: str, path: str, *, limit: int, window: float, now: float) -> float | None:
        paths = notes(self, "X23/paths")
        if paths.setdefault(subject, path) != path:
            paths[subject] = path
            _begin_again(self, "X23", subject)
        since = _since(self, "X23", subject, subject)
        return super().take_attempt(since, path, limit=limit, window=window, now=now)


@fault(
    *("X24", "email-guessing-unlimited", "Wrong codes of one e-mail are not limited"),
    requirement="limits.every-path",
    sources=("SP 800-63B-4 3.1.3.2", "ASVS 5.0 6.6.3", "CWE-307"),
)
class _EmailUnlimited(Rules):
    def attempts_allowed(self, path: str) -> int:
        return _NO_LIMIT if path in _SENT_CODES else super().attempts_allowed(path)


@fault(
    *("X25", "limit-restarts-with-email", "Every e-mail that is sent gives as many guesses again"),
    requirement=_PER_ACCOUNT,
    sources=("SP 800-63B-4 3.1.3.2", "CWE-307"),
)
class _RestartsWithEmail(Store):
    def add_verification(self, verification: Verification) -> None:
        _begin_again(self, "X25")
        super().add_verification(verification)

    def renew_verification(self, verification_id: str, digest: bytes, expires_at: float) -> bool:
        _begin_again(self, "X25")
        return super().renew_verification(verification_id, digest, expires_at)

    def take_attempt(self, subject: str, path: str, *, limit: int, window: float, now: float) -> float | None:
        since = _since(self, "X25", subject) if path in _SENT_CODES else subject
        return super().take_attempt(since, path, limit=limit, window=window, now=now)


@fault(
    *("X26", "reauthentication-guessing-unlimited", "Wrong e-mail codes within a session are not limited"),
    requirement="limits.every-path",
    sources=("SP 800-63B-4 3.1.3.2", "ASVS 5.0 6.6.3", "CWE-307"),
)
class _ReauthenticationUnlimited(Rules):
    def attempts_allowed(self, path: str) -> int:
        return _NO_LIMIT if path == "reauthentication" else super().attempts_allowed(path)


@fault(
    *("X27", "limit-for-everybody", "Wrong codes of one account lock every account"),
    requirement=_PER_ACCOUNT,
    sources=("ASVS 5.0 6.1.1", "CWE-645"),
)
class _Everybody(Rules):
    def limit_subject(self, account: str, session: str, address: str, forwarded: str) -> str:  # noqa: ARG002
        return "everybody"
