"""Credential public keys: COSE bytes to something that verifies (WebAuthn L3 sections 5.8.5 and 6.5.1)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from mfa_simulators.webauthn import canonical_cbor

if TYPE_CHECKING:
    from collections.abc import Callable

# COSE labels (RFC 9053 section 7, RFC 8230 section 4) and key types.
_KTY, _ALG, _CRV, _X, _Y, _N, _E = 1, 3, -1, -2, -3, -1, -2
_OKP, _EC2, _RSA = 1, 2, 3
_SHORTEST_MODULUS: Final = 2048  # bits


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A credential's public key.

    Attributes:
        algorithm: its COSE algorithm number.
    """

    algorithm: int
    _verify: Callable[[bytes, bytes], None]

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether the signature is this key's over the message. High S is as good as low S."""
        try:
            self._verify(signature, message)
        except InvalidSignature:
            return False
        return True


@lru_cache(maxsize=4096)
def load(cose_key: bytes) -> PublicKey:
    """The key of COSE bytes, checked against its own algorithm.

    Only the members that the algorithm requires may be there (section 6.5.1), the curve must be the
    algorithm's, points uncompressed (section 5.8.5) and on the curve.

    Raises:
        ValueError: anything else.
    """
    cose = canonical_cbor.decode(cose_key)
    number = cose.get(_ALG) if isinstance(cose, dict) else None
    read = _ALGORITHMS.get(number) if isinstance(number, int) else None
    if read is None or number is None:
        raise ValueError(f"COSE algorithm {number!r} is not supported; supported: {sorted(_ALGORITHMS)}")
    return PublicKey(number, read(cose))


def _elliptic(
    cose: dict[Any, Any], *, crv: int, size: int, curve: ec.EllipticCurve, hash_: hashes.HashAlgorithm
) -> Callable[[bytes, bytes], None]:
    _members(cose, {_KTY: _EC2, _CRV: crv}, {_X, _Y})
    if not len(cose[_X]) == len(cose[_Y]) == size:
        raise ValueError(f"expected coordinates of {size} bytes each")
    point = b"\x04" + cose[_X] + cose[_Y]
    key = ec.EllipticCurvePublicKey.from_encoded_point(curve, point)  # refuses points off the curve
    return partial(_verify_elliptic, key, ec.ECDSA(hash_))


def _verify_elliptic(
    key: ec.EllipticCurvePublicKey, algorithm: ec.ECDSA, signature: bytes, message: bytes
) -> None:
    key.verify(signature, message, algorithm)


def _edwards(cose: dict[Any, Any]) -> Callable[[bytes, bytes], None]:
    _members(cose, {_KTY: _OKP, _CRV: 6}, {_X})
    return ed25519.Ed25519PublicKey.from_public_bytes(cose[_X]).verify


def _rivest(cose: dict[Any, Any]) -> Callable[[bytes, bytes], None]:
    _members(cose, {_KTY: _RSA}, {_N, _E})
    numbers = rsa.RSAPublicNumbers(int.from_bytes(cose[_E], "big"), int.from_bytes(cose[_N], "big"))
    key = numbers.public_key()  # refuses an exponent that is even or below three
    if key.key_size < _SHORTEST_MODULUS:
        raise ValueError(f"expected an RSA key of at least {_SHORTEST_MODULUS} bits, found {key.key_size}")
    return partial(_verify_rivest, key)


def _verify_rivest(key: rsa.RSAPublicKey, signature: bytes, message: bytes) -> None:
    key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())


def _members(cose: dict[Any, Any], fixed: dict[int, int], binary: set[int]) -> None:
    """Refuses a key that has other members than these, or other values of the fixed ones."""
    wanted = {*fixed, *binary, _ALG}
    if cose.keys() != wanted:
        raise ValueError(f"expected the COSE members {sorted(wanted)}, found {sorted(cose, key=str)}")
    for label, value in fixed.items():
        if cose[label] != value:
            raise ValueError(f"expected {value} as COSE member {label}, found {cose[label]!r}")
    for label in binary:
        if not isinstance(cose[label], bytes):
            raise ValueError(f"expected bytes as COSE member {label}")  # noqa: TRY004 (hostile input, one error)


_ALGORITHMS: Final[dict[int, Callable[[dict[Any, Any]], Callable[[bytes, bytes], None]]]] = {
    -7: partial(_elliptic, crv=1, size=32, curve=ec.SECP256R1(), hash_=hashes.SHA256()),
    -35: partial(_elliptic, crv=2, size=48, curve=ec.SECP384R1(), hash_=hashes.SHA384()),
    -8: _edwards,
    -257: _rivest,
}
