"""Bodies of answers."""

from __future__ import annotations

from typing import Any, Literal

import msgspec


class Answer(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A body in camelCase, every member present."""


class Sparse(msgspec.Struct, frozen=True, rename="camel", kw_only=True, omit_defaults=True):
    """A body in camelCase; a member that has nothing to say is left out."""


class VerifiedCredential(Sparse, frozen=True, kw_only=True):
    """A credential that its user signs in with; only some names are in snake_case."""

    id: str
    format: str
    sign_in_enabled: bool
    email: str | None = None
    public_identifier: str | None = msgspec.field(name="public_identifier", default=None)
    phone_number: str | None = None
    verified_at: str | None = None


class SdkUser(Answer, frozen=True, kw_only=True):
    """The user."""

    id: str
    project_environment_id: str
    verified_credentials: tuple[VerifiedCredential, ...]
    scope: str
    mfa_backup_code_acknowledgement: str | None
    missing_fields: tuple[str, ...] = ()
    session_id: str
    new_user: bool
    last_verified_credential_id: str | msgspec.UnsetType | None
    first_visit: str
    last_visit: str
    email: str | msgspec.UnsetType = msgspec.UNSET
    phone_number: str | msgspec.UnsetType = msgspec.UNSET
    alias: Any = msgspec.UNSET
    first_name: Any = msgspec.UNSET
    last_name: Any = msgspec.UNSET
    username: Any = msgspec.UNSET
    country: Any = msgspec.UNSET
    job_title: Any = msgspec.UNSET
    team: Any = msgspec.UNSET
    t_shirt_size: Any = msgspec.UNSET
    policies_consent: Any = msgspec.UNSET
    metadata: Any = msgspec.UNSET
    btc_wallet: Any = msgspec.UNSET
    kda_wallet: Any = msgspec.UNSET
    ltc_wallet: Any = msgspec.UNSET
    ckb_wallet: Any = msgspec.UNSET
    kas_wallet: Any = msgspec.UNSET
    doge_wallet: Any = msgspec.UNSET
    email_notification: Any = msgspec.UNSET
    discord_notification: Any = msgspec.UNSET
    newsletter_notification: Any = msgspec.UNSET


class VerifyResponse(Sparse, frozen=True, kw_only=True):
    """A signed-in session: `jwt` and `minifiedJwt` carry one token; `expiresAt` in unix seconds.

    In cookie mode neither is there (D-24).
    """

    user: SdkUser
    expires_at: int
    jwt: str | None = None
    minified_jwt: str | None = None
    mfa_token: str | None = None
    elevated_access_token: str | None = None


class CodeSent(Sparse, frozen=True, kw_only=True):
    """A code is on its way by e-mail."""

    verification_id: str = msgspec.field(name="verificationUUID")
    email: str | None = None


class UpdateSelfResponse(VerifyResponse, frozen=True, kw_only=True):
    """A session, and where its user goes next."""

    next_view: Literal["done", "verify-email", "verify-sms", "verified-and-transferred"] = msgspec.field()
    email_verification: CodeSent | None = None


class SmsSent(Sparse, frozen=True, kw_only=True):
    """A code is on its way by SMS."""

    verification_id: str = msgspec.field(name="verificationUUID")
    phone_country_code: str | None = None
    phone_number: str | None = None
    iso_country_code: str | None = None


class Elevated(Answer, frozen=True, kw_only=True):
    """A token for the scopes of an external assertion."""

    elevated_access_token: str


class MfaDevice(Answer, frozen=True, kw_only=True):
    """A device; passkeys are none (D-63)."""

    type: Literal["totp", "passkey", "email"]
    id: str
    verified: bool
    created_at: str
    verified_at: str | None
    default: bool


class MfaDevices(Answer, frozen=True, kw_only=True):
    """The devices of a user."""

    count: int
    devices: tuple[MfaDevice, ...]


class UserPasskey(Answer, frozen=True, kw_only=True):
    """A passkey (D-56)."""

    id: str
    credential_id: str
    created_at: str
    updated_at: str
    alias: str | msgspec.UnsetType = msgspec.UNSET
    user_agent: str | msgspec.UnsetType = msgspec.UNSET
    origin: str | msgspec.UnsetType = msgspec.UNSET


class UserPasskeys(Answer, frozen=True, kw_only=True):
    """The passkeys of a user."""

    count: int
    passkeys: tuple[UserPasskey, ...]


class MfaMethods(Answer, frozen=True, kw_only=True):
    """All methods of a user (D-62)."""

    devices: tuple[MfaDevice, ...]
    passkeys: tuple[UserPasskey, ...]
    user_has_verified_mfa_methods: bool


class TotpRegistration(Answer, frozen=True, kw_only=True):
    """A new authenticator app, to be verified by a code; the secret is shown here only."""

    id: str
    type: Literal["totp"] = "totp"
    secret: str
    uri: str


class PasskeyRegistration(Answer, frozen=True, kw_only=True):
    """Options of the older path."""

    id: str
    type: Literal["passkey"] = "passkey"
    registration: dict[str, Any]


class RecoveryCodes(Answer, frozen=True, kw_only=True):
    """The unused codes of a set."""

    count: int
    recovery_codes: tuple[str, ...]


class StepUpCredential(Sparse, frozen=True, kw_only=True):
    """What a user may prove himself with."""

    id: str
    format: str
    type: str | None = None
    alias: str | None = None


class StepUpAnswer(Sparse, frozen=True, kw_only=True):
    """Whether a scope takes step-up, and by what."""

    is_required: bool
    credentials: tuple[StepUpCredential, ...]
    default_credential_id: str | None = None


class Nonces(Answer, frozen=True, kw_only=True):
    """Nonces for device signatures."""

    nonces: tuple[str, ...]


class Nonce(Answer, frozen=True, kw_only=True):
    """One nonce."""

    nonce: str


class ActionDone(Answer, frozen=True, kw_only=True):
    """A wallet action was let through; nothing is signed or exported here."""

    action: str
    done: bool = True
