"""The structures that a TPM attests with (Trusted Platform Module Library, part 2: Structures)."""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING, Final

from mfa_simulators.passkey.keys import ES256

if TYPE_CHECKING:
    from mfa_simulators.passkey.attestation.paper import Paper
    from mfa_simulators.passkey.keys import KeyPair

_RSA, _ECC, _SHA256, _NULL, _P256 = 0x0001, 0x0023, 0x000B, 0x0010, 0x0003
# fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth, sign.
_ATTRIBUTES: Final = 0x00040072
_CLOCK: Final = bytes(8) + bytes(8) + b"\x01"  # clock, two restart counts, and that it is to be trusted
_FIRMWARE: Final = bytes(8)


def public_area(key: KeyPair) -> bytes:
    """TPMT_PUBLIC of a key (section 12.2.4).

    Raises:
        ValueError: a TPM holds no such key.
    """
    members = key.members()
    if key.algorithm.number == ES256:
        kind, unique = _ECC, _sized(_raw(members[-2])) + _sized(_raw(members[-3]))
        parameters = struct.pack(">HHHH", _NULL, _NULL, _P256, _NULL)
    elif members[1] == 3:  # noqa: PLR2004 (COSE key type RSA)
        modulus = _raw(members[-1])
        kind, unique = _RSA, _sized(modulus)
        exponent = 0  # which means 65537
        parameters = struct.pack(">HHHI", _NULL, _NULL, 8 * len(modulus), exponent)
    else:
        raise ValueError(f"a TPM attests ES256, RS256 and PS256 keys, not {key.algorithm.name}")
    return struct.pack(">HHI", kind, _SHA256, _ATTRIBUTES) + _sized(b"") + parameters + unique


def certify_info(area: bytes, signed: bytes, paper: Paper) -> bytes:
    """TPMS_ATTEST of TPM2_Certify (section 10.12.8): this key, over that data."""
    true_name = struct.pack(">H", _SHA256) + hashlib.sha256(area).digest()
    attested = true_name if paper.tpm_name is None else paper.tpm_name
    extra = hashlib.sha256(signed).digest() if paper.tpm_extra is None else paper.tpm_extra
    signer = struct.pack(">H", _SHA256) + bytes(32)
    return b"".join(
        (
            struct.pack(">IH", paper.tpm_magic, paper.tpm_type),
            _sized(signer),
            _sized(extra),
            _CLOCK,
            _FIRMWARE,
            _sized(attested),
            _sized(signer),
        )
    )


def _sized(content: bytes) -> bytes:
    return struct.pack(">H", len(content)) + content


def _raw(member: object) -> bytes:
    assert isinstance(member, bytes)
    return member
