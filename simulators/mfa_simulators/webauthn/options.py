"""Builds the options of a ceremony as JSON (WebAuthn L3 sections 5.1.10 and 5.1.11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from mfa_simulators.webauthn import base64url
from mfa_simulators.webauthn.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mfa_simulators.webauthn.credential import Credential

_STRICT: Final = Policy()
# The range that section 15.1 recommends begins here; milliseconds.
TIMEOUT: Final = 300_000


def creation_options(
    *,
    challenge: bytes,
    rp_id: str,
    rp_name: str,
    user_id: bytes,
    user_name: str,
    user_display_name: str = "",
    policy: Policy = _STRICT,
    exclude_credentials: Iterable[Credential] = (),
    resident_key: Literal["required", "preferred", "discouraged"] = "preferred",
    attachment: Literal["platform", "cross-platform"] | None = None,
    attestation: Literal["none", "indirect", "direct", "enterprise"] = "none",
    timeout: int = TIMEOUT,
    hints: Iterable[str] = (),
    extensions: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Options that ask for a new passkey (WebAuthn L3 sections 5.4 and 5.1.10).

    Args:
        challenge: fresh random bytes, at least 16 of them (section 13.4.3).
        rp_id: the domain that the passkey is for.
        rp_name: shown to the user.
        user_id: the user handle: 1 to 64 bytes that say nothing about the user.
        user_name: shown to the user, to tell accounts apart.
        user_display_name: shown to the user.
        policy: its algorithms and user verification are what is asked for.
        exclude_credentials: the account's passkeys, so that one authenticator is not enrolled twice.
        resident_key: whether the passkey must be discoverable.
        attachment: the kind of authenticator, or None for either.
        attestation: how much the party wants to know about the authenticator.
        timeout: milliseconds.
        hints: `security-key`, `client-device`, `hybrid`, best first.
        extensions: extension inputs; None asks for credProps.
    """
    selection: dict[str, Any] = {
        "residentKey": resident_key,
        "requireResidentKey": resident_key == "required",  # read by Level 1 clients
        "userVerification": policy.user_verification,
    }
    if attachment is not None:
        selection["authenticatorAttachment"] = attachment
    options: dict[str, Any] = {
        "rp": {"id": rp_id, "name": rp_name},
        "user": {
            "id": base64url.encode(user_id),
            "name": user_name,
            "displayName": user_display_name or user_name,
        },
        "challenge": base64url.encode(challenge),
        "pubKeyCredParams": [{"type": "public-key", "alg": number} for number in policy.algorithms],
        "timeout": timeout,
        "excludeCredentials": [_descriptor(credential) for credential in exclude_credentials],
        "authenticatorSelection": selection,
        "attestation": attestation,
        "extensions": {"credProps": True} if extensions is None else dict(extensions),
    }
    if hints := list(hints):
        options["hints"] = hints
    return options


def request_options(
    *,
    challenge: bytes,
    rp_id: str,
    allow_credentials: Iterable[Credential] = (),
    policy: Policy = _STRICT,
    timeout: int = TIMEOUT,
    hints: Iterable[str] = (),
    extensions: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Options that ask for an assertion (WebAuthn L3 sections 5.5 and 5.1.11).

    Args:
        challenge: fresh random bytes, at least 16 of them (section 13.4.3).
        rp_id: the domain that the passkey is for.
        allow_credentials: the account's passkeys; none lets the user choose among discoverable ones.
        policy: its user verification is what is asked for.
        timeout: milliseconds.
        hints: `security-key`, `client-device`, `hybrid`, best first.
        extensions: extension inputs.
    """
    options: dict[str, Any] = {
        "challenge": base64url.encode(challenge),
        "timeout": timeout,
        "rpId": rp_id,
        "allowCredentials": [_descriptor(credential) for credential in allow_credentials],
        "userVerification": policy.user_verification,
    }
    if hints := list(hints):
        options["hints"] = hints
    if extensions:
        options["extensions"] = dict(extensions)
    return options


def _descriptor(credential: Credential) -> dict[str, Any]:
    descriptor: dict[str, Any] = {"type": "public-key", "id": base64url.encode(credential.id)}
    if credential.transports:
        descriptor["transports"] = list(credential.transports)
    return descriptor
