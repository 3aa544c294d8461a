"""Faults of sessions: what is taken for a session token, how long, and what completes a session that should not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from mfa_simulators.server.faults.fault import fault
from mfa_simulators.server.operations import Caller, Operations
from mfa_simulators.server.rules import Rules
from mfa_simulators.server.rules.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_simulators.server.operations import Call
    from mfa_simulators.server.store.records import Device
    from mfa_simulators.server.wire.answers import VerifyResponse
    from mfa_simulators.server.wire.requests import Assertion, RecoveryAnswer

_PURPOSE = ("RFC 8725 3.11", "ASVS 5.0 9.2.2")


@fault(
    *("S40", "elevated-token-as-session", "An elevated token is accepted as a session token"),
    requirement="token.purpose",
    sources=_PURPOSE,
)
class _ElevatedIsSession(Operations):
    def session_claims(self, token: str) -> dict[str, Any] | None:
        return super().session_claims(token) or self.elevated_claims(token)


@fault(
    *("S41", "mfa-token-as-session", "An MFA token is accepted as a session token"),
    requirement="token.purpose",
    sources=_PURPOSE,
)
class _MfaTokenIsSession(Operations):
    def authenticate(self, call: Call) -> Caller:
        issued_to = self.store.mfa_token_owner(self.mfa_token_digest(call.token or ""))
        present = None if issued_to is None else self.store.presence(issued_to[1])
        if present is None:
            return super().authenticate(call)
        session, user = present
        return Caller(user, session, gated=False, token_id="")


@fault(
    *("S42", "refresh-revives-session", "A session that was signed out is opened again by a refresh"),
    requirement="token.revoked",
    sources=("ASVS 5.0 7.4.1", "CWE-613"),
)
class _RefreshRevives(Operations):
    def refresh(self, call: Call) -> VerifyResponse:
        claims = self.session_claims(call.token or "")
        if claims is None or self.store.presence(str(claims.get("sid"))) is not None:
            return super().refresh(call)
        user = self.store.user(str(claims.get("sub")))
        if user is None:
            return super().refresh(call)
        session, methods = self.store.open_session(user, self.new_session(call, user.id, "email", "", None))
        return self.signed_in(call, user, session, methods)


@fault(
    *("S43", "expired-token-refreshed", "A session token that has expired can still be refreshed"),
    requirement="token.expiry",
    sources=("D-20", "CWE-613"),
)
class _ExpiredRefreshed(Operations):
    def refresh(self, call: Call) -> VerifyResponse:
        claims = self.session_claims(call.token or "")
        if claims is not None and claims["exp"] <= call.now:
            call = msgspec.structs.replace(call, now=claims["exp"] - 1.0)
        return super().refresh(call)


_PATHS = ("ASVS 5.0 6.3.3", "GHSA-wc43-73w7-x2f5")


@fault(
    *("S44", "gate-not-for-sms", "Signing in by a code by SMS skips the gate"),
    requirement="gate.every-sign-in",
    sources=_PATHS,
)
class _NotForSms(Rules):
    def gate_at_sign_in(self, method: str, due: bool) -> bool:
        return method != "sms" and super().gate_at_sign_in(method, due)


@fault(
    *("S45", "gate-not-for-external", "Signing in with an external account skips the gate"),
    requirement="gate.every-sign-in",
    sources=_PATHS,
)
class _NotForExternal(Rules):
    def gate_at_sign_in(self, method: str, due: bool) -> bool:
        return method != "external" and super().gate_at_sign_in(method, due)


@fault(
    *("S46", "gate-not-for-passkey", "Signing in with a passkey skips the gate"),
    requirement="gate.every-sign-in",
    sources=_PATHS,
)
class _NotForPasskey(Rules):
    def gate_at_sign_in(self, method: str, due: bool) -> bool:
        return method != "passkey" and super().gate_at_sign_in(method, due)


@fault(
    *(
        "S47",
        "update-keeps-session-complete",
        "A session that has come to owe MFA stays complete as long as its user changes something",
    ),
    requirement="gate.not-user-writable",
    sources=("D-15", "CWE-915"),
)
class _UpdateKeeps(Rules):
    def gate_at_update(self, due: bool, gated: bool) -> bool:
        return due and gated


@fault(
    *(
        "S48",
        "refused-answer-completes-session",
        "After a refused answer the next refresh makes a full session",
    ),
    requirement="gate.failure-upgrades-nothing",
    sources=("CWE-287", "CWE-636"),
)
class _RefusedCompletes(Operations):
    def wrong_totp(self, call: Call, caller: Caller, devices: Sequence[Device], code: str) -> Refusal:
        self.store.complete_mfa(caller.session, call.now)
        return super().wrong_totp(call, caller, devices, code)

    def answer_recovery(self, call: Call, body: RecoveryAnswer) -> VerifyResponse:
        try:
            return super().answer_recovery(call, body)
        except Refusal:
            self.store.complete_mfa(self.authenticate(call).session, call.now)
            raise

    def answer_passkey(self, call: Call, body: Assertion) -> VerifyResponse:
        try:
            return super().answer_passkey(call, body)
        except Refusal:
            self.store.complete_mfa(self.authenticate(call).session, call.now)
            raise
