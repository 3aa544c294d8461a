"""Verifies a registration: WebAuthn Level 3, section 7.1."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fido2 import cbor

from mfa_simulators.webauthn import canonical_cbor, keys
from mfa_simulators.webauthn.attestation import check_attestation
from mfa_simulators.webauthn.attestation_formats.subject import Subject
from mfa_simulators.webauthn.authenticator_data import (
    ATTESTED,
    BACKED_UP,
    BACKUP_ELIGIBLE,
    EXTENSIONS,
    USER_VERIFIED,
    check_extensions,
    check_flags,
    extension_map,
)
from mfa_simulators.webauthn.client_data import check_client_data
from mfa_simulators.webauthn.credential import Credential
from mfa_simulators.webauthn.errors import VerificationError
from mfa_simulators.webauthn.policy import Policy, check_collection
from mfa_simulators.webauthn.response import binary, read_envelope
from mfa_simulators.webauthn.steps import (
    ALGORITHM,
    BACKUP_ELIGIBLE_POLICY,
    BACKUP_STATE_POLICY,
    CREDENTIAL_ID_LENGTH,
    CREDENTIAL_ID_NEW,
    CREDENTIAL_RECORD,
    REGISTRATION,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Container

_STRICT: Final = Policy()
_LONGEST_ID: Final = 1023
_ID_LENGTH: Final = 53  # where the length of the credential id stands


class _Attested(NamedTuple):
    """An attestation object, read."""

    format: str
    statement: Any
    data: bytes  # the authenticator data as it was signed
    rp_id_hash: bytes
    flags: int
    sign_count: int
    aaguid: bytes
    credential_id: bytes
    public_key: bytes
    cose: dict[Any, Any]
    algorithm: Any  # whatever stands there, until step 20 holds it against the offer
    extensions: dict[Any, Any]


def verify_registration(
    response: Any,
    *,
    challenge: bytes,
    origins: Collection[str],
    rp_id: str,
    policy: Policy = _STRICT,
    user_handle: bytes | None = None,
    registered: Container[bytes] = (),
) -> Credential:
    """Verifies a RegistrationResponseJSON by every step of WebAuthn L3 section 7.1.

    Args:
        response: the credential as JSON, untrusted: whatever it is, nothing but VerificationError is raised.
        challenge: the challenge that was sent, raw. That it is used once is the caller's care.
        origins: the expected origins; one that ends in `:*` takes any port.
        rp_id: the expected RP id.
        policy: what the relying party asks for.
        user_handle: the account's, to be kept in the record.
        registered: credential ids known already, of any user (step 26).

    Returns:
        The credential record of step 27.

    Raises:
        VerificationError: naming the first step that failed.
        TypeError: one origin or id in the place of a collection.
    """
    check_collection("origins", origins)
    check_collection("registered", registered)
    inner, raw_id = read_envelope(response, REGISTRATION)
    client_data = binary(inner, "clientDataJSON", REGISTRATION)
    attestation_object = binary(inner, "attestationObject", REGISTRATION)
    transports = _transports(inner)
    check_client_data(
        client_data,
        type_="webauthn.create",
        challenge=challenge,
        origins=origins,
        policy=policy,
        steps=REGISTRATION,
    )
    attested = _read_attestation(attestation_object, policy)
    flags = attested.flags
    check_flags(
        attested.rp_id_hash,
        flags,
        rp_id=rp_id,
        user_presence=policy.user_presence,
        policy=policy,
        steps=REGISTRATION,
    )
    _check_backup_policy(flags, policy)
    key = _check_key(attested, policy)
    attestation_type = "unverified"
    if policy.attestation == "verify":
        subject = Subject(
            attested.data,
            hashlib.sha256(client_data).digest(),
            attested.rp_id_hash,
            attested.aaguid,
            attested.credential_id,
            attested.cose,
            key,
        )
        attestation_type = check_attestation(
            attested.format, attested.statement, subject=subject, policy=policy
        )
    _check_credential_id(attested.credential_id, raw_id, registered)
    results = response["clientExtensionResults"]
    check_extensions(results, attested.extensions, policy, REGISTRATION)
    return Credential(
        id=attested.credential_id,
        public_key=attested.public_key,
        sign_count=attested.sign_count,
        user_verified=bool(flags & USER_VERIFIED),
        backup_eligible=bool(flags & BACKUP_ELIGIBLE),
        backup_state=bool(flags & BACKED_UP),
        transports=transports,
        aaguid=attested.aaguid,
        user_handle=user_handle,
        format=attested.format,
        attestation_type=attestation_type,
        algorithm=attested.algorithm,
        discoverable=_discoverable(results),
    )


def _transports(inner: dict[str, Any]) -> tuple[str, ...]:
    transports = inner.get("transports")
    if transports is None:
        return ()  # Level 2 clients, and mappers that drop what they do not know
    if not isinstance(transports, list) or not all(isinstance(item, str) for item in transports):
        raise VerificationError(REGISTRATION.response, "expected `transports` to be an array of text")
    return tuple(transports)


def _read_attestation(raw: bytes, policy: Policy) -> _Attested:
    """7.1 step 13."""
    step = REGISTRATION.authenticator_data
    try:
        members = canonical_cbor.decode(raw, any_order=not policy.canonical)
    except ValueError as error:
        raise VerificationError(step, f"the attestation object cannot be read: {error}") from error
    if not isinstance(members, dict) or members.keys() != {"fmt", "attStmt", "authData"}:
        raise VerificationError(step, "expected an attestation object with fmt, attStmt and authData")
    format_, statement, data = members["fmt"], members["attStmt"], members["authData"]
    shape = list if format_ == "compound" else dict
    if not (isinstance(format_, str) and isinstance(statement, shape) and isinstance(data, bytes)):
        raise VerificationError(
            step, "expected fmt as text, attStmt as a map (an array if compound) and authData as bytes"
        )
    try:
        return _read_data(format_, statement, data, any_order=not policy.canonical)
    except ValueError as error:
        raise VerificationError(step, f"the authenticator data cannot be read: {error}") from error


def _read_data(format_: str, statement: Any, data: bytes, *, any_order: bool) -> _Attested:
    """Authenticator data with attested credential data (sections 6.1 and 6.5.2).

    Raises:
        ValueError: cut short, too long, without attested data, or with CBOR that is not canonical.
    """
    if len(data) < _ID_LENGTH + 2:
        raise ValueError(f"expected at least {_ID_LENGTH + 2} bytes, found {len(data)}")
    flags = data[32]
    if not flags & ATTESTED:
        raise ValueError("the AT flag is not set: no credential is attested")
    key_start = _ID_LENGTH + 2 + int.from_bytes(data[_ID_LENGTH : _ID_LENGTH + 2], "big")
    if len(data) <= key_start:
        raise ValueError("the credential id is cut short, or no public key follows it")
    cose, rest = canonical_cbor.decode_first(data[key_start:], any_order=any_order)
    if not isinstance(cose, dict):
        raise ValueError(f"expected the public key as a map, found {type(cose).__name__}")  # noqa: TRY004
    outputs: dict[Any, Any] = {}
    if flags & EXTENSIONS:
        outputs = extension_map(canonical_cbor.decode(rest), REGISTRATION)
    elif rest:
        raise ValueError(f"{len(rest)} bytes follow the public key, and no flag says what they are")
    end = len(data) - len(rest)
    return _Attested(
        format_,
        statement,
        data,
        data[:32],
        flags,
        int.from_bytes(data[33:37], "big"),
        data[37:_ID_LENGTH],
        data[_ID_LENGTH + 2 : key_start],
        cbor.encode(cose) if any_order else data[key_start:end],  # what is kept is canonical
        cose,
        cose.get(3),
        outputs,
    )


def _check_backup_policy(flags: int, policy: Policy) -> None:
    """7.1 steps 18 and 19."""
    for step, flag, wanted, name in (
        (BACKUP_ELIGIBLE_POLICY, BACKUP_ELIGIBLE, policy.backup_eligible, "BE"),
        (BACKUP_STATE_POLICY, BACKED_UP, policy.backup_state, "BS"),
    ):
        if wanted is not None and bool(flags & flag) is not wanted:
            raise VerificationError(step, f"the policy wants the {name} flag {'set' if wanted else 'clear'}")


def _check_key(attested: _Attested, policy: Policy) -> keys.PublicKey:
    """7.1 step 20, and that the key is what its algorithm says."""
    if attested.algorithm not in policy.algorithms:
        raise VerificationError(
            ALGORITHM, f"algorithm {attested.algorithm!r} was not offered; offered: {list(policy.algorithms)}"
        )
    try:
        return keys.load(attested.public_key)
    except ValueError as error:
        raise VerificationError(ALGORITHM, f"the credential public key is not usable: {error}") from error


def _check_credential_id(credential_id: bytes, raw_id: bytes, registered: Container[bytes]) -> None:
    """7.1 steps 25 to 27."""
    if not 1 <= len(credential_id) <= _LONGEST_ID:
        raise VerificationError(
            CREDENTIAL_ID_LENGTH,
            f"expected a credential id of 1 to {_LONGEST_ID} bytes, found {len(credential_id)}",
        )
    if credential_id in registered:
        raise VerificationError(CREDENTIAL_ID_NEW, "this credential id is registered already")
    if credential_id != raw_id:
        raise VerificationError(
            CREDENTIAL_RECORD, "`rawId` is not the credential id that the authenticator data attests"
        )


def _discoverable(results: dict[str, Any]) -> bool | None:
    properties = results.get("credProps")
    rk = properties.get("rk") if isinstance(properties, dict) else None
    return rk if isinstance(rk, bool) else None
