"""Format `android-key` (WebAuthn L3 section 8.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mfa_simulators.webauthn import keys
from mfa_simulators.webauthn.attestation_formats import certificates, der
from mfa_simulators.webauthn.attestation_formats.subject import Attested, members, refused

if TYPE_CHECKING:
    from mfa_simulators.webauthn.attestation_formats.subject import Subject

_EXTENSION: Final = "1.3.6.1.4.1.11129.2.1.17"
_MEMBERS: Final = 8
_PURPOSE, _ALL_APPLICATIONS, _ORIGIN = 1, 600, 702
_GENERATED: Final = b"\x02\x01\x00"  # KM_ORIGIN_GENERATED
_SIGN: Final = b"\x02\x01\x02"  # KM_PURPOSE_SIGN


def verify(statement: Any, subject: Subject) -> Attested:
    """Verifies a statement.

    Raises:
        VerificationError: it is wrong.
        ValueError: the certificate's extension cannot be read.
    """
    algorithm, signature, x5c = members(statement, "android-key", {"alg": int, "sig": bytes, "x5c": list})
    path = certificates.read(x5c)
    leaf = path[0]
    if not leaf.verifies(algorithm, signature, subject.signed):
        raise refused("the attestation signature is not the certificate's over this registration")
    own = keys.of_certificate(leaf.x509.public_key(), subject.key.algorithm)
    if own.encoded != subject.key.encoded:
        raise refused("the certificate's key is not the credential public key")
    raw = leaf.extension(_EXTENSION)
    if raw is None:
        raise refused("the certificate has no key attestation extension")
    description = der.read_all(der.read(raw).content)
    if len(description) < _MEMBERS:
        raise refused("the key attestation extension is cut short")
    if description[4].content != subject.client_data_hash:
        raise refused("attestationChallenge is not the hash of the client data")
    # The union of both lists, as section 8.4 lets a party take it that accepts keys of either keystore: whatever
    # one of them says counts. What is not there is not held against it: the vectors of section 16 have empty lists.
    said = [element for item in description[6:8] for element in der.read_all(item.content)]
    if any(element.number == _ALL_APPLICATIONS for element in said):
        raise refused("the key is for all applications, and must be scoped to one")
    if any(element.number == _ORIGIN and element.content != _GENERATED for element in said):
        raise refused("the key was not generated in the keystore")
    if any(element.number == _PURPOSE and der.read(element.content).content != _SIGN for element in said):
        raise refused("the key's purpose is not signing alone")
    return Attested(("basic",), (path,))
