"""Bodies of requests. Unknown members are ignored, as the vendor's models do; wrong types are refused."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec

LONGEST_SESSION_KEY: Final = 1024
"""Characters: it comes back in every session token, which has to fit into a header."""
SessionKey = Annotated[str, msgspec.Meta(max_length=LONGEST_SESSION_KEY)]


class Request(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A body in camelCase."""


class TokenWish(Request, frozen=True, kw_only=True):
    """Asks for an MFA token."""

    single_use: bool = True


class Proving(Request, frozen=True, kw_only=True):
    """What an answer to a challenge may ask for beside a full session (D-76)."""

    create_mfa_token: TokenWish | None = None
    requested_scopes: tuple[str, ...] | None = None


class EmailAddress(Request, frozen=True, kw_only=True):
    """Where a code goes."""

    email: str
    captcha_token: str | None = None


class PhoneNumber(Request, frozen=True, kw_only=True):
    """Where a code goes."""

    phone_country_code: str
    phone_number: str
    iso_country_code: str | None = None
    captcha_token: str | None = None


class CodeRetry(Request, frozen=True, kw_only=True):
    """Asks for another code."""

    verification_id: str = msgspec.field(name="verificationUUID")


class SentCode(Request, frozen=True, kw_only=True):
    """A code by e-mail or SMS, to sign in with."""

    verification_id: str = msgspec.field(name="verificationUUID")
    verification_token: str
    allow_new_mfa_linking: bool = msgspec.field(name="allowNewMFALinking", default=False)
    session_public_key: SessionKey | None = None


class ReauthenticationCode(Request, frozen=True, kw_only=True):
    """A code by e-mail or SMS, of somebody signed in."""

    verification_id: str = msgspec.field(name="verificationUUID")
    verification_token: str
    requested_scopes: tuple[str, ...] | None = None


class ExternalToken(Request, frozen=True, kw_only=True):
    """A token of the external issuer; absent where it comes as a cookie."""

    jwt: str | None = None
    session_public_key: SessionKey | None = None


class ExternalAssertion(Request, frozen=True, kw_only=True):
    """An assertion of the external issuer that grants scopes."""

    jwt: str


class TotpVerification(Request, frozen=True, kw_only=True):
    """The code that completes a registration. `code` is judged by the rules, whatever its type."""

    code: Any
    type: Literal["totp"] = "totp"


class TotpAnswer(Proving, frozen=True, kw_only=True):
    """A code of an authenticator app. `code` is judged by the rules, whatever its type."""

    code: Any
    id: str | None = None


class RecoveryAnswer(Proving, frozen=True, kw_only=True):
    """A recovery code."""

    code: Any


class EmailAnswer(Proving, frozen=True, kw_only=True):
    """A code by e-mail as a second factor."""

    verification_id: str = msgspec.field(name="verificationUUID")
    verification_token: str


class DeviceUpdate(Request, frozen=True, kw_only=True):
    """Makes a device the default; the vendor's SDK sends no body at all."""

    default: bool | None = None
    alias: str | None = None


class AttestationMembers(Request, frozen=True, kw_only=True):
    """`response` of a registration. The wire spells clientDataJson; clientDataJSON is taken too."""

    attestation_object: str
    client_data_json: str | None = None
    client_data: str | None = msgspec.field(name="clientDataJSON", default=None)
    transports: tuple[str, ...] | None = None


class Attestation(Request, frozen=True, kw_only=True):
    """A new passkey (RegistrationResponseJSON, but for the spelling)."""

    id: str
    raw_id: str
    type: str
    response: AttestationMembers
    client_extension_results: dict[str, Any] = msgspec.field(default_factory=dict)
    authenticator_attachment: str | None = None
    create_mfa_token: TokenWish | None = None


class LegacyAttestation(Request, frozen=True, kw_only=True):
    """A new passkey by the older path: the response within an envelope."""

    attestation: Attestation
    id: str | None = None


class AssertionMembers(Request, frozen=True, kw_only=True):
    """`response` of an authentication."""

    authenticator_data: str
    signature: str
    client_data_json: str | None = None
    client_data: str | None = msgspec.field(name="clientDataJSON", default=None)
    user_handle: str | None = None


class Assertion(Proving, frozen=True, kw_only=True):
    """A passkey's answer (AuthenticationResponseJSON)."""

    id: str
    raw_id: str
    type: str
    response: AssertionMembers
    client_extension_results: dict[str, Any] = msgspec.field(default_factory=dict)
    authenticator_attachment: str | None = None
    session_public_key: SessionKey | None = None


class PasskeyRename(Request, frozen=True, kw_only=True):
    """Gives a passkey a name."""

    id: str
    alias: str | None = None


class PasskeyDeletion(Request, frozen=True, kw_only=True):
    """Names the passkey to delete."""

    passkey_id: str


class ScopeQuestion(Request, frozen=True, kw_only=True):
    """Asks whether a scope takes step-up."""

    scope: str
