"""The device signature of the wire: ECDSA P-256 over a nonce, raw r||s; the key a compressed point; hex."""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

_KEY_BYTES: Final = 33
_HALF: Final = 32


def signature_holds(nonce: str | None, public_key: str | None, signature: str | None) -> bool:
    """Whether the signature is the key's, over the nonce. Anything missing or malformed: no."""
    if nonce is None or public_key is None or signature is None:
        return False
    try:
        point, raw = bytes.fromhex(public_key), bytes.fromhex(signature)
        if len(point) != _KEY_BYTES or len(raw) != 2 * _HALF:
            return False
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        halves = int.from_bytes(raw[:_HALF]), int.from_bytes(raw[_HALF:])
        key.verify(encode_dss_signature(*halves), nonce.encode(), ec.ECDSA(SHA256()))
    except (ValueError, InvalidSignature):
        return False
    return True
