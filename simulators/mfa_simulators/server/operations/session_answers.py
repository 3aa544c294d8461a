"""The answer that a session is: its token, its gate, and its user as the wire shows her."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from mfa_simulators.clock import iso
from mfa_simulators.server.operations.base import OperationsBase
from mfa_simulators.server.rules.gate import GateFacts
from mfa_simulators.server.rules.tokens import SESSION_TYPE, SessionFacts
from mfa_simulators.server.store.records import Session
from mfa_simulators.server.wire.answers import SdkUser, VerifiedCredential, VerifyResponse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_simulators.server.operations.call import Call
    from mfa_simulators.server.store.records import Methods, Passkey, User


class SessionAnswers(OperationsBase):
    """Sessions, begun and answered."""

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
