"""RSA: RS256 (RFC 8812 section 2) and PS256 (RFC 8230 section 2), with keys that may follow from a seed."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from mfa_simulators.passkey.keys.key_pair import Algorithm, KeyPair

if TYPE_CHECKING:
    from mfa_simulators.passkey.cbor import Cbor

_BITS: Final = 2048
_EXPONENT: Final = 65537
_SHA256: Final = hashes.SHA256()
_HASH_SIZE: Final = 32
_ROUNDS: Final = 8  # of Miller-Rabin: for a random candidate of 1024 bits far more than enough


@dataclass(frozen=True)
class RivestAlgorithm(Algorithm):
    """RSA with one padding.

    Attributes:
        pss: PSS padding; PKCS #1 v1.5 otherwise.
    """

    pss: bool

    def generate(self) -> RivestKey:
        """A new key pair of 2048 bits out of the system's randomness."""
        return RivestKey(self, rsa.generate_private_key(_EXPONENT, _BITS))

    def derive(self, seed: bytes) -> RivestKey:
        """The key pair of 2048 bits that follows from a seed."""
        return RivestKey(self, _derived(seed, _BITS))

    def adopt(self, private: Any) -> RivestKey | None:
        """The pair of an RSA key."""
        return RivestKey(self, private) if isinstance(private, rsa.RSAPrivateKey) else None


class RivestKey(KeyPair):
    """An RSA key pair."""

    __slots__ = ()

    algorithm: RivestAlgorithm

    def sign(self, message: bytes, *, deterministic: bool) -> bytes:
        """The signature over the message."""
        private: rsa.RSAPrivateKey = self._private
        if not self.algorithm.pss:
            return private.sign(message, padding.PKCS1v15(), _SHA256)
        if not deterministic:
            return private.sign(message, padding.PSS(padding.MGF1(_SHA256), _HASH_SIZE), _SHA256)
        return _sign_pss(private.private_numbers(), message)

    def members(self) -> dict[int | str, Cbor]:
        """Key type, algorithm, modulus and exponent."""
        numbers: rsa.RSAPublicNumbers = self._private.public_key().public_numbers()
        return {1: 3, 3: self.algorithm.number, -1: _octets(numbers.n), -2: _octets(numbers.e)}


def short_key(seed: bytes, bits: int) -> rsa.RSAPublicNumbers:
    """The public half of a key shorter than anybody may accept."""
    prime, other = (_prime(hashlib.sha256(name + seed).digest(), bits // 2) for name in (b"p", b"q"))
    return rsa.RSAPublicNumbers(_EXPONENT, prime * other)


def _octets(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _sign_pss(numbers: rsa.RSAPrivateNumbers, message: bytes) -> bytes:
    """RSASSA-PSS (RFC 8017 section 8.1.1) with a salt that follows from key and message.

    cryptography draws the salt itself, so the encoding of section 9.1.1 is written out here.
    """
    modulus = numbers.public_numbers.n
    digest = hashlib.sha256(message).digest()
    salt = hmac.digest(_octets(numbers.d), digest, "sha256")
    inner = hashlib.sha256(bytes(8) + digest + salt).digest()
    size = (modulus.bit_length() + 7) // 8
    block = bytes(size - 2 * _HASH_SIZE - 2) + b"\x01" + salt
    mask = b"".join(
        hashlib.sha256(inner + count.to_bytes(4, "big")).digest()
        for count in range(-(-len(block) // _HASH_SIZE))
    )
    masked = bytearray(a ^ b for a, b in zip(block, mask, strict=False))
    masked[0] &= 0xFF >> (8 * size - (modulus.bit_length() - 1))
    encoded = int.from_bytes(bytes(masked) + inner + b"\xbc", "big")
    return pow(encoded, numbers.d, modulus).to_bytes(size, "big")


@lru_cache(maxsize=64)
def _derived(seed: bytes, bits: int) -> rsa.RSAPrivateKey:
    prime, other = (_prime(hashlib.sha256(name + seed).digest(), bits // 2) for name in (b"p", b"q"))
    d = pow(_EXPONENT, -1, (prime - 1) * (other - 1))
    return rsa.RSAPrivateNumbers(
        p=prime,
        q=other,
        d=d,
        dmp1=rsa.rsa_crt_dmp1(d, prime),
        dmq1=rsa.rsa_crt_dmq1(d, other),
        iqmp=rsa.rsa_crt_iqmp(prime, other),
        public_numbers=rsa.RSAPublicNumbers(_EXPONENT, prime * other),
    ).private_key()


def _small_primes() -> tuple[int, ...]:
    sieve = bytearray([1]) * 4096
    for number in range(2, 64):
        sieve[number * number :: number] = bytes(len(sieve[number * number :: number]))
    return tuple(number for number in range(3, 4096) if sieve[number])


_SMALL: Final = _small_primes()


def _prime(seed: bytes, bits: int) -> int:
    """The first prime after the number that the seed expands to, with its two highest bits set."""
    start = int.from_bytes(hashlib.shake_256(seed).digest(bits // 8), "big")
    candidate = start | (3 << (bits - 2)) | 1
    residues = [candidate % small for small in _SMALL]
    step = 0
    while True:
        if all((residue + step) % small for residue, small in zip(residues, _SMALL, strict=True)):
            found = candidate + step
            if _probably_prime(found) and (found - 1) % _EXPONENT:
                return found
        step += 2


def _probably_prime(number: int) -> bool:
    twos = ((number - 1) & -(number - 1)).bit_length() - 1
    odd = (number - 1) >> twos
    for witness in _SMALL[:_ROUNDS]:
        power = pow(witness, odd, number)
        if power in (1, number - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % number
            if power == number - 1:
                break
        else:
            return False
    return True


RIVEST: Final = (
    RivestAlgorithm(-257, "RS256", 32, pss=False),
    RivestAlgorithm(-37, "PS256", 32, pss=True),
)
