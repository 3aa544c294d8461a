"""Format `tpm` (WebAuthn L3 section 8.3)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from cryptography import x509

from mfa_simulators.webauthn.attestation_formats import certificates
from mfa_simulators.webauthn.attestation_formats.subject import Attested, members, refused

if TYPE_CHECKING:
    from mfa_simulators.webauthn.attestation_formats.certificates import Certificate
    from mfa_simulators.webauthn.attestation_formats.subject import Subject

_MAGIC: Final = b"\xffTCG"  # TPM_GENERATED_VALUE
_CERTIFY: Final = 0x8017
_RSA, _ECC, _NULL = 0x0001, 0x0023, 0x0010
_HASHES: Final = {0x0004: "sha1", 0x000B: "sha256", 0x000C: "sha384", 0x000D: "sha512"}
_CURVES: Final = {0x0003: 1, 0x0004: 2, 0x0005: 3}  # TPM_ECC_CURVE to COSE
_SIGNED_WITH: Final = {-7: "sha256", -257: "sha256", -37: "sha256", -35: "sha384", -36: "sha512"}
_CLOCK_AND_FIRMWARE: Final = 17 + 8
_DEFAULT_EXPONENT: Final = b"\x01\x00\x01"
_USAGE: Final = "2.23.133.8.3"
_IDENTITY: Final = ("2.23.133.2.1", "2.23.133.2.2", "2.23.133.2.3")


def verify(statement: Any, subject: Subject) -> Attested:
    """Verifies a statement.

    Raises:
        VerificationError: it is wrong.
        ValueError: a structure of the TPM cannot be read.
    """
    version, algorithm, signature, x5c, info, area = members(
        statement,
        "tpm",
        {"ver": str, "alg": int, "sig": bytes, "x5c": list, "certInfo": bytes, "pubArea": bytes},
    )
    if version != "2.0":
        raise refused(f"expected version '2.0', found {version!r}")
    _check_key(area, subject.cose)
    _check_info(info, area, subject.signed, algorithm)
    path = certificates.read(x5c)
    if not path[0].verifies(algorithm, signature, info):
        raise refused("the signature is not the certificate's over certInfo")
    _check_certificate(path[0], subject.aaguid)
    return Attested(("attca",), (path,))


class _Reader:
    """Takes fields off the front of a structure, big-endian."""

    def __init__(self, raw: bytes) -> None:
        self._rest = raw

    def take(self, size: int) -> bytes:
        if len(self._rest) < size:
            raise ValueError("a structure of the TPM is cut short")
        field, self._rest = self._rest[:size], self._rest[size:]
        return field

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def sized(self) -> bytes:
        return self.take(self.number(2))

    def end(self) -> None:
        if self._rest:
            raise ValueError(f"{len(self._rest)} bytes follow a structure of the TPM")


def _check_key(area: bytes, cose: dict[Any, Any]) -> None:
    """PubArea (TPMT_PUBLIC) is the credential's key."""
    reader = _Reader(area)
    kind = reader.number(2)
    reader.take(2 + 4)  # nameAlg, objectAttributes
    reader.sized()  # authPolicy
    if reader.number(2) != _NULL:
        raise refused("expected a key of the TPM without a symmetric algorithm")
    if reader.number(2) != _NULL:
        reader.take(2)  # the scheme's hash
    if kind == _RSA:
        reader.take(2)  # bits
        exponent = reader.take(4).lstrip(b"\x00") or _DEFAULT_EXPONENT
        found: tuple[Any, ...] = (3, reader.sized(), exponent)
        wanted: tuple[Any, ...] = (cose.get(1), cose.get(-1), cose.get(-2))
    elif kind == _ECC:
        curve = _CURVES.get(reader.number(2))
        if reader.number(2) != _NULL:
            reader.take(2)
        found = (2, curve, reader.sized(), reader.sized())
        wanted = (cose.get(1), cose.get(-1), cose.get(-2), cose.get(-3))
    else:
        raise refused(f"expected an RSA or ECC key of the TPM, found type {kind:#06x}")
    reader.end()
    if found != wanted:
        raise refused("pubArea is not the credential public key")


def _check_info(info: bytes, area: bytes, signed: bytes, algorithm: int) -> None:
    """CertInfo (TPMS_ATTEST) certifies that key, over this registration."""
    reader = _Reader(info)
    if reader.take(4) != _MAGIC:
        raise refused("certInfo does not begin with TPM_GENERATED_VALUE: no TPM made it")
    if (type_ := reader.number(2)) != _CERTIFY:
        raise refused(f"expected certInfo of type TPM_ST_ATTEST_CERTIFY, found {type_:#06x}")
    reader.sized()  # qualifiedSigner
    extra = reader.sized()
    reader.take(_CLOCK_AND_FIRMWARE)
    name = reader.sized()
    reader.sized()  # qualifiedName
    reader.end()
    hash_ = _SIGNED_WITH.get(algorithm)
    if hash_ is None:
        raise refused(f"algorithm {algorithm} is none that a TPM attests with")
    if extra != hashlib.new(hash_, signed).digest():
        raise refused("certInfo's extraData is not the hash of this registration")
    name_hash = _HASHES.get(int.from_bytes(name[:2], "big"))
    if name[:2] != area[2:4] or name_hash is None:
        raise refused("certInfo's name is of another hash than pubArea's")
    if name[2:] != hashlib.new(name_hash, area).digest():
        raise refused("certInfo attests another key than pubArea")


def _check_certificate(leaf: Certificate, aaguid: bytes) -> None:
    """Section 8.3.1."""
    certificates.check_version(leaf)
    if len(leaf.x509.subject):
        raise refused("the subject of a TPM's certificate must be empty")
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound as error:
        raise refused(f"the TPM's certificate lacks an extension: {error}") from error
    found = {
        part.oid.dotted_string for name in names.get_values_for_type(x509.DirectoryName) for part in name
    }
    if not found.issuperset(_IDENTITY):
        raise refused("the alternative name lacks the TPM's manufacturer, model or version")
    if _USAGE not in {oid.dotted_string for oid in usage}:
        raise refused("the certificate's key is not for attestation (tcg-kp-AIKCertificate)")
    certificates.check_no_authority(leaf)
    certificates.check_model(leaf, aaguid)
