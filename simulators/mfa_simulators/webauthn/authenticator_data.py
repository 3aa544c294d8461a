"""Reads authenticator data (WebAuthn L3 section 6.1) and checks what both ceremonies check of it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mfa_simulators.webauthn import canonical_cbor
from mfa_simulators.webauthn.errors import VerificationError

if TYPE_CHECKING:
    from mfa_simulators.webauthn.policy import Policy
    from mfa_simulators.webauthn.steps import Steps

USER_PRESENT: Final = 0x01
USER_VERIFIED: Final = 0x04
BACKUP_ELIGIBLE: Final = 0x08
BACKED_UP: Final = 0x10
ATTESTED: Final = 0x40
EXTENSIONS: Final = 0x80
_SHORTEST: Final = 37
_EXTRA: Final = ATTESTED | EXTENSIONS
# What authenticators call it that a page asks for under another name.
_SIGNED_AS: Final = {
    "prf": {"hmac-secret", "hmac-secret-mc"},
    "credentialProtectionPolicy": {"credProtect"},
    "largeBlob": {"largeBlobKey"},
}


class AssertedData(NamedTuple):
    """The authenticator data of an assertion."""

    rp_id_hash: bytes
    flags: int
    sign_count: int
    extensions: dict[Any, Any]


def read_asserted(raw: bytes, steps: Steps) -> AssertedData:
    """Reads the authenticator data of an assertion: 37 bytes, and an extension map if the ED flag says so.

    Raises:
        VerificationError: too short, bytes left over, or attested credential data, which section 6.1
            forbids in an assertion.
    """
    if len(raw) < _SHORTEST:
        raise VerificationError(
            steps.authenticator_data,
            f"expected at least {_SHORTEST} bytes of authenticator data, found {len(raw)}",
        )
    flags = raw[32]
    extensions: dict[Any, Any] = {}
    if flags & _EXTRA or len(raw) > _SHORTEST:
        if flags & ATTESTED:
            raise VerificationError(
                steps.authenticator_data, "the AT flag is set, and an assertion carries no attested data"
            )
        if not flags & EXTENSIONS:
            raise VerificationError(
                steps.authenticator_data,
                f"{len(raw) - _SHORTEST} bytes follow the counter, and no flag says what they are",
            )
        try:
            decoded = canonical_cbor.decode(raw[_SHORTEST:])
        except ValueError as error:
            raise VerificationError(
                steps.authenticator_data, f"the extension data cannot be read: {error}"
            ) from error
        extensions = extension_map(decoded, steps)
    return AssertedData(raw[:32], flags, int.from_bytes(raw[33:37], "big"), extensions)


def extension_map(decoded: Any, steps: Steps) -> dict[Any, Any]:
    """The authenticator's extension outputs.

    Raises:
        VerificationError: they are not a map, or something in it is not called by a name.
    """
    if not isinstance(decoded, dict):
        raise VerificationError(
            steps.authenticator_data, f"expected extensions as a map, found {type(decoded).__name__}"
        )
    if not all(isinstance(name, str) for name in decoded):
        raise VerificationError(steps.authenticator_data, "expected extension identifiers as text")
    return decoded


def check_flags(
    rp_id_hash: bytes, flags: int, *, rp_id: str, user_presence: bool, policy: Policy, steps: Steps
) -> None:
    """Checks RP id, UP, UV and BS without BE (7.1 steps 14 to 17, 7.2 steps 15 to 18).

    Raises:
        VerificationError: naming the step.
    """
    if rp_id_hash != hashlib.sha256(rp_id.encode()).digest():
        raise VerificationError(
            steps.rp_id_hash, f"rpIdHash is not the SHA-256 of the RP id {rp_id!r}: {rp_id_hash.hex()}"
        )
    if user_presence and not flags & USER_PRESENT:
        raise VerificationError(steps.user_present, "the UP flag is not set: nobody was present")
    if policy.user_verification == "required" and not flags & USER_VERIFIED:
        raise VerificationError(
            steps.user_verified, "user verification is required, and the UV flag is not set"
        )
    if flags & BACKED_UP and not flags & BACKUP_ELIGIBLE:
        raise VerificationError(
            steps.backup_state, "the BS flag is set without BE: backed up, yet not eligible for it"
        )


def check_extensions(
    client: dict[str, Any], authenticator: dict[Any, Any], policy: Policy, steps: Steps
) -> None:
    """Refuses extension outputs that were not asked for, where the policy minds (7.1 step 28, 7.2 step 23).

    Raises:
        VerificationError: naming the extensions.
    """
    if policy.extensions is None:
        return
    asked = set(policy.extensions)
    for name, signed in _SIGNED_AS.items():
        if name in asked:
            asked |= signed
    unasked = {str(name) for name in (*client, *authenticator)} - asked
    if unasked:
        raise VerificationError(
            steps.extensions, f"extension outputs that nobody asked for: {sorted(unasked)}"
        )
