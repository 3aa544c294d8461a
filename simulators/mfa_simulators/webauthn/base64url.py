"""Base64url without padding, read strictly (RFC 4648 section 5; Base64URLString of WebAuthn Level 3)."""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from typing import Final

_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
# Everything that base64url does not know becomes a byte that base64 does not know either.
_FROM_URL: Final = bytes.maketrans(b"-_+/=", b"+/\0\0\0")
# The last symbol of a group that is cut short: its spare bits are zero, or one id would have several spellings.
_LAST: Final = (b"", b"", b"AQgw", b"AEIMQUYcgkosw048")
_PADDING: Final = (b"", b"", b"==", b"=")


def encode(raw: bytes) -> str:
    """Bytes as base64url text without padding."""
    return b2a_base64(raw, newline=False).translate(_TO_URL, b"=").decode()


def decode(text: str) -> bytes:
    """The bytes of base64url text.

    Raises:
        ValueError: padding, the alphabet of plain base64, white space, a length that no bytes have, or spare bits
            that are not zero.
    """
    symbols = text.encode("ascii").translate(_FROM_URL)
    over = len(symbols) % 4
    if over and symbols[-1] not in _LAST[over]:
        raise ValueError("the last symbol has bits that belong to no byte")
    return a2b_base64(symbols + _PADDING[over], strict_mode=True)
