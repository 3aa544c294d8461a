"""What every kind of key pair can do, and what makes one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from cryptography.hazmat.primitives import serialization

from mfa_simulators.passkey import cbor

if TYPE_CHECKING:
    from mfa_simulators.passkey.cbor import Cbor


@dataclass(frozen=True)
class Algorithm(ABC):
    """A COSE signature algorithm.

    Attributes:
        number: in the IANA COSE registry.
        name: likewise.
        seed_size: bytes that `derive` takes.
        repeats: whether the same key and message can be made to give the same signature.
    """

    number: int
    name: str
    seed_size: int
    repeats: ClassVar[bool] = True

    @abstractmethod
    def generate(self) -> KeyPair:
        """A new key pair out of the system's randomness."""

    @abstractmethod
    def derive(self, seed: bytes) -> KeyPair:
        """The key pair that follows from `seed_size` bytes."""

    @abstractmethod
    def adopt(self, private: Any) -> KeyPair | None:
        """The pair of one of cryptography's private keys; None if it is of another kind."""


class KeyPair(ABC):
    """A private key, and the public one in the encodings that ceremonies need.

    Attributes:
        algorithm: what it signs with.
    """

    __slots__ = ("_private", "algorithm")

    algorithm: Algorithm

    def __init__(self, algorithm: Any, private: Any) -> None:
        self.algorithm = algorithm
        self._private = private

    @abstractmethod
    def sign(self, message: bytes, *, deterministic: bool) -> bytes:
        """A signature over the message in the form of WebAuthn L3 section 6.5.5."""

    @abstractmethod
    def members(self) -> dict[int | str, Cbor]:
        """The members of the public key's COSE_Key (WebAuthn L3 section 6.5.1.1)."""

    def cose(self) -> bytes:
        """The public key as COSE_Key."""
        return cbor.encode(self.members())

    def spki(self) -> bytes:
        """The public key as SubjectPublicKeyInfo, which getPublicKey() gives (WebAuthn L3 5.2.1.1)."""
        encoded: bytes = self._private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return encoded

    def pkcs8(self) -> bytes:
        """The private key as unencrypted PKCS#8."""
        encoded: bytes = self._private.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return encoded
