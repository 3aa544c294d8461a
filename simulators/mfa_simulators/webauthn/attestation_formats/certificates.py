"""Attestation certificates: read, and held against what section 8 wants of them."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from mfa_simulators.webauthn import keys
from mfa_simulators.webauthn.attestation_formats.der import read_octets
from mfa_simulators.webauthn.attestation_formats.subject import refused
from mfa_simulators.webauthn.errors import VerificationError
from mfa_simulators.webauthn.steps import ATTESTATION_TRUST

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_MODEL: Final = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")
_MOST: Final = 10  # no honest chain is longer


class Certificate:
    """One certificate.

    Attributes:
        der: as it came.
        x509: as cryptography reads it.
    """

    def __init__(self, der: Any) -> None:
        if not isinstance(der, bytes):
            raise refused(f"expected certificates as bytes, found {type(der).__name__}")
        self.der = der
        self.x509 = x509.load_der_x509_certificate(der)
        self.extensions = self.x509.extensions

    def verifies(self, algorithm: int, signature: bytes, message: bytes) -> bool:
        """Whether the signature is its key's over the message, by a COSE algorithm."""
        return keys.of_certificate(self.x509.public_key(), algorithm).verifies(signature, message)

    def spki(self) -> bytes:
        """Its public key."""
        return self.x509.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def extension(self, oid: str) -> bytes | None:
        """The DER value of an extension, or None."""
        for extension in self.extensions:
            if extension.oid.dotted_string == oid:
                value: bytes = extension.value.public_bytes()
                return value
        return None

    def names(self, oid: str) -> list[str]:
        """The values of a part of its subject."""
        wanted = x509.ObjectIdentifier(oid)
        with warnings.catch_warnings():  # cryptography warns of what is refused here
            warnings.simplefilter("ignore")
            return [str(part.value) for part in self.x509.subject.get_attributes_for_oid(wanted)]


def read(x5c: list[Any]) -> list[Certificate]:
    """The certificates of `x5c`, leaf first.

    Raises:
        VerificationError: there is none, or too many.
    """
    if not 1 <= len(x5c) <= _MOST:
        raise refused(f"expected 1 to {_MOST} certificates in x5c, found {len(x5c)}")
    return [Certificate(der) for der in x5c]


def check_version(leaf: Certificate) -> None:
    """Refuses another version than 3."""
    if leaf.x509.version is not x509.Version.v3:
        raise refused(f"expected a certificate of version 3, found {leaf.x509.version.name}")


def check_no_authority(leaf: Certificate) -> None:
    """Refuses a certificate that may sign others, or does not say."""
    try:
        constraints = leaf.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound as error:
        raise refused("the attestation certificate has no Basic Constraints") from error
    if constraints.ca:
        raise refused("the attestation certificate says that it is an authority (CA)")


def check_model(leaf: Certificate, aaguid: bytes) -> None:
    """Holds the extension id-fido-gen-ce-aaguid, if there, against the authenticator data."""
    try:
        extension = leaf.extensions.get_extension_for_oid(_MODEL)
    except x509.ExtensionNotFound:
        return
    if extension.critical:
        raise refused("the AAGUID extension must not be marked critical")
    if read_octets(extension.value.public_bytes()) != aaguid:
        raise refused("the certificate's AAGUID is not the authenticator data's")


def check_path(path: Sequence[Certificate], anchors: Collection[bytes], now: float) -> None:
    """Holds a chain against trust anchors (7.1 step 24).

    Raises:
        VerificationError: it is broken, out of date, or leads to none of them.
    """
    instant = datetime.fromtimestamp(now, UTC)
    for place, certificate in enumerate(path):
        one = certificate.x509
        if not one.not_valid_before_utc <= instant <= one.not_valid_after_utc:
            raise _untrusted(
                f"certificate {place + 1} of the path is valid from {one.not_valid_before_utc:%Y-%m-%d} "
                f"to {one.not_valid_after_utc:%Y-%m-%d}, and it is {instant:%Y-%m-%d}"
            )
    for between, (below, above) in enumerate(pairwise(path)):
        _check_issued(below.x509, above.x509, between)
    last = path[-1]
    unusable = 0
    for der in anchors:
        if last.der == der:
            return
        try:
            _check_issued(last.x509, x509.load_der_x509_certificate(der), len(path) - 1)
        except VerificationError:
            continue
        except (ValueError, TypeError):  # one anchor is no certificate; another may be the right one
            unusable += 1
            continue
        return
    hint = f" ({unusable} of them cannot be read)" if unusable else ""
    raise _untrusted(f"the certificates lead to none of the trust anchors{hint}")


def _check_issued(below: x509.Certificate, above: x509.Certificate, between: int) -> None:
    """Whether one certificate issued another and may, with so many authorities `between` it and the leaf."""
    try:
        below.verify_directly_issued_by(above)
        constraints = above.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm, x509.ExtensionNotFound) as error:
        raise _untrusted(f"a certificate of the path did not issue the one before it: {error}") from error
    if not constraints.ca:
        raise _untrusted("a certificate of the path issued another, and is no authority")
    if constraints.path_length is not None and between > constraints.path_length:
        raise _untrusted(
            f"an authority of the path may have {constraints.path_length} authorities below it, and has {between}"
        )
    try:
        usage = above.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return  # then the key is for anything (RFC 5280 section 4.2.1.3)
    if not usage.key_cert_sign:
        raise _untrusted("a certificate of the path issued another, and its key is not for that")


def _untrusted(message: str) -> VerificationError:
    return VerificationError(ATTESTATION_TRUST, message)
