"""Faults of sessions: what is taken for a session token, how long, and what completes a session that should not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from mfa_simulators.server.faults.fault import fault
from mfa_simulators.server.faults.notes import notes
from mfa_simulators.server.operations import Caller, Operations
from mfa_simulators.server.rules import Rules
from mfa_simulators.server.rules.allowance import Endpoint, Opening
from mfa_simulators.server.rules.gate import FULL
from mfa_simulators.server.rules.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_simulators.server.operations import Call
    from mfa_simulators.server.rules.tokens import SessionFacts
    from mfa_simulators.server.store.records import Device, Methods, Session, User
    from mfa_simulators.server.wire.answers import MfaDevice, VerifyResponse
    from mfa_simulators.server.wire.requests import Assertion, RecoveryAnswer, TotpVerification

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


# Single endpoints that a session which owes MFA can call.


@fault(
    *("S50", "gated-session-reads-device", "A session that owes MFA can look up a device"),
    requirement="gate.protects-endpoints",
    sources=("D-18", "CWE-862"),
)
class _ReadsDevice(Rules):
    def gated_opening(self, endpoint: Endpoint) -> Opening:
        return Opening.OPEN if endpoint is Endpoint.DEVICE_READ else super().gated_opening(endpoint)


@fault(
    *("S51", "gated-session-changes-address", "A session that owes MFA can change the e-mail address"),
    requirement="gate.protects-endpoints",
    sources=("D-18", "CWE-862"),
)
class _ChangesAddress(Operations):
    def _may_change_address(self, call: Call, caller: Caller, has_method: bool) -> None:
        if not caller.gated:
            super()._may_change_address(call, caller, has_method)


_confirms = fault(
    *(
        "S52",
        "gated-session-confirms-app",
        "A session that owes MFA can finish adding an app by the older call",
    ),
    requirement="gate.binding-needs-mfa",
    sources=("SP 800-63B-4 4.1.2.1", "CWE-308"),
)


@_confirms
class _ConfirmsApp(Rules):
    def gated_opening(self, endpoint: Endpoint) -> Opening:
        return Opening.OPEN if endpoint is Endpoint.TOTP_VERIFY else super().gated_opening(endpoint)


@_confirms
class _ConfirmsAsFull(Operations):
    def verify_totp(self, call: Call, body: TotpVerification) -> MfaDevice:
        caller = self.authenticate(call)
        token, _ = self.session_token(call, caller.user, caller.session, (FULL,))
        return super().verify_totp(msgspec.structs.replace(call, token=token), body)


@fault(
    *(
        "S53",
        "gated-session-steps-up",
        "A session that owes MFA can step up by the word of an external issuer",
    ),
    requirement="gate.protects-endpoints",
    sources=("D-18", "CWE-862"),
)
class _StepsUp(Rules):
    def gated_opening(self, endpoint: Endpoint) -> Opening:
        return Opening.OPEN if endpoint is Endpoint.EXTERNAL_VERIFY else super().gated_opening(endpoint)


@fault(
    *("S55", "gate-not-for-unenrolled", "Who has yet to enrol can call everything meanwhile"),
    requirement="gate.protects-endpoints",
    sources=("D-02", "D-18", "CWE-862"),
)
class _NotForUnenrolled(Operations):
    def admit(self, call: Call, endpoint: Endpoint) -> Caller:
        caller = self.authenticate(call)
        unenrolled = not self.rules.has_method(self.store.methods(caller.user.id))
        return caller if unenrolled else super().admit(call, endpoint)


# What a token says, and a device that is taken for a factor.


_subject = fault(
    *("S56", "token-names-no-user", "The subject of the session token is the session, not the user"),
    requirement="token.claims",
    sources=("D-20",),
)


@_subject
class _SubjectIsSession(Rules):
    def session_claims(self, facts: SessionFacts) -> dict[str, Any]:
        return {**super().session_claims(facts), "sub": facts.session_id}


@_subject
class _UserOfSession(Operations):
    def session_claims(self, token: str) -> dict[str, Any] | None:
        claims = super().session_claims(token)
        present = None if claims is None else self.store.presence(str(claims.get("sid")))
        return claims if claims is None or present is None else {**claims, "sub": present[1].id}


@fault(
    *("S54", "browser-remembered", "Where MFA was passed once, the same browser is not asked again"),
    requirement="session.challenge-every-login",
    sources=("D-04",),
)
class _BrowserRemembered(Operations):
    def new_session(
        self, call: Call, user_id: str, method: str, credential: str, public_key: str | None
    ) -> Session:
        session = super().new_session(call, user_id, method, credential, public_key)
        notes(self, "browsers")[session.id] = call.device_key
        if call.device_key is not None and (user_id, call.device_key) in notes(self, "trusted"):
            session = msgspec.structs.replace(session, mfa_at=call.now)
        return session

    def after_mfa(self, caller: Caller, method: str, now: float) -> tuple[User, Session, Methods]:
        notes(self, "trusted")[caller.user.id, notes(self, "browsers").get(caller.session.id)] = True
        return super().after_mfa(caller, method, now)
