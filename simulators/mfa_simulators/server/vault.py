"""The server's own secret: what is kept, is kept sealed or as a keyed digest."""

from __future__ import annotations

import hmac
import os
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE: Final = 12
_LABEL_SEALING: Final = b"mfa-simulators sealing"
_LABEL_DIGESTS: Final = b"mfa-simulators digests"


class Vault:
    """Seals values (AES-256-GCM) and makes digests (HMAC-SHA-256) under one secret.

    Args:
        secret: 32 bytes; None draws them. A database that is to be read again needs the same secret again.
    """

    def __init__(self, secret: bytes | None = None) -> None:
        secret = os.urandom(32) if secret is None else secret
        self._cipher = AESGCM(hmac.digest(secret, _LABEL_SEALING, "sha256"))
        self._key = hmac.digest(secret, _LABEL_DIGESTS, "sha256")

    def seal(self, plain: bytes, owner: str) -> bytes:
        """Encrypts a value that only `owner` may be given back."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, owner.encode())

    def open(self, sealed: bytes, owner: str) -> bytes:
        """Decrypts a value sealed for `owner`.

        Raises:
            cryptography.exceptions.InvalidTag: it was sealed for somebody else, or is not ours.
        """
        return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], owner.encode())

    def digest(self, purpose: str, *parts: str) -> bytes:
        """What a secret value is found by: the same parts give the same digest."""
        text = "\0".join((purpose, *parts))  # "\0" is in no id, code or token
        return hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), "sha256")
