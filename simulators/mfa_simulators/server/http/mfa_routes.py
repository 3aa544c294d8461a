"""The routes of the wire: second factors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mfa_simulators.server.http.route import Routes
from mfa_simulators.server.wire import answers as out, requests as into

if TYPE_CHECKING:
    from mfa_simulators.server.http.exchange import Exchange

MFA_ROUTES: Final = Routes()


# Devices and methods.


@MFA_ROUTES.add("GET", "/users/mfa", answers=out.MfaDevices)
def list_devices(exchange: Exchange) -> out.MfaDevices:
    """The user's devices, passkeys not among them."""
    return exchange.operations.list_devices(exchange.call)


@MFA_ROUTES.add("GET", "/users/mfa/methods", answers=out.MfaMethods)
def list_methods(exchange: Exchange) -> out.MfaMethods:
    """The user's methods; `verifiedOnly=false` lists unverified ones too."""
    verified_only = exchange.query_value("verifiedOnly") != "false"
    return exchange.operations.list_methods(exchange.call, verified_only=verified_only)


@MFA_ROUTES.add("GET", "/users/mfa/{device_id:str}", answers=out.MfaDevice)
def read_device(exchange: Exchange, device_id: str) -> out.MfaDevice:
    """One device."""
    return exchange.operations.read_device(exchange.call, device_id)


@MFA_ROUTES.add("PUT", "/users/mfa/{device_id:str}", body=into.DeviceUpdate, optional=True)
def update_device(exchange: Exchange, device_id: str, body: into.DeviceUpdate | None) -> None:
    """Makes a device the default, with a body or without."""
    exchange.operations.update_device(exchange.call, device_id, body)


@MFA_ROUTES.add("DELETE", "/users/mfa/{device_id:str}")
def delete_device(exchange: Exchange, device_id: str) -> None:
    """Deletes a device; takes `x-mfa-auth-token` or `x-dyn-elevated-access-token`."""
    exchange.operations.delete_device(exchange.call, device_id)


# Enrolment.


@MFA_ROUTES.add("GET", "/users/mfa/register/totp", answers=out.TotpRegistration)
def register_totp(exchange: Exchange) -> out.TotpRegistration:
    """Begins the registration of an authenticator app."""
    return exchange.operations.register_totp(exchange.call)


@MFA_ROUTES.add("POST", "/users/mfa/register/totp", body=into.TotpVerification, answers=out.MfaDevice)
def verify_totp(exchange: Exchange, body: into.TotpVerification) -> out.MfaDevice:
    """Completes a registration by a code; the session stays as it was."""
    return exchange.operations.verify_totp(exchange.call, body)


@MFA_ROUTES.add("GET", "/users/mfa/register/passkey", answers=out.PasskeyRegistration)
def legacy_creation_options(exchange: Exchange) -> out.PasskeyRegistration:
    """Begins the registration of a passkey, by the older path."""
    return exchange.operations.legacy_creation_options(exchange.call)


@MFA_ROUTES.add(
    "POST", "/users/mfa/register/passkey", body=into.LegacyAttestation, answers=out.VerifyResponse
)
def legacy_register_passkey(exchange: Exchange, body: into.LegacyAttestation) -> out.VerifyResponse:
    """Completes the registration of a passkey, by the older path."""
    return exchange.operations.register_passkey(exchange.call, body.attestation)


# Answers to the challenge.


@MFA_ROUTES.add("POST", "/users/mfa/auth/totp", body=into.TotpAnswer, answers=out.VerifyResponse)
def answer_totp(exchange: Exchange, body: into.TotpAnswer) -> out.VerifyResponse:
    """Answers the challenge with a code; completes a registration too."""
    return exchange.operations.answer_totp(exchange.call, body)


@MFA_ROUTES.add("POST", "/users/mfa/auth/recovery", body=into.RecoveryAnswer, answers=out.VerifyResponse)
def answer_recovery(exchange: Exchange, body: into.RecoveryAnswer) -> out.VerifyResponse:
    """Answers the challenge with a recovery code."""
    return exchange.operations.answer_recovery(exchange.call, body)


