"""Format `fido-u2f` (WebAuthn L3 section 8.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from mfa_simulators.webauthn.attestation_formats import certificates
from mfa_simulators.webauthn.attestation_formats.subject import Attested, members, refused

if TYPE_CHECKING:
    from mfa_simulators.webauthn.attestation_formats.subject import Subject

_ES256: Final = -7


def verify(statement: Any, subject: Subject) -> Attested:
    """Verifies a statement.

    Raises:
        VerificationError: it is wrong.
    """
    signature, x5c = members(statement, "fido-u2f", {"sig": bytes, "x5c": list})
    if len(x5c) != 1:
        raise refused(f"format 'fido-u2f' has one certificate, found {len(x5c)}")
    path = certificates.read(x5c)
    key = path[0].x509.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise refused("expected a certificate with a key on P-256")
    if subject.key.algorithm != _ES256:
        raise refused("format 'fido-u2f' attests ES256 keys only")
    public_key = b"\x04" + subject.cose[-2] + subject.cose[-3]
    signed = b"".join(
        (b"\x00", subject.rp_id_hash, subject.client_data_hash, subject.credential_id, public_key)
    )
    if not path[0].verifies(_ES256, signature, signed):
        raise refused("the attestation signature is not the certificate's over this registration")
    return Attested(("basic",), (path,))
