"""EdDSA: Ed25519 (-8, as WebAuthn L3 section 5.8.5 narrows it) and Ed448 (-53, RFC 9864)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.asymmetric import ed448, ed25519

from mfa_simulators.passkey.keys.key_pair import Algorithm, KeyPair

if TYPE_CHECKING:
    from mfa_simulators.passkey.cbor import Cbor


@dataclass(frozen=True)
class EdwardsAlgorithm(Algorithm):
    """EdDSA on one curve.

    Attributes:
        crv: the COSE number of the curve.
        private: cryptography's class of private keys.
    """

    crv: int
    private: type[Any]

    def generate(self) -> EdwardsKey:
        """A new key pair out of the system's randomness."""
        return EdwardsKey(self, self.private.generate())

    def derive(self, seed: bytes) -> EdwardsKey:
        """The key pair whose private key is the seed."""
        return EdwardsKey(self, self.private.from_private_bytes(seed))

    def adopt(self, private: Any) -> EdwardsKey | None:
        """The pair of a private key on this curve."""
        return EdwardsKey(self, private) if isinstance(private, self.private) else None


class EdwardsKey(KeyPair):
    """A key pair whose signatures follow from key and message alone."""

    __slots__ = ()

    algorithm: EdwardsAlgorithm

    def sign(self, message: bytes, *, deterministic: bool) -> bytes:  # noqa: ARG002 (it always is)
        """The signature over the message."""
        signature: bytes = self._private.sign(message)
        return signature

    def members(self) -> dict[int | str, Cbor]:
        """Key type, algorithm, curve and x."""
        public: bytes = self._private.public_key().public_bytes_raw()
        return {1: 1, 3: self.algorithm.number, -1: self.algorithm.crv, -2: public}


EDWARDS: Final = (
    EdwardsAlgorithm(-8, "EdDSA", 32, 6, ed25519.Ed25519PrivateKey),
    EdwardsAlgorithm(-53, "Ed448", 57, 7, ed448.Ed448PrivateKey),
)
