"""Credential public keys: COSE bytes to something that verifies (WebAuthn L3 sections 5.8.5 and 6.5.1)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from fido2 import cbor

from mfa_simulators.webauthn import canonical_cbor

if TYPE_CHECKING:
    from collections.abc import Callable

# COSE labels (RFC 9053 section 7, RFC 8230 section 4, RFC 9964) and key types.
_KTY, _ALG, _CRV, _X, _Y, _N, _E, _PUB = 1, 3, -1, -2, -3, -1, -2, -1
_OKP, _EC2, _RSA, _AKP = 1, 2, 3, 7
_SHORTEST_MODULUS: Final = 2048  # bits
_LONGEST_MODULUS: Final = 16_384  # bits; what is longer OpenSSL never verifies with
_CURVE_NUMBERS: Final = {"secp256r1": 1, "secp384r1": 2, "secp521r1": 3, "secp256k1": 8}


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A credential's public key.

    Attributes:
        algorithm: its COSE algorithm number.
        encoded: the key as COSE.
    """

    algorithm: int
    encoded: bytes
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
    try:
        return PublicKey(number, cose_key, read(cose))
    except UnsupportedAlgorithm as error:
        raise ValueError(f"this release of cryptography cannot do COSE algorithm {number}") from error


def of_certificate(public: Any, algorithm: int) -> PublicKey:
    """A certificate's key, to verify with by a COSE algorithm.

    Raises:
        ValueError: the key is not one of that algorithm, or unsound.
    """
    numbers: Any
    members: dict[int, Any] = {_ALG: algorithm}
    if isinstance(public, ec.EllipticCurvePublicKey):
        numbers = public.public_numbers()
        size = (public.curve.key_size + 7) // 8
        members |= {_KTY: _EC2, _CRV: _CURVE_NUMBERS.get(public.curve.name)}
        members |= {_X: numbers.x.to_bytes(size, "big"), _Y: numbers.y.to_bytes(size, "big")}
    elif isinstance(public, rsa.RSAPublicKey):
        numbers = public.public_numbers()
        members |= {_KTY: _RSA, _N: _octets(numbers.n), _E: _octets(numbers.e)}
    elif isinstance(public, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
        crv = 6 if isinstance(public, ed25519.Ed25519PublicKey) else 7
        members |= {_KTY: _OKP, _CRV: crv, _X: public.public_bytes_raw()}
    else:
        members |= {_KTY: _AKP, _PUB: public.public_bytes_raw()}
    return load(cbor.encode(members))


def _octets(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


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


def _edwards(
    cose: dict[Any, Any], *, crv: int, public: Any, prime: int, curve: tuple[int, int], orders: frozenset[int]
) -> Callable[[bytes, bytes], None]:
    _members(cose, {_KTY: _OKP, _CRV: crv}, {_X})
    verify: Callable[[bytes, bytes], None] = public.from_public_bytes(cose[_X]).verify  # refuses another size
    y = int.from_bytes(cose[_X], "little") & (1 << (8 * len(cose[_X]) - 1)) - 1  # without the sign of x
    if y >= prime:
        raise ValueError("expected a coordinate below the field's prime (RFC 8032 sections 5.1.3 and 5.2.3)")
    if y in orders:
        raise ValueError("expected a point of large order, found one with which anybody can sign")
    # a x^2 + y^2 = 1 + d x^2 y^2; OpenSSL finds out only when it verifies.
    a, d = curve
    above, below = (y * y - 1) % prime, (d * y * y - a) % prime
    if pow(above * below, (prime - 1) // 2, prime) != 1:
        raise ValueError("the point is not on the curve")
    return verify


def _rivest(cose: dict[Any, Any], *, pad: padding.AsymmetricPadding) -> Callable[[bytes, bytes], None]:
    _members(cose, {_KTY: _RSA}, {_N, _E})
    if cose[_N][:1] == b"\x00" or cose[_E][:1] == b"\x00":
        raise ValueError("expected modulus and exponent without leading zeros (RFC 8230 section 4)")
    modulus = int.from_bytes(cose[_N], "big")
    if not _SHORTEST_MODULUS <= modulus.bit_length() <= _LONGEST_MODULUS:
        raise ValueError(
            f"expected an RSA key of {_SHORTEST_MODULUS} to {_LONGEST_MODULUS} bits, found {modulus.bit_length()}"
        )
    if not modulus & 1:
        raise ValueError("expected an odd modulus: no product of two large primes is even")
    key = rsa.RSAPublicNumbers(
        int.from_bytes(cose[_E], "big"), modulus
    ).public_key()  # no even e, none below 3
    return partial(_verify_rivest, key, pad)


def _verify_rivest(
    key: rsa.RSAPublicKey, pad: padding.AsymmetricPadding, signature: bytes, message: bytes
) -> None:
    key.verify(signature, message, pad, hashes.SHA256())


def _lattice(cose: dict[Any, Any], *, size: int) -> Callable[[bytes, bytes], None]:
    _members(cose, {_KTY: _AKP}, {_PUB})
    try:
        mldsa = import_module("cryptography.hazmat.primitives.asymmetric.mldsa")
        key = getattr(mldsa, f"MLDSA{size}PublicKey").from_public_bytes(cose[_PUB])
    except (ImportError, AttributeError, UnsupportedAlgorithm) as error:
        raise ValueError("ML-DSA is not supported by this release of cryptography") from error
    verify: Callable[[bytes, bytes], None] = key.verify
    return verify


def _members(cose: dict[Any, Any], fixed: dict[int, int], binary: set[int]) -> None:
    """Refuses a key that has other members than these, or other values of the fixed ones."""
    wanted = {*fixed, *binary, _ALG}
    if cose.keys() != wanted or any(type(label) is not int for label in cose):  # True is 1 to Python
        raise ValueError(f"expected the COSE members {sorted(wanted)}, found {sorted(cose, key=str)}")
    for label, value in fixed.items():
        if cose[label] != value or type(cose[label]) is not int:
            raise ValueError(f"expected {value} as COSE member {label}, found {cose[label]!r}")
    for label in binary:
        if not isinstance(cose[label], bytes):
            raise ValueError(f"expected bytes as COSE member {label}")  # noqa: TRY004 (hostile input, one error)


def _curve(
    crv: int, size: int, curve: ec.EllipticCurve, hash_: hashes.HashAlgorithm
) -> Callable[[dict[Any, Any]], Callable[[bytes, bytes], None]]:
    return partial(_elliptic, crv=crv, size=size, curve=curve, hash_=hash_)


# The points of small order (eight on edwards25519, four on edwards448), by y.
_PRIME_25519: Final = 2**255 - 19
_EIGHTH: Final = 2707385501144840649318225287225658788936804267575313519463743609750303402022
_TORSION_25519: Final = frozenset({0, 1, _PRIME_25519 - 1, _EIGHTH, _PRIME_25519 - _EIGHTH})
_PRIME_448: Final = 2**448 - 2**224 - 1
_PSS: Final = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size)

_ALGORITHMS: Final[dict[int, Callable[[dict[Any, Any]], Callable[[bytes, bytes], None]]]] = {
    -7: _curve(1, 32, ec.SECP256R1(), hashes.SHA256()),
    -8: partial(
        _edwards,
        crv=6,
        public=ed25519.Ed25519PublicKey,
        prime=_PRIME_25519,
        curve=(-1, -121665 * pow(121666, -1, _PRIME_25519) % _PRIME_25519),
        orders=_TORSION_25519,
    ),
    -35: _curve(2, 48, ec.SECP384R1(), hashes.SHA384()),
    -36: _curve(3, 66, ec.SECP521R1(), hashes.SHA512()),
    -37: partial(_rivest, pad=_PSS),
    -47: _curve(8, 32, ec.SECP256K1(), hashes.SHA256()),
    -48: partial(_lattice, size=44),
    -49: partial(_lattice, size=65),
    -50: partial(_lattice, size=87),
    -53: partial(
        _edwards,
        crv=7,
        public=ed448.Ed448PublicKey,
        prime=_PRIME_448,
        curve=(1, -39081),
        orders=frozenset({0, 1, _PRIME_448 - 1}),
    ),
    -257: partial(_rivest, pad=padding.PKCS1v15()),
}
SUPPORTED: Final = tuple(sorted(_ALGORITHMS, reverse=True))
