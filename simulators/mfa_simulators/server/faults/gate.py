"""Faults of the gate and of sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final
from weakref import WeakValueDictionary

import jwt
import msgspec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select, update

from mfa_simulators.server.faults.fault import fault
from mfa_simulators.server.operations import Operations
from mfa_simulators.server.rules import Rules
from mfa_simulators.server.rules.allowance import Endpoint, Opening
from mfa_simulators.server.rules.gate import FULL, GATED
from mfa_simulators.server.rules.refusal import Refusal
from mfa_simulators.server.store import Store
from mfa_simulators.server.store.base import here, value
from mfa_simulators.server.store.tables import SESSIONS, USERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from mfa_simulators.server.operations import Call, Caller, Tools
    from mfa_simulators.server.rules.gate import GateFacts
    from mfa_simulators.server.store.records import Device, Session, User

_NO_CHECKS: Final[Any] = {"verify_signature": False, "verify_exp": False, "verify_aud": False}
_ONLY_SIGNATURE: Final[Any] = {**_NO_CHECKS, "verify_signature": True}
_MY_SESSIONS = (here(SESSIONS), SESSIONS.c.user_id == value("user_id"))
_MARK_ALL = update(SESSIONS).where(*_MY_SESSIONS).values(mfa_at=value("now"))
_DONE_BEFORE = select(SESSIONS.c.id).where(*_MY_SESSIONS, SESSIONS.c.mfa_at.is_not(None)).limit(1)
_UNNAME = (
    update(USERS)
    .where(here(USERS), USERS.c.id == value("user_id"))
    .values(email_key=None, phone=None, external_id=None)
)


@fault(
    *("S01", "gate-missing", "Everybody gets a full session at sign-in, MFA or not"),
    requirement="onboarding.gates-until-enrolled",
    sources=("D-13",),
)
class _NoGate(Rules):
    def gate_due(self, facts: GateFacts) -> bool:  # noqa: ARG002
        return False


@fault(
    *("S02", "gated-token-has-user-basic", "A gated token carries user:basic as well"),
    requirement="gate.scopes-exclusive",
    sources=("D-18", "D-19"),
)
class _BothScopes(Rules):
    def scopes(self, gated: bool) -> tuple[str, ...]:
        return (GATED, FULL) if gated else (FULL,)


@fault(
    *("S03", "gate-not-lifted", "Completing MFA leaves the session gated"),
    requirement="gate.lifted-by-mfa",
    sources=("D-14",),
)
class _NotLifted(Rules):
    def lifts_gate(self, method: str) -> bool:  # noqa: ARG002
        return False


@fault(
    *("S04", "mfa-lifts-every-session", "MFA in one session lifts the gate of all the user's sessions"),
    requirement="session.per-session",
    sources=("D-04", "D-15", "ASVS 5.0 7.2.4", "CWE-384"),
)
class _EverySession(Store):
    def _mark_mfa(self, connection: Connection, session: Session, now: float) -> None:
        self._run(connection, _MARK_ALL, user_id=session.user_id, now=now)


@fault(
    *("S05", "mfa-remembered-across-logins", "MFA once done is not asked for at the next login"),
    requirement="session.challenge-every-login",
    sources=("D-04",),
)
class _Remembered(Store):
    def _open_session(self, connection: Connection, session: Session, user: User) -> Session:
        if self._row(connection, _DONE_BEFORE, user_id=user.id) is not None:
            session = msgspec.structs.replace(session, mfa_at=session.created_at)
        return super()._open_session(connection, session, user)


@fault(
    *("S06", "optional-gates-unenrolled", "Where MFA is optional, users without a method are gated"),
    requirement="session.optional-needs-method",
    sources=("D-06",),
)
class _GatesUnenrolled(Rules):
    def gate_due(self, facts: GateFacts) -> bool:
        return super().gate_due(facts) or (self.settings.session_based and not facts.mfa_done)


@fault(
    *("S07", "optional-misses-enrolled", "Where MFA is optional, users with a method are not challenged"),
    requirement="session.challenge-every-login",
    sources=("D-06",),
)
class _MissesEnrolled(Rules):
    def gate_due(self, facts: GateFacts) -> bool:
        return self.settings.required and super().gate_due(facts)


@fault(
    *("S09", "onboarding-challenges-every-login", "Requiring MFA at onboarding challenges every later login"),
    requirement="onboarding.no-later-challenge",
    sources=("D-02",),
)
class _EveryLogin(Rules):
    def gate_due(self, facts: GateFacts) -> bool:
        return super().gate_due(facts) or (self.settings.enrollment == "signup" and not facts.mfa_done)


@fault(
    *("S10", "refresh-drops-gate", "Refreshing a gated session makes it a full one"),
    requirement="session.per-session",
    sources=("CVE-2026-94218", "CWE-287"),
)
class _RefreshDrops(Rules):
    def gate_at_refresh(self, due: bool) -> bool:  # noqa: ARG002
        return False


@fault(
    *("S11", "gate-not-enforced", "Endpoints do not look at the scope: gated tokens open everything"),
    requirement="gate.protects-endpoints",
    sources=("D-18", "CWE-862", "CVE-2025-64103"),
)
class _NotEnforced(Rules):
    def gated_opening(self, endpoint: Endpoint) -> Opening:  # noqa: ARG002
        return Opening.OPEN


@fault(
    *("S12", "gate-only-for-email", "Signing in by anything but an e-mail code skips the gate"),
    requirement="gate.every-sign-in",
    sources=("ASVS 5.0 6.3.3", "GHSA-wc43-73w7-x2f5"),
)
class _OnlyEmail(Rules):
    def gate_at_sign_in(self, method: str, due: bool) -> bool:
        return due and method == "email"


@fault(
    *(
        "S13",
        "reauthentication-lifts-gate",
        "Proving the e-mail address again makes a gated session a full one",
    ),
    requirement="gate.every-sign-in",
    sources=("ASVS 5.0 6.4.3",),
)
class _ReauthenticationLifts(Rules):
    def reauthentication_completes_mfa(self) -> bool:
        return True


@fault(
    *("S14", "gated-session-deletes-method", "A gated session can delete the method it is asked for"),
    requirement="gate.protects-endpoints",
    sources=("D-66", "CWE-306"),
)
class _GatedDeletes(Rules):
    def gated_opening(self, endpoint: Endpoint) -> Opening:
        if endpoint in (Endpoint.DEVICE_DELETE, Endpoint.PASSKEY_DELETE):
            return Opening.OPEN
        return super().gated_opening(endpoint)

    def deletion_needs_proof(self, kind: str, gated: bool) -> bool:
        return not gated and super().deletion_needs_proof(kind, gated)


_writable = fault(
    *("S15", "gate-writable-by-user", "A user can write the gate away in her profile"),
    requirement="gate.not-user-writable",
    sources=("CWE-915",),
)


@_writable
class _Writable(Operations):
    def apply_update(self, caller: Caller, body: dict[str, Any], profile: str | None) -> None:
        super().apply_update(caller, body, profile)
        if "scope" in body or body.get("mfa") is False:
            self.store.complete_mfa(caller.session, caller.session.created_at)


@_writable
class _WritableWhileGated(Rules):
    def gated_opening(self, endpoint: Endpoint) -> Opening:
        return Opening.OPEN if endpoint is Endpoint.USER_UPDATE else super().gated_opening(endpoint)


@fault(
    *("S16", "refusal-carries-session", "The answer to a wrong code carries an upgraded session token"),
    requirement="gate.failure-upgrades-nothing",
    sources=("CWE-287",),
)
class _TellingRefusal(Operations):
    def wrong_totp(self, call: Call, caller: Caller, devices: Sequence[Device], code: str) -> Refusal:
        refusal = super().wrong_totp(call, caller, devices, code)
        token, expires_at = self.session_token(call, caller.user, caller.session, (FULL,))
        extra = {"jwt": token, "minifiedJwt": token, "expiresAt": expires_at}
        return Refusal(refusal.status, refusal.code, refusal.message, extra=extra)


def _unverified(token: str) -> dict[str, Any] | None:
    try:
        claims: dict[str, Any] = jwt.decode(token, options=_NO_CHECKS)
    except (jwt.PyJWTError, ValueError, RecursionError, TypeError):
        return None
    return claims


@fault(
    *("S17", "token-algorithm-open", "Tokens with alg none, or HS256 under the public key, are accepted"),
    requirement="token.signature",
    sources=("D-17", "RFC 8725 3.1", "CWE-347"),
)
class _OpenAlgorithm(Operations):
    def session_claims(self, token: str) -> dict[str, Any] | None:
        try:
            algorithm = jwt.get_unverified_header(token).get("alg")
        except (jwt.PyJWTError, ValueError, RecursionError, TypeError):
            return None
        if str(algorithm).lower() == "none" or (algorithm == "HS256" and self._under_public_key(token)):
            return _unverified(token)
        return super().session_claims(token)

    def _under_public_key(self, token: str) -> bool:
        pem = self.tools.key.result().public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        signed, _, signature = token.rpartition(".")
        hs256 = jwt.get_algorithm_by_name("HS256")
        forms = (pem, pem.strip())
        return any(hs256.verify(signed.encode(), form, _decoded(signature)) for form in forms)


def _decoded(text: str) -> bytes:
    try:
        return jwt.utils.base64url_decode(text)
    except ValueError:
        return b""


@fault(
    *("S18", "token-signature-unchecked", "The signature of a session token is not checked"),
    requirement="token.signature",
    sources=("D-17", "ASVS 5.0 6.8.2"),
)
class _Unchecked(Operations):
    def session_claims(self, token: str) -> dict[str, Any] | None:
        return _unverified(token)


@fault(
    *("S19", "token-brings-its-key", "A token may bring the key it is verified with in its header"),
    requirement="token.signature",
    sources=("D-17", "CWE-345"),
)
class _OwnKey(Operations):
    def session_claims(self, token: str) -> dict[str, Any] | None:
        try:
            key = jwt.get_unverified_header(token).get("jwk")
            if not isinstance(key, dict):
                return super().session_claims(token)
            jwt.decode(token, jwt.PyJWK(key), options=_ONLY_SIGNATURE)
        except (jwt.PyJWTError, ValueError, RecursionError, TypeError):
            return None
        return _unverified(token)


@fault(
    *("S20", "token-expiry-ignored", "Expired session tokens are accepted"),
    requirement="token.expiry",
    sources=("D-20", "CWE-613"),
)
class _ExpiryIgnored(Rules):
    def token_is_current(self, claims: dict[str, Any], now: float) -> bool:  # noqa: ARG002
        return True

    def elevated_is_current(self, claims: dict[str, Any], now: float) -> bool:
        return super().token_is_current(claims, now)


@fault(
    *("S23", "revoke-does-nothing", "Signing out ends nothing: the session and its tokens live on"),
    requirement="token.revoked",
    sources=("ASVS 5.0 7.4.1", "CWE-613"),
)
class _NotRevoked(Store):
    def revoke_session(self, session: Session, now: float) -> None:
        pass


@fault(
    *("S24", "deleted-user-token-works", "Tokens of a deleted user still work"),
    requirement="token.deleted-user",
    sources=("ASVS 5.0 7.4.2",),
)
class _DeletedWorks(Store):
    def delete_user(self, user_id: str) -> None:
        with self.database.write() as connection:
            self._run(connection, _UNNAME, user_id=user_id)


@fault(
    *("E18", "other-environment-token", "Session tokens of another environment are accepted"),
    requirement="token.environment-bound",
    sources=("D-17", "D-20", "CWE-863"),
)
class _OtherEnvironment(Operations):
    _neighbours: ClassVar[WeakValueDictionary[str, _OtherEnvironment]] = WeakValueDictionary()

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._neighbours[tools.environment_id] = self

    def authenticate(self, call: Call) -> Caller:
        claims = None if call.token is None else _unverified(call.token)
        home = self._neighbours.get(str((claims or {}).get("environment_id")), self)
        return super(_OtherEnvironment, home).authenticate(call)
