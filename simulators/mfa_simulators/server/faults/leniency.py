"""A relying party that leaves out one step of WebAuthn and does the rest: for the faults of passkeys."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, cast

from cryptography.exceptions import InvalidSignature
from fido2 import cbor
from fido2.cose import CoseKey
from fido2.webauthn import AttestationObject, AuthenticatorData

from mfa_simulators.server.operations import Operations
from mfa_simulators.server.operations.passkey_json import decoded
from mfa_simulators.webauthn import Authentication, Credential, VerificationError

if TYPE_CHECKING:
    from mfa_simulators.server.store.records import Passkey


class Lenient(Operations):
    """Accepts a response that fails at one of `left_out`, if its signature is right.

    The steps after the failing one are left out too, but for the signature; the response that its check is
    after is wrong in that one step.
    """

    left_out: tuple[str, ...] = ()
    checks_signature = True

    def verified_registration(self, response: dict[str, Any], challenge: bytes) -> Credential:
        """A credential in spite of the step left out."""
        try:
            return super().verified_registration(response, challenge)
        except VerificationError as error:
            if error.step not in self.left_out:
                raise
        return _read_credential(response)

    def verified_assertion(
        self, response: dict[str, Any], passkey: Passkey, challenge: bytes, *, identified: bool
    ) -> Authentication:
        """What an assertion tells in spite of the step left out."""
        try:
            return super().verified_assertion(response, passkey, challenge, identified=identified)
        except VerificationError as error:
            if error.step not in self.left_out or (
                self.checks_signature and not _signature_holds(response, passkey)
            ):
                raise
        return _read_assertion(response)


def _read_credential(response: dict[str, Any]) -> Credential:
    attestation = AttestationObject(decoded(response["response"]["attestationObject"]))
    data = attestation.auth_data
    if data.credential_data is None:
        raise VerificationError("7.1 step 13", "no attested credential data")
    return Credential(
        id=data.credential_data.credential_id,
        public_key=cbor.encode(dict(data.credential_data.public_key)),
        sign_count=data.counter,
        user_verified=data.is_user_verified(),
        backup_eligible=bool(data.flags & data.FLAG.BE),
        backup_state=bool(data.flags & data.FLAG.BS),
        aaguid=bytes(data.credential_data.aaguid),
        format=attestation.fmt,
    )


def _read_assertion(response: dict[str, Any]) -> Authentication:
    data = AuthenticatorData(decoded(response["response"]["authenticatorData"]))
    return Authentication(
        credential_id=decoded(response["rawId"]),
        sign_count=data.counter,
        user_verified=data.is_user_verified(),
        backup_eligible=bool(data.flags & data.FLAG.BE),
        backup_state=bool(data.flags & data.FLAG.BS),
    )


def _signature_holds(response: dict[str, Any], passkey: Passkey) -> bool:
    inner = response["response"]
    signed = decoded(inner["authenticatorData"]) + hashlib.sha256(decoded(inner["clientDataJSON"])).digest()
    key = CoseKey.parse(cast("dict[int, Any]", cbor.decode(passkey.public_key)))
    try:
        key.verify(signed, decoded(inner["signature"]))
    except InvalidSignature:
        return False
    return True
