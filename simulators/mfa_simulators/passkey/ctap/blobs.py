"""Large blobs as a client reads and writes them: authenticatorLargeBlobs (CTAP 2.2 section 6.10)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from mfa_simulators.passkey import large_blobs
from mfa_simulators.passkey.ctap import pins, status
from mfa_simulators.passkey.ctap.requests import member
from mfa_simulators.passkey.ctap.status import CtapRefusal

if TYPE_CHECKING:
    from mfa_simulators.passkey.cbor import Cbor
    from mfa_simulators.passkey.core import Authenticator
    from mfa_simulators.passkey.ctap.pins import PinState


class LargeBlobs:
    """Reads and writes the array in fragments.

    Args:
        core: the authenticator.
    """

    def __init__(self, core: Authenticator) -> None:
        self._core = core
        self._incoming = b""
        self._expected = 0

    def command(self, members: dict[int, Any], state: PinState) -> dict[int | str, Cbor]:
        """One request and its answer.

        Raises:
            CtapRefusal: with the reason.
        """
        if not self._core.settings.large_blob:
            raise CtapRefusal(status.INVALID_COMMAND)
        offset = member(members, 3, int)
        reads, writes = 1 in members, 2 in members  # noqa: PLR2004
        if reads is writes or offset < 0:
            raise CtapRefusal(status.INVALID_PARAMETER)
        if reads:
            size = max(0, member(members, 1, int))
            return {1: large_blobs.array(self._core.vault)[offset : offset + size]}
        fragment = member(members, 2, bytes)
        if state.is_set or self._core.settings.user_verification:
            if 5 not in members:  # noqa: PLR2004
                raise CtapRefusal(status.PUAT_REQUIRED)
            state.check_token(
                _message(offset, fragment), members[5], members.get(6), pins.LARGE_BLOB_WRITE, None
            )
        self._write(offset, fragment, members.get(4))
        return {}

    def _write(self, offset: int, fragment: bytes, length: Any) -> None:
        """Takes a fragment; the last one replaces what was stored."""
        if offset == 0:
            if not isinstance(length, int):
                raise CtapRefusal(status.MISSING_PARAMETER)
            if length > large_blobs.CAPACITY:
                raise CtapRefusal(status.LARGE_BLOB_STORAGE_FULL)
            self._expected, self._incoming = length, b""
        if offset != len(self._incoming) or offset + len(fragment) > self._expected:
            raise CtapRefusal(status.INVALID_PARAMETER)
        self._incoming += fragment
        if len(self._incoming) == self._expected:
            size = large_blobs.HASH_SIZE
            content, digest = self._incoming[:-size], self._incoming[-size:]
            if hashlib.sha256(content).digest()[:size] != digest:
                raise CtapRefusal(status.INTEGRITY_FAILURE)
            large_blobs.replace(self._core.vault, self._incoming)


def _message(offset: int, fragment: bytes) -> bytes:
    """What a client proves to have the right to write."""
    head = b"\xff" * 32 + b"\x0c\x00" + offset.to_bytes(4, "little")
    return head + hashlib.sha256(fragment).digest()
