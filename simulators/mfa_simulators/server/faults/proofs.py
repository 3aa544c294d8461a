"""Faults of proofs: whose MFA tokens and elevated tokens are believed, where, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakValueDictionary

import jwt
import msgspec
from sqlalchemy import select

from mfa_simulators.server.faults.fault import fault
from mfa_simulators.server.faults.meeting import meet
from mfa_simulators.server.operations import Operations
from mfa_simulators.server.rules import Rules
from mfa_simulators.server.rules.gate import FULL
from mfa_simulators.server.rules.refusal import Refusal
from mfa_simulators.server.store import Store
from mfa_simulators.server.store.base import here, value
from mfa_simulators.server.store.records import Methods
from mfa_simulators.server.store.tables import ELEVATED_TOKENS
from mfa_simulators.server.wire.answers import Elevated

if TYPE_CHECKING:
    from mfa_simulators.server.operations import Call, Caller, Tools
    from mfa_simulators.server.wire.requests import ExternalAssertion

_UNUSED = select(ELEVATED_TOKENS.c.id).where(
    here(ELEVATED_TOKENS), ELEVATED_TOKENS.c.id == value("token_id"), ELEVATED_TOKENS.c.uses == 0
)


# Of another user.


@fault(
    *("M40", "elevated-token-of-other-user", "The elevated token of one user works for another"),
    requirement="mfa-token.bound-to-user",
    sources=("CWE-639",),
)
class _OtherUser(Store):
    def spend_elevated_token(self, token_id: str, user_id: str, session_id: str, *, single_use: bool) -> bool:
        issued_to = self.elevated_token_owner(token_id) or (user_id, session_id)
        return super().spend_elevated_token(token_id, *issued_to, single_use=single_use)


# Of another session of hers, living or signed out.


@fault(
    *("M41", "mfa-token-of-other-session", "An MFA token works in every session of its user"),
    requirement="mfa-token.bound-to-session",
    sources=("D-78",),
)
class _MfaOtherSession(Store):
    def spend_mfa_token(self, digest: bytes, user_id: str, session_id: str, now: float) -> bool:
        issued_to = self.mfa_token_owner(digest)
        if issued_to is not None and issued_to[0] == user_id:
            session_id = issued_to[1]
        return super().spend_mfa_token(digest, user_id, session_id, now)


@fault(
    *("M42", "elevated-token-of-other-session", "An elevated token works in every session of its user"),
    requirement="mfa-token.bound-to-session",
    sources=("D-78",),
)
class _ElevatedOtherSession(Store):
    def spend_elevated_token(self, token_id: str, user_id: str, session_id: str, *, single_use: bool) -> bool:
        issued_to = self.elevated_token_owner(token_id)
        if issued_to is not None and issued_to[0] == user_id:
            session_id = issued_to[1]
        return super().spend_elevated_token(token_id, user_id, session_id, single_use=single_use)


@fault(
    *("M43", "mfa-token-outlives-session", "An MFA token lives on after its session was signed out"),
    requirement="token.revoked",
    sources=("ASVS 5.0 7.4.1", "D-78", "CWE-613"),
)
class _MfaOutlives(Store):
    def spend_mfa_token(self, digest: bytes, user_id: str, session_id: str, now: float) -> bool:
        issued_to = self.mfa_token_owner(digest)
        left_behind = issued_to is not None and issued_to[0] == user_id and not self.presence(issued_to[1])
        return left_behind or super().spend_mfa_token(digest, user_id, session_id, now)


@fault(
    *(
        "M44",
        "elevated-token-outlives-session",
        "An elevated token lives on after its session was signed out",
    ),
    requirement="token.revoked",
    sources=("ASVS 5.0 7.4.1", "CWE-613"),
)
class _ElevatedOutlives(Store):
    def spend_elevated_token(self, token_id: str, user_id: str, session_id: str, *, single_use: bool) -> bool:
        issued_to = self.elevated_token_owner(token_id)
        left_behind = issued_to is not None and issued_to[0] == user_id and not self.presence(issued_to[1])
        return left_behind or super().spend_elevated_token(
            token_id, user_id, session_id, single_use=single_use
        )


# Of another environment.


class _Neighbourly(Operations):
    """Knows the other environments of the process that have the same fault."""

    _neighbours: ClassVar[WeakValueDictionary[str, Operations]] = WeakValueDictionary()

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._neighbours[tools.environment_id] = self


@fault(
    *("M45", "other-environment-mfa-token", "MFA tokens of another environment are accepted"),
    requirement="token.environment-bound",
    sources=("D-17", "ASVS 5.0 9.2.3", "CWE-863"),
)
class _MfaOtherEnvironment(_Neighbourly):
    def spend_mfa_token(self, call: Call, caller: Caller, token: str) -> bool:
        homes = list(self._neighbours.values())
        return super().spend_mfa_token(call, caller, token) or any(
            home.store.mfa_token_owner(home.mfa_token_digest(token)) for home in homes if home is not self
        )


@fault(
    *("M46", "other-environment-elevated-token", "Elevated tokens of another environment are accepted"),
    requirement="token.environment-bound",
    sources=("D-17", "ASVS 5.0 9.2.3", "CWE-863"),
)
class _ElevatedOtherEnvironment(_Neighbourly):
    def spend_elevated(self, call: Call, caller: Caller, token: str, scope: str) -> bool:
        homes = list(self._neighbours.values())
        return super().spend_elevated(call, caller, token, scope) or any(
            home.rules.scope_opens(home.rules.scopes_of(claims), scope)
            for home in homes
            if home is not self and (claims := home.elevated_claims(token)) is not None
            if claims.get("environment_id") == home.tools.environment_id
        )


# Of another kind, or made up.


@fault(
    *(
        "M47",
        "mfa-token-links-method",
        "Where an elevated token is needed to add a method, an MFA token does",
    ),
    requirement="step-up.always-for-credentials",
    sources=("D-37", "D-85"),
)
class _MfaTokenLinks(Rules):
    def mfa_token_serves(self, scope: str) -> bool:
        return scope == "credential:link" or super().mfa_token_serves(scope)


@fault(
    *("M48", "elevated-token-signature-unchecked", "The signature of an elevated token is not checked"),
    requirement="token.signature",
    sources=("D-17", "ASVS 5.0 9.1.1", "CWE-347"),
)
class _Unchecked(Operations):
    def elevated_claims(self, token: str) -> dict[str, Any] | None:
        try:
            claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
        except (jwt.PyJWTError, ValueError, RecursionError, TypeError):
            return None
        return claims


@fault(
    *("M49", "session-token-as-proof", "A full session's own token is taken for an elevated token"),
    requirement="token.purpose",
    sources=("RFC 8725 3.11", "ASVS 5.0 9.2.2"),
)
class _SessionTokenProves(Operations):
    def spend_elevated(self, call: Call, caller: Caller, token: str, scope: str) -> bool:
        return super().spend_elevated(call, caller, token, scope) or self.session_claims(token) is not None


# Used up too late.


@fault(
    *("M50", "elevated-token-race", "Parallel requests with one single-use elevated token all pass"),
    requirement="step-up.single-use",
    sources=("D-79", "CWE-367"),
)
class _Race(Store):
    def spend_elevated_token(self, token_id: str, user_id: str, session_id: str, *, single_use: bool) -> bool:
        with self.database.read() as connection:
            unused = self._row(connection, _UNUSED, token_id=token_id)
        if unused is not None:
            meet(self)
        return super().spend_elevated_token(
            token_id, user_id, session_id, single_use=single_use and unused is None
        )


@fault(
    *("M51", "deletion-spends-no-token", "Deleting a device or passkey leaves the MFA token good for more"),
    requirement="mfa-token.single-use",
    sources=("D-77", "CWE-294"),
)
class _DeletionSpendsNothing(Operations):
    def prove(self, call: Call, caller: Caller, scope: str) -> None:
        if scope != "credential:unlink" or not _is_callers(self, call, caller):
            super().prove(call, caller, scope)


@fault(
    *("M59", "update-spends-no-token", "Changing the profile leaves the MFA token good for more"),
    requirement="mfa-token.single-use",
    sources=("D-77", "CWE-294"),
)
class _UpdateSpendsNothing(Operations):
    def prove(self, call: Call, caller: Caller, scope: str) -> None:
        if scope != "user:update" or not _is_callers(self, call, caller):
            super().prove(call, caller, scope)


def _is_callers(operations: Operations, call: Call, caller: Caller) -> bool:
    """Whether an MFA token is the caller's own, used or not."""
    issued_to = operations.store.mfa_token_owner(operations.mfa_token_digest(call.mfa_token or ""))
    return issued_to == (caller.user.id, caller.session.id)


