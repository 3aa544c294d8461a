"""Base64url without padding, as WebAuthn's JSON carries bytes (RFC 4648 section 5)."""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from functools import lru_cache
from typing import Final

_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_FROM_URL: Final = bytes.maketrans(b"-_+/=", b"+/!!!")  # "!" is in no alphabet
_PADDING: Final = (b"", b"===", b"==", b"=")


def encode(raw: bytes) -> str:
    """Bytes as base64url text without padding."""
    return b2a_base64(raw, newline=False).translate(_TO_URL, b"=").decode()


remembered: Final = lru_cache(maxsize=1024)(encode)
"""Likewise, for ids and user handles: they come again and again."""


def symbols(raw: bytes) -> bytes:
    """Likewise, the text in ASCII."""
    return b2a_base64(raw, newline=False).translate(_TO_URL, b"=")


def decode(text: str) -> bytes:
    """The bytes of base64url text.

    Raises:
        ValueError: it is padded, or no base64url.
    """
    symbols = text.encode("ascii").translate(_FROM_URL)
    return a2b_base64(symbols + _PADDING[len(symbols) & 3], strict_mode=True)


remember: Final = lru_cache(maxsize=1024)(decode)
"""Likewise, for ids."""
