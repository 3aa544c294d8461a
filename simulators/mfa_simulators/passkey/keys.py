"""Key pairs of an authenticator: made, signed with, written as COSE, SPKI and PKCS#8."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mfa_simulators.passkey import cbor

_X962: Final = serialization.Encoding.X962
_UNCOMPRESSED: Final = serialization.PublicFormat.UncompressedPoint

ES256: Final = -7
ES384: Final = -35


@dataclass(frozen=True)
class Algorithm:
    """A COSE signature algorithm on one curve.

    Attributes:
        number: in the IANA COSE registry.
        name: likewise.
        crv: the COSE number of the curve.
        curve: the curve.
        size: bytes of a coordinate.
        order: of the curve's group.
        hash: the hash signed over.
        spki_head: DER of a SubjectPublicKeyInfo up to the point's 0x04.
    """

    number: int
    name: str
    crv: int
    curve: ec.EllipticCurve
    size: int
    order: int
    hash: hashes.HashAlgorithm
    spki_head: bytes

    @cached_property
    def cose_heads(self) -> tuple[bytes, bytes]:
        """COSE_Key as CBOR: what stands before x, and between x and y."""
        coordinate = cbor.head(cbor.BYTES, self.size)
        members = cbor.encode(1) + cbor.encode(2) + cbor.encode(3) + cbor.encode(self.number)
        members += cbor.encode(-1) + cbor.encode(self.crv)
        return (
            cbor.head(cbor.MAP, 5) + members + cbor.encode(-2) + coordinate,
            cbor.encode(-3) + coordinate,
        )

    @cached_property
    def signature(self) -> ec.ECDSA:
        """ECDSA with a random nonce."""
        return ec.ECDSA(self.hash)

    @cached_property
    def deterministic_signature(self) -> ec.ECDSA:
        """ECDSA with the nonce of RFC 6979: the same message gives the same signature."""
        return ec.ECDSA(self.hash, deterministic_signing=True)


ALGORITHMS: Final = {
    ES256: Algorithm(
        ES256,
        "ES256",
        1,
        ec.SECP256R1(),
        32,
        0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
        hashes.SHA256(),
        bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004"),
    ),
    ES384: Algorithm(
        ES384,
        "ES384",
        2,
        ec.SECP384R1(),
        48,
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
        hashes.SHA384(),
        bytes.fromhex("3076301006072a8648ce3d020106052b8104002203620004"),
    ),
}


class KeyPair:
    """A private key and the public one in the encodings that ceremonies need.

    Attributes:
        algorithm: what it signs with.
        point: the public point: both coordinates, without the 0x04 before them.
    """

    __slots__ = ("_private", "algorithm", "point")

    def __init__(self, algorithm: Algorithm, private: ec.EllipticCurvePrivateKey) -> None:
        self.algorithm = algorithm
        self._private = private
        self.point = private.public_key().public_bytes(_X962, _UNCOMPRESSED)[1:]

    @property
    def x(self) -> bytes:
        """The point's first coordinate."""
        return self.point[: self.algorithm.size]

    @property
    def y(self) -> bytes:
        """The point's second coordinate."""
        return self.point[self.algorithm.size :]

    @classmethod
    def generate(cls, algorithm: Algorithm) -> KeyPair:
        """A new key pair out of the system's randomness."""
        return cls(algorithm, ec.generate_private_key(algorithm.curve))

    @classmethod
    def derive(cls, algorithm: Algorithm, seed: bytes) -> KeyPair:
        """The key pair that follows from seed bytes (at least eight more than the curve's size)."""
        scalar = int.from_bytes(seed, "big") % (algorithm.order - 1) + 1
        return cls(algorithm, ec.derive_private_key(scalar, algorithm.curve))

    @classmethod
    def from_pkcs8(cls, der: bytes) -> KeyPair:
        """The key pair of unencrypted PKCS#8.

        Raises:
            ValueError: no PKCS#8, or a key of a kind that this authenticator does not hold.
        """
        try:
            private = serialization.load_der_private_key(der, None)
        except TypeError as error:
            raise ValueError("the private key is encrypted: export it without a password") from error
        if isinstance(private, ec.EllipticCurvePrivateKey):
            for algorithm in ALGORITHMS.values():
                if algorithm.curve.name == private.curve.name:
                    return cls(algorithm, private)
        names = " and ".join(algorithm.name for algorithm in ALGORITHMS.values())
        raise ValueError(f"expected a private key for {names}, found another kind of key")

    def sign(self, message: bytes, *, deterministic: bool) -> bytes:
        """An ASN.1 DER signature over the message (WebAuthn L3 section 6.5.5)."""
        algorithm = self.algorithm
        return self._private.sign(
            message, algorithm.deterministic_signature if deterministic else algorithm.signature
        )

    def cose(self) -> bytes:
        """The public key as COSE_Key (WebAuthn L3 section 6.5.1.1)."""
        before_x, before_y = self.algorithm.cose_heads
        return before_x + self.x + before_y + self.y

    def spki(self) -> bytes:
        """The public key as SubjectPublicKeyInfo, which getPublicKey() gives (WebAuthn L3 5.2.1.1)."""
        return self.algorithm.spki_head + self.point

    def pkcs8(self) -> bytes:
        """The private key as unencrypted PKCS#8."""
        return self._private.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
