"""Format `apple`, anonymous attestation (WebAuthn L3 section 8.8)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from mfa_simulators.webauthn import keys
from mfa_simulators.webauthn.attestation_formats import certificates, der
from mfa_simulators.webauthn.attestation_formats.subject import Attested, members, refused

if TYPE_CHECKING:
    from mfa_simulators.webauthn.attestation_formats.subject import Subject

_EXTENSION: Final = "1.2.840.113635.100.8.2"


def verify(statement: Any, subject: Subject) -> Attested:
    """Verifies a statement.

    Raises:
        VerificationError: it is wrong.
        ValueError: the certificate's extension cannot be read.
    """
    (x5c,) = members(statement, "apple", {"x5c": list})
    path = certificates.read(x5c)
    raw = path[0].extension(_EXTENSION)
    if raw is None:
        raise refused("the certificate has no nonce")
    found = der.read_octets(der.read(der.read(raw).content).content)
    if found != hashlib.sha256(subject.signed).digest():
        raise refused("the certificate's nonce is not the hash of this registration")
    own = keys.of_certificate(path[0].x509.public_key(), subject.key.algorithm)
    if own.encoded != subject.key.encoded:
        raise refused("the certificate's key is not the credential public key")
    return Attested(("anonca",), (path,))
