"""What every topic of operations does: who is calling, may she, has she proved it, and a session's answer."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

import msgspec

from mfa_simulators.clock import iso
from mfa_simulators.server.keys import read_token
from mfa_simulators.server.operations.call import Call, Caller
from mfa_simulators.server.rules.allowance import Endpoint, Opening
from mfa_simulators.server.rules.gate import GateFacts
from mfa_simulators.server.rules.refusal import needs_full_session, unauthorized
from mfa_simulators.server.rules.tokens import ELEVATED_TYPE, SESSION_TYPE, SessionFacts
from mfa_simulators.server.store.records import Session
from mfa_simulators.server.wire.answers import SdkUser, VerifiedCredential, VerifyResponse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from mfa_simulators.randomness import Randomness
    from mfa_simulators.server.keys import SigningKey
    from mfa_simulators.server.outbox import Outbox
    from mfa_simulators.server.rules import Rules
    from mfa_simulators.server.store import Store
    from mfa_simulators.server.store.records import Methods, Passkey, User
    from mfa_simulators.server.vault import Vault
    from mfa_simulators.server.wire.requests import Proving, TokenWish

_TOKEN_BYTES = 32
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
        read = read_token(token, self.tools.key.result(), self.rules.signature_algorithms())
        return read[1] if read is not None and read[0].get("typ") == SESSION_TYPE else None

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
            has_method = self.rules.has_method(self.store.methods(caller.user.id))
            if self.rules.gated_may_enrol(_KIND_OF_ENROLMENT[endpoint], has_method):
                return caller
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

    # Proofs.

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
        if mfa and self.store.spend_mfa_token(self.mfa_token_digest(mfa), caller.user.id, call.now):
            return
        if mfa:
            raise rules.proof_refused("mfa")
        raise rules.proof_refused("elevated") if elevated else rules.proof_missing()

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
                str(claims.get("jti")), caller.user.id, single_use=rules.elevated_is_single_use(claims)
            )
        )

    def elevated_claims(self, token: str) -> dict[str, Any] | None:
        """The claims of an elevated token whose signature holds, else None."""
        read = read_token(token, self.tools.key.result(), self.rules.signature_algorithms())
        return read[1] if read is not None and read[0].get("typ") == ELEVATED_TYPE else None

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

    # Answers.

    def new_session(
        self, call: Call, user_id: str, method: str, credential: str, public_key: str | None
    ) -> Session:
        """A session about to begin; some ways of signing in may be MFA by themselves."""
        return Session(
            id=self.randomness.uuid("session", user_id),
            user_id=user_id,
            created_at=call.now,
            mfa_at=call.now if self.rules.sign_in_completes_mfa(method) else None,
            revoked_at=None,
            method=method,
            credential_id=credential,
            public_key=public_key or call.session_public_key,
        )

    def session_gated(self, user: User, session: Session, methods: Methods) -> bool:
        """Whether a session still owes MFA."""
        facts = GateFacts(
            has_method=self.rules.has_method(methods),
            ever_enrolled=user.enrolled_at is not None,
            mfa_done=session.mfa_at is not None,
        )
        return self.rules.gate_due(facts)

    def signed_in(
        self,
        call: Call,
        user: User,
        session: Session,
        methods: Methods,
        *,
        gated: bool | None = None,
        new_user: bool = False,
        mfa_token: str | None = None,
        elevated: str | None = None,
    ) -> VerifyResponse:
        """A session's answer with a new token; gated as the rules say unless it is given."""
        if gated is None:
            gated = self.session_gated(user, session, methods)
        scopes = self.rules.scopes(gated)
        token, expires_at = self.session_token(call, user, session, scopes)
        return VerifyResponse(
            user=self.sdk_user(user, session, methods, scopes, new_user=new_user),
            expires_at=expires_at,
            jwt=token,
            minified_jwt=token,
            mfa_token=mfa_token,
            elevated_access_token=elevated,
        )

    def session_token(
        self, call: Call, user: User, session: Session, scopes: tuple[str, ...]
    ) -> tuple[str, int]:
        """A session token, and when it expires in unix seconds."""
        key = self.tools.key.result()
        facts = SessionFacts(
            user_id=user.id,
            email=user.email,
            session_id=session.id,
            session_public_key=session.public_key,
            credential_id=session.credential_id,
            scopes=scopes,
            issuer=self.tools.issuer,
            audience=self.rules.audience(call.origin, first_origin(self.rules.settings.origins)),
            environment_id=self.tools.environment_id,
            issued_at=int(call.now),
            key_id=key.id,
        )
        claims = self.rules.session_claims(facts)
        return key.sign(claims, SESSION_TYPE), claims["exp"]

    def sdk_user(
        self,
        user: User,
        session: Session,
        methods: Methods,
        scopes: tuple[str, ...],
        *,
        new_user: bool = False,
    ) -> SdkUser:
        """The user as the wire shows her."""
        profile = {} if user.profile == "{}" else msgspec.json.decode(user.profile)
        credentials = _credentials(user, methods.passkeys, self.rules.passkey_signin_open())
        known = any(each.id == session.credential_id for each in credentials)
        last = session.credential_id if known else msgspec.UNSET
        return SdkUser(
            id=user.id,
            project_environment_id=self.tools.environment_id,
            verified_credentials=credentials,
            scope=" ".join(scopes),
            mfa_backup_code_acknowledgement=user.acknowledgement,
            session_id=session.id,
            new_user=new_user,
            last_verified_credential_id=last,
            first_visit=iso(user.created_at),
            last_visit=iso(user.last_visit),
            email=msgspec.UNSET if user.email is None else user.email,
            phone_number=msgspec.UNSET if user.phone is None else user.phone,
            **{_snake(name): value for name, value in profile.items()},
        )


def first_origin(origins: Sequence[str]) -> str:
    """The first origin that is a whole one: `http://localhost` for `http://localhost:*`."""
    return next((each for each in origins if not each.endswith(":*")), origins[0].removesuffix(":*"))


def credential_id(user_id: str, kind: str) -> str:
    """The id of a user's credential of a kind: email, sms or external. There is at most one of each."""
    return f"{user_id[:24]}{_CREDENTIAL_TAILS[kind]:012x}"


_CREDENTIAL_TAILS = {"email": 1, "sms": 2, "external": 3}
_CAPITAL = re.compile("[A-Z]")


def _snake(name: str) -> str:
    return _CAPITAL.sub(lambda found: f"_{found[0].lower()}", name)


def _credentials(
    user: User, passkeys: Sequence[Passkey], passkey_signin: bool
) -> tuple[VerifiedCredential, ...]:
    since = iso(user.created_at)
    found = []
    if user.email is not None:
        found.append(
            VerifiedCredential(
                id=credential_id(user.id, "email"),
                format="email",
                sign_in_enabled=True,
                email=user.email,
                public_identifier=user.email,
                verified_at=since,
            )
        )
    if user.phone is not None:
        found.append(
            VerifiedCredential(
                id=credential_id(user.id, "sms"),
                format="phoneNumber",
                sign_in_enabled=True,
                phone_number=user.phone,
                public_identifier=user.phone,
                verified_at=since,
            )
        )
    if user.external_id is not None:
        found.append(
            VerifiedCredential(
                id=credential_id(user.id, "external"),
                format="externalUser",
                sign_in_enabled=True,
                public_identifier=user.external_id,
                verified_at=since,
            )
        )
    found += [
        VerifiedCredential(
            id=each.id, format="passkey", sign_in_enabled=passkey_signin, verified_at=iso(each.created_at)
        )
        for each in passkeys
    ]
    return tuple(found)
