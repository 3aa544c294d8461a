"""Writes X.509 certificates byte by byte, so that a wrong one can be written too (RFC 5280)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, NamedTuple

from mfa_simulators.passkey import der
from mfa_simulators.passkey.keys import ES256

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mfa_simulators.passkey.keys import KeyPair

_ECDSA_SHA256: Final = der.sequence(der.oid("1.2.840.10045.4.3.2"))
COMMON_NAME: Final = "2.5.4.3"
COUNTRY: Final = "2.5.4.6"
ORGANIZATION: Final = "2.5.4.10"
UNIT: Final = "2.5.4.11"
_CONSTRAINTS: Final = "2.5.29.19"
_USAGE: Final = "2.5.29.15"
_SIGNS_CERTIFICATES: Final = der.tlv(0x03, b"\x02\x04")  # bit 5: keyCertSign
_EXTENDED_USAGE: Final = "2.5.29.37"
_ALTERNATIVE_NAME: Final = "2.5.29.17"
MODEL: Final = "1.3.6.1.4.1.45724.1.1.4"  # id-fido-gen-ce-aaguid


class Issuer(NamedTuple):
    """Who signs a certificate: a name in DER and an ES256 key."""

    name: bytes
    key: KeyPair


def name(parts: Iterable[tuple[str, str | None]]) -> bytes:
    """A distinguished name; parts that are None are left out."""
    written = []
    for kind, value in parts:
        if value is not None:
            # Countries are PrintableString (RFC 5280 appendix A.1).
            content = der.tlv(0x13, value.encode()) if kind == COUNTRY else der.text(value)
            written.append(der.set_of(der.sequence(der.oid(kind), content)))
    return der.sequence(*written)


def extension(dotted: str, value: bytes, *, critical: bool = False) -> bytes:
    """One extension, its value in DER."""
    return der.sequence(der.oid(dotted), der.true() if critical else b"", der.octets(value))


def basic_constraints(*, authority: bool) -> bytes:
    """The extension that tells authorities from the rest."""
    return extension(_CONSTRAINTS, der.sequence(der.true() if authority else b""), critical=True)


def signs_certificates() -> bytes:
    """The key usage of an authority."""
    return extension(_USAGE, _SIGNS_CERTIFICATES, critical=True)


def extended_usage(dotted: str) -> bytes:
    """The extension that says what a key is for."""
    return extension(_EXTENDED_USAGE, der.sequence(der.oid(dotted)))


def alternative_name(directory_name: bytes) -> bytes:
    """The subject's name where the subject itself is empty."""
    return extension(_ALTERNATIVE_NAME, der.sequence(der.explicit(4, directory_name)), critical=True)


def certificate(
    issuer: Issuer,
    subject: bytes,
    spki: bytes,
    *,
    valid: tuple[str, str],
    extensions: Iterable[bytes] = (),
    version: int = 3,
) -> bytes:
    """A certificate in DER, signed with ECDSA and SHA-256 by the nonce of RFC 6979.

    Args:
        issuer: who signs.
        subject: its name in DER.
        spki: its public key.
        valid: from when, until when, as UTCTime.
        extensions: in DER; a certificate of version 1 has none.
        version: 3 or 1.
    """
    assert issuer.key.algorithm.number == ES256
    serial = int.from_bytes(hashlib.sha256(subject + spki).digest()[:15], "big") + 1
    third = version == 3  # noqa: PLR2004
    body = der.sequence(
        der.explicit(0, der.integer(version - 1)) if third else b"",
        der.integer(serial),
        _ECDSA_SHA256,
        issuer.name,
        der.sequence(*map(der.time, valid)),
        subject,
        spki,
        der.explicit(3, der.sequence(*extensions)) if third else b"",
    )
    return der.sequence(body, _ECDSA_SHA256, der.bits(issuer.key.sign(body, deterministic=True)))
