"""A certificate authority for one folder, and certificates of it for this machine: phones refuse plain http."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mfa_simulators.clock import SYSTEM_CLOCK

if TYPE_CHECKING:
    from pathlib import Path

NAMES: Final = ("localhost",)
ADDRESSES: Final = ("127.0.0.1", "::1", "10.0.2.2")  # the last: this machine, as an Android emulator sees it
_CA_DAYS: Final = 3650
_SERVER_DAYS: Final = 397  # what browsers and phones take at most (CA/Browser Forum, 6.3.2)


class Certificates(NamedTuple):
    """Files in PEM: what clients are to trust, and what the server shows, its key included."""

    ca: Path
    server: Path


def certificates(folder: Path) -> Certificates:
    """The folder's authority, made if there is none, so that a phone has to trust it once; a new certificate of it.

    Raises:
        OSError: the folder cannot be written to.
        ValueError: what is there is no such authority.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ca_file, key_file, server_file = (folder / name for name in ("ca.pem", "ca-key.pem", "server.pem"))
    if not (ca_file.exists() and key_file.exists()):
        key = ec.generate_private_key(ec.SECP256R1())
        ca = _signed(_name("mfa-harness: for tests only"), key, days=_CA_DAYS)
        key_file.touch(mode=0o600)
        key_file.write_bytes(_pem(key))
        ca_file.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    authority = x509.load_pem_x509_certificate(ca_file.read_bytes())
    authority_key = serialization.load_pem_private_key(key_file.read_bytes(), None)
    if not isinstance(authority_key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{key_file} holds no key of ours")  # noqa: TRY004 - of a file, not of a type
    server_key = ec.generate_private_key(ec.SECP256R1())
    server = _signed(_name("localhost"), server_key, days=_SERVER_DAYS, by=(authority.subject, authority_key))
    server_file.touch(mode=0o600)
    server_file.write_bytes(
        server.public_bytes(serialization.Encoding.PEM)
        + authority.public_bytes(serialization.Encoding.PEM)
        + _pem(server_key)
    )
    return Certificates(ca_file, server_file)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _signed(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    *,
    days: int,
    by: tuple[x509.Name, ec.EllipticCurvePrivateKey] | None = None,
) -> x509.Certificate:
    """A certificate; without `by` an authority's own."""
    now = datetime.fromtimestamp(SYSTEM_CLOCK.now(), UTC)
    issuer, issuer_key = by or (subject, key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # phones whose clock is behind
        .not_valid_after(now + timedelta(days=days))
        .add_extension(
            x509.BasicConstraints(ca=by is None, path_length=0 if by is None else None), critical=True
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
        .add_extension(_usage(is_ca=by is None), critical=True)
    )
    if by is not None:
        alternatives = [
            *map(x509.DNSName, NAMES),
            *(x509.IPAddress(ipaddress.ip_address(address)) for address in ADDRESSES),
        ]
        builder = builder.add_extension(
            x509.SubjectAlternativeName(alternatives), critical=False
        ).add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _usage(*, is_ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_ca,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
