"""Format `packed`, by the credential's own key or by a certificate (WebAuthn L3 section 8.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mfa_simulators.webauthn.attestation_formats import certificates
from mfa_simulators.webauthn.attestation_formats.subject import Attested, members, refused

if TYPE_CHECKING:
    from mfa_simulators.webauthn.attestation_formats.certificates import Certificate
    from mfa_simulators.webauthn.attestation_formats.subject import Subject

_UNIT: Final = "Authenticator Attestation"
_COUNTRY_SIZE: Final = 2


def verify(statement: Any, subject: Subject) -> Attested:
    """Verifies a statement.

    Raises:
        VerificationError: it is wrong.
    """
    if isinstance(statement, dict) and "x5c" in statement:
        algorithm, signature, x5c = members(statement, "packed", {"alg": int, "sig": bytes, "x5c": list})
        path = certificates.read(x5c)
        if not path[0].verifies(algorithm, signature, subject.signed):
            raise refused("the attestation signature is not the certificate's over this registration")
        _check_certificate(path[0], subject.aaguid)
        return Attested(("basic",), (path,))
    algorithm, signature = members(statement, "packed", {"alg": int, "sig": bytes})
    if algorithm != subject.key.algorithm:
        raise refused(f"expected the credential key's algorithm {subject.key.algorithm}, found {algorithm}")
    if not subject.key.verifies(signature, subject.signed):
        raise refused("the attestation signature is not the credential key's over this registration")
    return Attested(("self",))


def _check_certificate(leaf: Certificate, aaguid: bytes) -> None:
    """Section 8.2.1."""
    certificates.check_version(leaf)
    for part, name in (("2.5.4.6", "country"), ("2.5.4.10", "organization"), ("2.5.4.3", "common name")):
        found = leaf.names(part)
        if len(found) != 1 or not found[0]:
            raise refused(f"expected one {name} in the certificate's subject, found {found}")
    country = leaf.names("2.5.4.6")[0]
    if len(country) != _COUNTRY_SIZE or not country.isalpha() or not country.isupper():
        raise refused(f"expected a country of ISO 3166, found {country!r}")
    if leaf.names("2.5.4.11") != [_UNIT]:
        raise refused(f"expected the organizational unit {_UNIT!r}, found {leaf.names('2.5.4.11')}")
    certificates.check_no_authority(leaf)
    certificates.check_model(leaf, aaguid)
