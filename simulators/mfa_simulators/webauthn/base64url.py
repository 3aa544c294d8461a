"""Base64url without padding, read strictly (RFC 4648 section 5; Base64URLString of WebAuthn Level 3)."""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from typing import Final

_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
# Everything that base64url does not know becomes a byte that base64 does not know either.
_FROM_URL: Final = bytes.maketrans(b"-_+/=", b"+/\0\0\0")
_PADDING: Final = (b"", b"", b"==", b"=")


def encode(raw: bytes) -> str:
    """Bytes as base64url text without padding."""
    return b2a_base64(raw, newline=False).translate(_TO_URL, b"=").decode()


def decode(text: str) -> bytes:
    """The bytes of base64url text.

    Raises:
        ValueError: padding, the alphabet of plain base64, white space, or a length that no bytes have.
    """
    symbols = text.encode("ascii").translate(_FROM_URL)
    return a2b_base64(symbols + _PADDING[len(symbols) % 4], strict_mode=True)