@MFA_ROUTES.add("POST", "/users/mfa/auth/passkey", body=into.Assertion, answers=out.VerifyResponse)
def answer_passkey(exchange: Exchange, body: into.Assertion) -> out.VerifyResponse:
    """Answers the challenge with a passkey."""
    return exchange.operations.answer_passkey(exchange.call, body)


@MFA_ROUTES.add("POST", "/users/mfa/auth/email", body=into.EmailAnswer, answers=out.VerifyResponse)
def answer_email(exchange: Exchange, body: into.EmailAnswer) -> out.VerifyResponse:
    """Answers the challenge with a code by e-mail, where the settings allow it."""
    return exchange.operations.answer_email(exchange.call, body)


# Recovery codes.


@MFA_ROUTES.add("GET", "/users/mfa/recovery", answers=out.RecoveryCodes)
def read_recovery_codes(exchange: Exchange) -> out.RecoveryCodes:
    """The unused recovery codes; makes a set where there is none."""
    return exchange.operations.read_recovery_codes(exchange.call)


@MFA_ROUTES.add("POST", "/users/mfa/recovery", answers=out.RecoveryCodes)
def renew_recovery_codes(exchange: Exchange) -> out.RecoveryCodes:
    """A new set of recovery codes; the old one is void."""
    return exchange.operations.renew_recovery_codes(exchange.call)


# Passkeys.


@MFA_ROUTES.add("GET", "/users/passkeys", answers=out.UserPasskeys)
def list_passkeys(exchange: Exchange) -> out.UserPasskeys:
    """The user's passkeys."""
    return exchange.operations.list_passkeys(exchange.call)


@MFA_ROUTES.add("PUT", "/users/passkeys", body=into.PasskeyRename, answers=out.UserPasskey)
def rename_passkey(exchange: Exchange, body: into.PasskeyRename) -> out.UserPasskey:
    """Gives a passkey a name."""
    return exchange.operations.rename_passkey(exchange.call, body)


@MFA_ROUTES.add("DELETE", "/users/passkeys", body=into.PasskeyDeletion)
def delete_passkey(exchange: Exchange, body: into.PasskeyDeletion) -> None:
    """Deletes a passkey; takes `x-mfa-auth-token` or `x-dyn-elevated-access-token`."""
    exchange.operations.delete_passkey(exchange.call, body)


@MFA_ROUTES.add("GET", "/users/passkeys/register", answers=dict[str, Any])
def passkey_creation_options(exchange: Exchange) -> dict[str, Any]:
    """Begins the registration of a passkey: WebAuthn creation options."""
    return exchange.operations.passkey_creation_options(exchange.call)


@MFA_ROUTES.add("POST", "/users/passkeys/register", body=into.Attestation, answers=out.VerifyResponse)
def register_passkey(exchange: Exchange, body: into.Attestation) -> out.VerifyResponse:
    """Completes the registration of a passkey, which is MFA by itself."""
    return exchange.operations.register_passkey(exchange.call, body)


@MFA_ROUTES.add("GET", "/users/passkeys/authenticate", answers=dict[str, Any])
def passkey_request_options(exchange: Exchange) -> dict[str, Any]:
    """WebAuthn request options for the challenge; the answer goes to /users/mfa/auth/passkey."""
    related = exchange.query_value("relatedOriginRpId")
    return exchange.operations.passkey_request_options(exchange.call, related)


@MFA_ROUTES.add("GET", "/users/passkeys/signin", answers=dict[str, Any])
def passkey_sign_in_options(exchange: Exchange) -> dict[str, Any]:
    """WebAuthn request options to sign in with."""
    related = exchange.query_value("relatedOriginRpId")
    return exchange.operations.passkey_sign_in_options(exchange.call, related)


@MFA_ROUTES.add("POST", "/users/passkeys/signin", body=into.Assertion, answers=out.VerifyResponse)
def sign_in_with_passkey(exchange: Exchange, body: into.Assertion) -> out.VerifyResponse:
    """Signs in with a passkey."""
    return exchange.operations.sign_in_with_passkey(exchange.call, body)
