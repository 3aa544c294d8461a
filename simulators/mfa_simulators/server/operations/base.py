"""What every operation works with, and how it begins: who is calling, may she, has she tried too often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from mfa_simulators.server.keys import read_token
from mfa_simulators.server.operations.call import Call, Caller
from mfa_simulators.server.rules.allowance import Endpoint, Opening
from mfa_simulators.server.rules.refusal import needs_full_session, unauthorized
from mfa_simulators.server.rules.tokens import SESSION_TYPE

if TYPE_CHECKING:
    from concurrent.futures import Future

    from mfa_simulators.randomness import Randomness
    from mfa_simulators.server.keys import SigningKey
    from mfa_simulators.server.outbox import Outbox
    from mfa_simulators.server.rules import Rules
    from mfa_simulators.server.store import Store
    from mfa_simulators.server.vault import Vault

_KIND_OF_ENROLMENT = {
    Endpoint.TOTP_REGISTER: "totp",
    Endpoint.TOTP_VERIFY: "totp",
    Endpoint.PASSKEY_REGISTER: "passkey",
}


class Tools(msgspec.Struct):
    """What the operations of one environment work with; the facade swaps the rules when settings change."""

    environment_id: str
    issuer: str
    rules: Rules
    store: Store
    vault: Vault
    randomness: Randomness
    outbox: Outbox
    key: Future[SigningKey]
    external_key: SigningKey
    retiring: tuple[SigningKey, ...] = ()
    """Keys that sign nothing any more, and are still published and believed."""
    keys_read: int = 0
    """How often the published keys were read since the key in use signs."""


class OperationsBase:
    """Steps that several operations take."""

    def __init__(self, tools: Tools) -> None:
        self.tools = tools
        self.store = tools.store
        self.vault = tools.vault
        self.randomness = tools.randomness

    @property
    def rules(self) -> Rules:
        """The rules, under the settings of now."""
        return self.tools.rules

    # Who is calling.

    def session_claims(self, token: str) -> dict[str, Any] | None:
        """The claims of a session token whose signature holds, else None (D-17)."""
        return self.signed_claims(token, SESSION_TYPE)

    def signed_claims(self, token: str, token_type: str) -> dict[str, Any] | None:
        """The claims of a token of this type that one of our published keys signed, else None."""
        for key in self.keys():
            read = read_token(token, key, self.rules.signature_algorithms())
            if read is not None:
                return read[1] if read[0].get("typ") == token_type else None
        return None

    def keys(self) -> tuple[SigningKey, ...]:
        """The keys whose tokens count: the one that signs, and those that are being retired."""
        return (self.tools.key.result(), *self.tools.retiring)

    def authenticate(self, call: Call) -> Caller:
        """Who is calling, by the session token.

        Raises:
            Refusal: 401, no token, or one that is not good here and now.
        """
        claims = None if call.token is None else self.session_claims(call.token)
        if (
            claims is None
            or not self.rules.token_is_ours(claims, self.tools.issuer, self.tools.environment_id)
            or not self.rules.token_is_current(claims, call.now)
        ):
            raise unauthorized()
        present = self.store.presence(str(claims.get("sid")))
        if present is None or present[1].id != claims.get("sub"):
            raise unauthorized()
        session, user = present
        return Caller(
            user, session, self.rules.is_gated(self.rules.scopes_of(claims)), str(claims.get("jti"))
        )

    def admit(self, call: Call, endpoint: Endpoint) -> Caller:
        """Who is calling, if the endpoint is open to her.

        Raises:
            Refusal: 401; or 403 `requires_additional_auth`, a gated token where a full one is needed.
        """
        caller = self.authenticate(call)
        if not caller.gated:
            return caller
        opening = self.rules.gated_opening(endpoint)
        if opening is Opening.OPEN:
            return caller
        if opening is Opening.ENROLMENT:
            methods = self.store.methods(caller.user.id)
            if self.rules.gated_may_enrol(_KIND_OF_ENROLMENT[endpoint], self.rules.has_method(methods)):
                return msgspec.structs.replace(caller, beside=methods.verified)
        raise needs_full_session()

    # Attempts.

    def take_attempt(self, call: Call, path: str, account: str, session: str = "") -> str:
        """Counts an attempt before it is judged; returns whose it was, for `give_attempt_back`.

        Raises:
            Refusal: 429, too many were wrong.
        """
        rules = self.rules
        subject = rules.limit_subject(account, session, call.address, call.forwarded)
        wait = self.store.take_attempt(
            subject,
            path,
            limit=rules.attempts_allowed(path),
            window=rules.window_seconds(path),
            now=call.now,
        )
        if wait is not None:
            raise rules.limit_refusal(path, wait)
        return subject
