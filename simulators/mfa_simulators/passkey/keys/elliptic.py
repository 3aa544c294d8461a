"""ECDSA: ES256, ES384, ES512 and ES256K (RFC 9053 section 2.1, RFC 8812 section 3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mfa_simulators.passkey import cbor
from mfa_simulators.passkey.keys.key_pair import Algorithm, KeyPair

if TYPE_CHECKING:
    from mfa_simulators.passkey.cbor import Cbor

_DER: Final = serialization.Encoding.DER
_PKCS8: Final = serialization.PrivateFormat.PKCS8
_PLAIN: Final = serialization.NoEncryption()


@dataclass(frozen=True)
class EllipticAlgorithm(Algorithm):
    """ECDSA on one curve.

    Attributes:
        crv: the COSE number of the curve.
        curve: the curve.
        size: bytes of a coordinate.
        order: of the curve's group.
        hash: the hash signed over.
        spki_head: DER of a SubjectPublicKeyInfo up to the point's 0x04.
    """

    crv: int
    curve: ec.EllipticCurve
    size: int
    order: int
    hash: hashes.HashAlgorithm
    spki_head: bytes

    def generate(self) -> EllipticKey:
        """A new key pair out of the system's randomness."""
        return EllipticKey(self, ec.generate_private_key(self.curve))

    def derive(self, seed: bytes) -> EllipticKey:
        """The key pair that follows from seed bytes, eight more than the curve's size."""
        scalar = int.from_bytes(seed, "big") % (self.order - 1) + 1
        return EllipticKey(self, ec.derive_private_key(scalar, self.curve))

    def adopt(self, private: Any) -> EllipticKey | None:
        """The pair of a private key on this curve."""
        if isinstance(private, ec.EllipticCurvePrivateKey) and private.curve.name == self.curve.name:
            return EllipticKey(self, private)
        return None

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


class EllipticKey(KeyPair):
    """A key pair on a curve.

    Attributes:
        point: the public point: both coordinates, without the 0x04 before them.
    """

    __slots__ = ("point",)

    algorithm: EllipticAlgorithm

    def __init__(self, algorithm: EllipticAlgorithm, private: ec.EllipticCurvePrivateKey) -> None:
        self.algorithm = algorithm
        self._private = private
        # PKCS #8 ends with the point (RFC 5915): a public key of its own would take a tenth of a registration longer.
        self.point = private.private_bytes(_DER, _PKCS8, _PLAIN)[-2 * algorithm.size :]

    @property
    def x(self) -> bytes:
        """The point's first coordinate."""
        return self.point[: self.algorithm.size]

    @property
    def y(self) -> bytes:
        """The point's second coordinate."""
        return self.point[self.algorithm.size :]

    def sign(self, message: bytes, *, deterministic: bool) -> bytes:
        """An ASN.1 DER signature over the message."""
        algorithm = self.algorithm
        signature: bytes = self._private.sign(
            message, algorithm.deterministic_signature if deterministic else algorithm.signature
        )
        return signature

    def members(self) -> dict[int | str, Cbor]:
        """Key type, algorithm, curve, x and y."""
        return {1: 2, 3: self.algorithm.number, -1: self.algorithm.crv, -2: self.x, -3: self.y}

    def cose(self) -> bytes:
        """The public key as COSE_Key; from a template, as every registration needs it."""
        before_x, before_y = self.algorithm.cose_heads
        size = self.algorithm.size
        return before_x + self.point[:size] + before_y + self.point[size:]

    def spki(self) -> bytes:
        """The public key as SubjectPublicKeyInfo."""
        return self.algorithm.spki_head + self.point


ELLIPTIC: Final = (
    EllipticAlgorithm(
        -7,
        "ES256",
        40,
        1,
        ec.SECP256R1(),
        32,
        0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
        hashes.SHA256(),
        bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004"),
    ),
    EllipticAlgorithm(
        -35,
        "ES384",
        56,
        2,
        ec.SECP384R1(),
        48,
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
        hashes.SHA384(),
        bytes.fromhex("3076301006072a8648ce3d020106052b8104002203620004"),
    ),
    EllipticAlgorithm(
        -36,
        "ES512",
        74,
        3,
        ec.SECP521R1(),
        66,
        0x01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409,
        hashes.SHA512(),
        bytes.fromhex("30819b301006072a8648ce3d020106052b810400230381860004"),
    ),
    EllipticAlgorithm(
        -47,
        "ES256K",
        40,
        8,
        ec.SECP256K1(),
        32,
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
        hashes.SHA256(),
        bytes.fromhex("3056301006072a8648ce3d020106052b8104000a03420004"),
    ),
)
