"""Where a device keeps large blobs: authenticatorLargeBlobs (CTAP 2.2 section 6.10)."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from mfa_simulators.passkey.ctap import status
from mfa_simulators.passkey.ctap.status import CtapRefusal

CAPACITY: Final = 4096
_NONE: Final = bytes.fromhex("8076be8b528d0075f7aae98d6fa57a6d3c")  # an empty array and its hash
_HASH_SIZE: Final = 16


class BlobStore:
    """One array of blobs, each encrypted by its credential's client; written in fragments, in order."""

    def __init__(self) -> None:
        self._whole = _NONE
        self._incoming = b""
        self._expected = 0

    def read(self, offset: int, size: int) -> bytes:
        """A piece of what is stored."""
        return self._whole[offset : offset + size]

    @staticmethod
    def message(offset: int, fragment: bytes) -> bytes:
        """What a client proves to have the right to write."""
        head = b"\xff" * 32 + b"\x0c\x00" + offset.to_bytes(4, "little")
        return head + hashlib.sha256(fragment).digest()

    def write(self, offset: int, fragment: bytes, length: Any) -> None:
        """Takes a fragment; the last one replaces what was stored.

        Raises:
            CtapRefusal: too long, out of order, or with a hash that does not fit.
        """
        if offset == 0:
            if not isinstance(length, int):
                raise CtapRefusal(status.MISSING_PARAMETER)
            if length > CAPACITY:
                raise CtapRefusal(status.LARGE_BLOB_STORAGE_FULL)
            self._expected, self._incoming = length, b""
        if offset != len(self._incoming) or offset + len(fragment) > self._expected:
            raise CtapRefusal(status.INVALID_PARAMETER)
        self._incoming += fragment
        if len(self._incoming) == self._expected:
            content, digest = self._incoming[:-_HASH_SIZE], self._incoming[-_HASH_SIZE:]
            if hashlib.sha256(content).digest()[:_HASH_SIZE] != digest:
                raise CtapRefusal(status.INTEGRITY_FAILURE)
            self._whole = self._incoming
