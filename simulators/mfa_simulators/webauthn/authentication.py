"""Verifies an authentication: WebAuthn Level 3, section 7.2."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from mfa_simulators.webauthn import keys
from mfa_simulators.webauthn.authenticator_data import (
    BACKED_UP,
    BACKUP_ELIGIBLE,
    USER_VERIFIED,
    check_extensions,
    check_flags,
    read_asserted,
)
from mfa_simulators.webauthn.client_data import check_client_data
from mfa_simulators.webauthn.credential import Authentication
from mfa_simulators.webauthn.errors import VerificationError
from mfa_simulators.webauthn.policy import Policy, check_collection
from mfa_simulators.webauthn.response import binary, read_envelope
from mfa_simulators.webauthn.steps import (
    ALLOWED,
    AUTHENTICATION,
    BACKUP_CHANGE,
    COUNTER,
    OWNER,
    SIGNATURE,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from mfa_simulators.webauthn.credential import Credential

_STRICT: Final = Policy()


def verify_authentication(
    response: Any,
    *,
    credential: Credential,
    challenge: bytes,
    origins: Collection[str],
    rp_id: str,
    policy: Policy = _STRICT,
    allow_credentials: Collection[bytes] = (),
    identified: bool = True,
) -> Authentication:
    """Verifies an AuthenticationResponseJSON by every step of WebAuthn L3 section 7.2.

    Args:
        response: the assertion as JSON, untrusted: whatever it is, nothing but VerificationError is raised.
        credential: the record to verify against: one of the identified user's, or the one that
            `rawId` and `userHandle` name.
        challenge: the challenge that was sent, raw. That it is used once is the caller's care.
        origins: the expected origins; one that ends in `:*` takes any port.
        rp_id: the expected RP id.
        policy: what the relying party asks for.
        allow_credentials: the ids that the options listed, if they did (step 5).
        identified: whether the user was known before the ceremony; if not, the response must name her by
            a user handle (step 6).

    Returns:
        What step 24 writes to the record; `credential.after(it)` does so.

    Raises:
        VerificationError: naming the first step that failed.
        TypeError: one origin or id in the place of a collection.
    """
    check_collection("origins", origins)
    check_collection("allow_credentials", allow_credentials)
    inner, raw_id = read_envelope(response, AUTHENTICATION)
    client_data = binary(inner, "clientDataJSON", AUTHENTICATION)
    data = binary(inner, "authenticatorData", AUTHENTICATION)
    signature = binary(inner, "signature", AUTHENTICATION)
    user_handle = None
    if inner.get("userHandle") is not None:
        user_handle = binary(inner, "userHandle", AUTHENTICATION)
    _check_owner(raw_id, user_handle, credential, allow_credentials, identified=identified)
    asserted = read_asserted(data, AUTHENTICATION)
    check_client_data(
        client_data,
        type_="webauthn.get",
        challenge=challenge,
        origins=origins,
        policy=policy,
        steps=AUTHENTICATION,
    )
    flags = asserted.flags
    check_flags(
        asserted.rp_id_hash, flags, rp_id=rp_id, user_presence=True, policy=policy, steps=AUTHENTICATION
    )
    eligible, backed_up = bool(flags & BACKUP_ELIGIBLE), bool(flags & BACKED_UP)
    if eligible is not credential.backup_eligible:
        raise VerificationError(
            BACKUP_CHANGE,
            f"the BE flag was {'set' if credential.backup_eligible else 'clear'} at registration, "
            "and never changes",
        )
    if policy.backup_state is not None and backed_up is not policy.backup_state:
        raise VerificationError(
            BACKUP_CHANGE, f"the policy wants the BS flag {'set' if policy.backup_state else 'clear'}"
        )
    _check_signature(credential, signature, data + hashlib.sha256(client_data).digest())
    regressed = _check_counter(asserted.sign_count, credential.sign_count, policy)
    check_extensions(response["clientExtensionResults"], asserted.extensions, policy, AUTHENTICATION)
    return Authentication(
        credential_id=raw_id,
        sign_count=asserted.sign_count,
        user_verified=bool(flags & USER_VERIFIED),
        backup_eligible=eligible,
        backup_state=backed_up,
        counter_regressed=regressed,
        user_handle=user_handle,
    )


def _check_owner(
    raw_id: bytes,
    user_handle: bytes | None,
    credential: Credential,
    allow_credentials: Collection[bytes],
    *,
    identified: bool,
) -> None:
    """7.2 steps 5 and 6."""
    if allow_credentials and raw_id not in allow_credentials:
        raise VerificationError(ALLOWED, "the credential is none of those that allowCredentials lists")
    if raw_id != credential.id:
        raise VerificationError(OWNER, "`rawId` is not the id of a credential of this user")
    if user_handle is None:
        if not identified:
            raise VerificationError(
                OWNER, "the user was not identified beforehand, and the response has no userHandle"
            )
    elif credential.user_handle is not None and user_handle != credential.user_handle:
        raise VerificationError(OWNER, "`userHandle` is not the user handle of this account")


def _check_signature(credential: Credential, signature: bytes, signed: bytes) -> None:
    """7.2 step 21."""
    try:
        key = keys.load(credential.public_key)
    except ValueError as error:
        raise VerificationError(SIGNATURE, f"the stored public key is not usable: {error}") from error
    if not key.verifies(signature, signed):
        raise VerificationError(
            SIGNATURE,
            "the signature is not this credential's over authenticatorData and the hash of clientDataJSON",
        )


def _check_counter(found: int, stored: int, policy: Policy) -> bool:
    """7.2 step 22: True if the counter did not grow and the policy flags that."""
    if policy.counter == "ignore" or found > stored or found == stored == 0:
        return False
    if policy.counter == "refuse":
        raise VerificationError(
            COUNTER,
            f"expected a signature counter above {stored}, found {found}: perhaps a cloned authenticator",
        )
    return True
