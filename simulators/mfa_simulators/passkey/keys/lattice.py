"""ML-DSA-44, -65 and -87 (FIPS 204; COSE key type AKP, RFC 9964 numbers -48 to -50), where cryptography has them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Final

from mfa_simulators.passkey.keys.key_pair import Algorithm, KeyPair

if TYPE_CHECKING:
    from mfa_simulators.passkey.cbor import Cbor


@dataclass(frozen=True)
class LatticeAlgorithm(Algorithm):
    """ML-DSA with one set of parameters.

    Attributes:
        private: cryptography's class of private keys.
    """

    private: type[Any]
    repeats: ClassVar[bool] = False  # cryptography signs in the hedged variant only

    def generate(self) -> LatticeKey:
        """A new key pair out of the system's randomness."""
        return LatticeKey(self, self.private.generate())

    def derive(self, seed: bytes) -> LatticeKey:
        """The key pair of a FIPS 204 seed."""
        return LatticeKey(self, self.private.from_seed_bytes(seed))

    def adopt(self, private: Any) -> LatticeKey | None:
        """The pair of a private key with these parameters."""
        return LatticeKey(self, private) if isinstance(private, self.private) else None


class LatticeKey(KeyPair):
    """A key pair whose signatures are never twice the same, under a seed either."""

    __slots__ = ()

    def sign(self, message: bytes, *, deterministic: bool) -> bytes:  # noqa: ARG002 (it never is)
        """The signature over the message."""
        signature: bytes = self._private.sign(message)
        return signature

    def members(self) -> dict[int | str, Cbor]:
        """Key type (AKP), algorithm and the public key."""
        public: bytes = self._private.public_key().public_bytes_raw()
        return {1: 7, 3: self.algorithm.number, -1: public}


def _available() -> tuple[LatticeAlgorithm, ...]:
    try:
        mldsa = import_module("cryptography.hazmat.primitives.asymmetric.mldsa")
    except ImportError:  # an older release
        return ()
    return tuple(
        LatticeAlgorithm(number, f"ML-DSA-{size}", 32, getattr(mldsa, f"MLDSA{size}PrivateKey"))
        for number, size in ((-48, 44), (-49, 65), (-50, 87))
        if hasattr(mldsa, f"MLDSA{size}PrivateKey")
    )


LATTICE: Final = _available()
