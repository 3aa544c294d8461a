"""Proofs of MFA: using them up, and giving them out."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import msgspec

from mfa_simulators.server.operations.session_answers import SessionAnswers
from mfa_simulators.server.rules.tokens import ELEVATED_TYPE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_simulators.server.operations.call import Call, Caller
    from mfa_simulators.server.store.records import Methods, Session, User
    from mfa_simulators.server.wire.answers import VerifyResponse
    from mfa_simulators.server.wire.requests import Proving, TokenWish

_TOKEN_BYTES = 32


class Proofs(SessionAnswers):
    """MFA tokens and elevated tokens (D-76 to D-82), and what a completed challenge brings."""

    def prove(self, call: Call, caller: Caller, scope: str) -> None:
        """Uses up a proof for a scope: an elevated token, or an MFA token where one will do.

        Raises:
            Refusal: 403, there is none, or none that counts.
        """
        rules = self.rules
        elevated = call.elevated_token if rules.elevated_token_serves(scope) else None
        mfa = call.mfa_token if rules.mfa_token_serves(scope) else None
        if elevated and self.spend_elevated(call, caller, elevated, scope):
            return
        if mfa and self.spend_mfa_token(call, caller, mfa):
            return
        if mfa:
            raise rules.proof_refused("mfa")
        raise rules.proof_refused("elevated") if elevated else rules.proof_missing()

    def spend_mfa_token(self, call: Call, caller: Caller, token: str) -> bool:
        """Uses an MFA token, if it was issued to the caller in this session."""
        digest = self.mfa_token_digest(token)
        return self.store.spend_mfa_token(digest, caller.user.id, caller.session.id, call.now)

    def spend_elevated(self, call: Call, caller: Caller, token: str, scope: str) -> bool:
        """Uses an elevated token for a scope, if it is good for it."""
        rules = self.rules
        claims = self.elevated_claims(token)
        return (
            claims is not None
            and rules.token_is_ours(claims, self.tools.issuer, self.tools.environment_id)
            and rules.elevated_is_current(claims, call.now)
            and rules.scope_opens(rules.scopes_of(claims), scope)
            and self.store.spend_elevated_token(
                str(claims.get("jti")),
                caller.user.id,
                caller.session.id,
                single_use=rules.elevated_is_single_use(claims),
            )
        )

    def elevated_claims(self, token: str) -> dict[str, Any] | None:
        """The claims of an elevated token whose signature holds, else None."""
        return self.signed_claims(token, ELEVATED_TYPE)

    def mfa_token_digest(self, token: str) -> bytes:
        """What an MFA token is found by."""
        return self.vault.digest("mfa-token", self.tools.environment_id, token)

    def new_mfa_token(self, session: Session, wish: TokenWish | None, now: float) -> str | None:
        """An MFA token for who asked for one (D-76)."""
        if not self.rules.mfa_token_wanted(wish is not None):
            return None
        random = self.randomness.bytes(_TOKEN_BYTES, "mfa-token", session.user_id)
        token = base64.urlsafe_b64encode(random).rstrip(b"=").decode()
        seconds = self.rules.settings.mfa_token_seconds
        self.store.add_mfa_token(
            self.mfa_token_digest(token),
            session.user_id,
            session.id,
            single_use=wish.single_use if wish is not None else True,
            expires_at=None if seconds is None else now + seconds,
        )
        return token

    def new_elevated_token(self, session: Session, scopes: Sequence[str], now: float) -> str:
        """An elevated token; `scope` is one string, `exp` in seconds (D-79)."""
        grant = self.rules.grant_for(scopes)
        token_id = self.randomness.uuid("elevated-token", session.user_id)
        self.store.add_elevated_token(token_id, session.user_id, session.id)
        issued = int(now)
        claims = {
            "jti": token_id,
            "iss": self.tools.issuer,
            "sub": session.user_id,
            "sid": session.id,
            "environment_id": self.tools.environment_id,
            "scope": " ".join(scopes),
            "iat": issued,
            "exp": issued + grant.seconds,
            "singleUse": grant.single_use,
        }
        return self.tools.key.result().sign(claims, ELEVATED_TYPE)

    def granted(self, proving: Proving) -> tuple[str, ...]:
        """The scopes that an answer to a challenge asks for, if they may be granted.

        Raises:
            Refusal: 422 `invalid_scopes`.
        """
        return self.rules.grantable_scopes(proving.requested_scopes) if proving.requested_scopes else ()

    def passed_mfa(self, call: Call, caller: Caller, method: str, proving: Proving) -> VerifyResponse:
        """The answer to a completed challenge: the gate lifted, and the tokens that were asked for (D-14)."""
        scopes = self.granted(proving)
        user, session, methods = self.after_mfa(caller, method, call.now)
        mfa_token = self.new_mfa_token(session, proving.create_mfa_token, call.now)
        elevated = self.new_elevated_token(session, scopes, call.now) if scopes else None
        return self.signed_in(call, user, session, methods, mfa_token=mfa_token, elevated=elevated)

    def after_mfa(self, caller: Caller, method: str, now: float) -> tuple[User, Session, Methods]:
        """Lifts the gate of this session, and of this one only (D-14, ASVS 5.0 7.2.4)."""
        if not self.rules.lifts_gate(method):
            user, methods = self.store.account(caller.user.id)
            return user, caller.session, methods
        user, methods = self.store.complete_mfa(caller.session, now)
        return user, msgspec.structs.replace(caller.session, mfa_at=now), methods
