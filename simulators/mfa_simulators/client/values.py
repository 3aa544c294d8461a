"""The values that travel: what the server answers, read tolerantly, and what a client hands out.

Every struct is frozen, ignores members it does not know, and is read with the wire's own types: a
member of the wrong type is an error, never a guess. Instants stay as the wire writes them (ISO 8601
text); `expires_at` is in unix seconds.
"""

from __future__ import annotations

from typing import Any

import msgspec

REQUIRES_ADDITIONAL_AUTH = "requiresAdditionalAuth"
USER_BASIC = "user:basic"


class VerifiedCredential(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One thing the user has proved to hold: an e-mail address, a passkey, an app."""

    id: str
    format: str = ""
    sign_in_enabled: bool = False
    email: str | None = None
    verified_at: str | None = None


class User(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """The user of a session, as every VerifyResponse and `GET users` carry it (SdkUser)."""

    id: str
    verified_credentials: tuple[VerifiedCredential, ...]
    project_environment_id: str = ""
    scope: str | None = None
    mfa_backup_code_acknowledgement: str | None = None
    missing_fields: tuple[Any, ...] | None = None
    email: str | None = None
    username: str | None = None
    alias: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    session_id: str | None = None
    new_user: bool | None = None
    last_verified_credential_id: str | None = None
    metadata: dict[str, Any] | None = None

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scope split at whitespace, the only way to test membership (D-16, RFC 8693 4.2)."""
        return tuple((self.scope or "").split())


class Session(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A VerifyResponse: who is signed in, until when, by which tokens.

    `token` is the bearer (`minifiedJwt` on the wire), None in cookie mode; `expires_at` is in unix seconds.
    """

    user: User
    expires_at: float
    token: str | None = msgspec.field(name="minifiedJwt", default=None)
    jwt: str | None = None
    mfa_token: str | None = None
    elevated_access_token: str | None = None
    next_view: str | None = None


class OtpVerification(msgspec.Struct, frozen=True, kw_only=True):
    """An e-mail code under way."""

    verification_uuid: str = msgspec.field(name="verificationUUID")
    email: str = ""


class SmsVerification(OtpVerification, frozen=True, kw_only=True):
    """A code by text message under way."""


class MfaDevice(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One MFA device (D-63). Passkeys are not among them."""

    id: str
    type: str = "totp"
    verified: bool = False
    created_at: str | None = None
    verified_at: str | None = None
    default: bool = False
    alias: str | None = None


class TotpRegistration(msgspec.Struct, frozen=True, kw_only=True):
    """An authenticator app about to be enrolled (D-25): base32 secret and otpauth URI."""

    id: str
    type: str
    secret: str
    uri: str


class UserPasskey(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One registered passkey (D-56)."""

    id: str
    credential_id: str = ""
    created_at: str | None = None
    updated_at: str | None = None
    alias: str | None = None
    user_agent: str | None = None
    origin: str | None = None


class MfaMethods(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """All that can meet a challenge (D-62)."""

    devices: tuple[MfaDevice, ...]
    passkeys: tuple[UserPasskey, ...]
    user_has_verified_mfa_methods: bool


class StepUpCredential(msgspec.Struct, frozen=True, kw_only=True):
    """One way to step up."""

    id: str
    format: str = ""
    type: str | None = None
    alias: str | None = None


class StepUp(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """The answer to "does this scope need step-up?" (D-83, D-84)."""

    is_required: bool
    credentials: tuple[StepUpCredential, ...] = ()
    default_credential_id: str | None = None


class ElevatedToken(msgspec.Struct, frozen=True, kw_only=True):
    """An elevated access token that the client holds; `expires_at` in unix seconds (D-79, D-80)."""

    token: str
    scopes: frozenset[str]
    expires_at: float
    single_use: bool = False


class ClientState(msgspec.Struct, frozen=True, kw_only=True):
    """All that a client knows of its session at one moment; what a page reload would keep."""

    token: str | None = None
    user: User | None = None
    expires_at: float | None = None
    mfa_token: str | None = None
    elevated_tokens: tuple[ElevatedToken, ...] = ()

    @property
    def signed_in(self) -> bool:
        """Whether a user is present; says nothing about MFA that is still due."""
        return self.user is not None


class ScreenContent(msgspec.Struct, frozen=True, kw_only=True):
    """What a screen shows, as far as her phone or her pen need it: a QR code, recovery codes (D-94).

    `uri` is what the QR code says; `image` the address that its picture is fetched from, None where the client
    draws it by itself.
    """

    uri: str | None = None
    image: str | None = None
    recovery_codes: tuple[str, ...] | None = None


class DeviceList(msgspec.Struct, frozen=True):
    """`GET users/mfa`."""

    devices: tuple[MfaDevice, ...]
    count: int | None = None


class PasskeyList(msgspec.Struct, frozen=True):
    """`GET users/passkeys`."""

    passkeys: tuple[UserPasskey, ...]
    count: int | None = None


class RecoveryCodes(msgspec.Struct, frozen=True, rename="camel"):
    """`GET` and `POST users/mfa/recovery`."""

    recovery_codes: tuple[str, ...]
    count: int | None = None


class Nonces(msgspec.Struct, frozen=True):
    """`GET nonces`."""

    nonces: tuple[str, ...]