# Given out too freely, or not asked for.


@fault(
    *("M52", "export-open-from-2026", "From API version 2026_04_01 on, a wallet is exported without step-up"),
    requirement="step-up.always-for-credentials",
    sources=("D-85",),
)
class _ExportOpen(Rules):
    def action_needs_mfa(self, action: str, has_method: bool) -> bool:
        listed = any(each.action == action for each in self.settings.actions)
        return listed and super().action_needs_mfa(action, has_method)


@fault(
    *(
        "M53",
        "session-mfa-opens-actions",
        "Where MFA is session-based, a session that passed it needs no step-up",
    ),
    requirement="step-up.actions-enforced",
    sources=("D-08", "D-86"),
)
class _SessionOpensActions(Rules):
    def action_needs_mfa(self, action: str, has_method: bool) -> bool:
        return not self.settings.session_based and super().action_needs_mfa(action, has_method)


@fault(
    *(
        "M54",
        "sign-in-elevates-despite-mfa",
        "Who has MFA gets an elevated token for signing in, if asked for",
    ),
    requirement="step-up.mfa-not-reauth",
    sources=("D-82",),
)
class _SignInElevates(Rules):
    def new_link_may_elevate(self, has_method: bool) -> bool:  # noqa: ARG002
        return True


@fault(
    *("M55", "external-word-elevates-despite-mfa", "An external issuer's word elevates who has MFA"),
    requirement="step-up.mfa-not-reauth",
    sources=("D-82",),
)
class _ExternalWordElevates(Operations):
    def verify_external_assertion(self, call: Call, body: ExternalAssertion) -> Elevated:
        try:
            return super().verify_external_assertion(call, body)
        except Refusal as refusal:
            if refusal.code != "elevated_access_token_required":
                raise
            scopes = tuple(str(self.external_claims(body.jwt, call.now).get("scope")).split())
            session = self.authenticate(call).session
            return Elevated(elevated_access_token=self.new_elevated_token(session, scopes, call.now))


@fault(
    *("M56", "user-basic-grantable", "An elevated token for user:basic can be asked for"),
    requirement="mfa-token.on-request",
    sources=("D-18", "CWE-269"),
)
class _UserBasicGrantable(Rules):
    def grantable_scopes(self, requested: tuple[str, ...]) -> tuple[str, ...]:
        granted = super().grantable_scopes(tuple(scope for scope in requested if scope != FULL))
        return (*granted, FULL) if FULL in requested else granted


@fault(
    *("M57", "step-up-lists-unverified", "The step-up check lists an app that was never verified"),
    requirement="step-up.check",
    sources=("D-83",),
)
class _ListsUnverified(Operations):
    def step_up_methods(self, caller: Caller) -> Methods:
        methods = super().step_up_methods(caller)
        devices = [msgspec.structs.replace(each, verified_at=each.created_at) for each in methods.devices]
        return Methods(devices, methods.passkeys)


@fault(
    *("M58", "step-up-check-says-yes", "The step-up check says that step-up is needed for everything"),
    requirement="step-up.check",
    sources=("D-83",),
)
class _SaysYes(Rules):
    def step_up_required(self, scope: str, has_method: bool) -> bool:  # noqa: ARG002
        return True
