"""Randomness: the system's, or drawn from a seed so that a run can be repeated."""

from __future__ import annotations

import hmac
import os
import threading
from collections import Counter
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable
from uuid import UUID

if TYPE_CHECKING:
    import builtins  # `bytes` inside these classes is the method

_BLOCK: Final = 32  # bytes of one HMAC-SHA-256


@runtime_checkable
class Randomness(Protocol):
    """A source of bytes. Each draw says what it is for, and whom it concerns."""

    def bytes(self, n: int, purpose: str, subject: str = "") -> builtins.bytes:
        """Draws n bytes for a purpose ("totp secret") and a subject (a user id)."""
        ...

    def uuid(self, purpose: str, subject: str = "") -> str:
        """Draws a version 4 UUID in lower case."""
        ...


class SystemRandomness:
    """The operating system's randomness; purpose and subject change nothing."""

    __slots__ = ()

    def bytes(self, n: int, purpose: str, subject: str = "") -> builtins.bytes:  # noqa: ARG002
        """Draws n unpredictable bytes."""
        return os.urandom(n)

    def uuid(self, purpose: str, subject: str = "") -> str:  # noqa: ARG002
        """Draws an unpredictable version 4 UUID in lower case."""
        return str(UUID(bytes=os.urandom(16), version=4))


class SeededRandomness:
    """Bytes that follow from a seed: HMAC(seed, purpose, subject, n), n being the n-th draw of that pair.

    Not one stream: a draw for one user never shifts the draws for another, so requests may come in any
    order, or in parallel, and each user still gets the same values. Safe between threads. Never for
    secrets that protect anything: who knows the seed knows them all.

    Args:
        seed: a number or text; 7 and "7" are the same seed.
    """

    __slots__ = ("_drawn", "_key", "_lock")

    def __init__(self, seed: int | str) -> None:
        self._key = str(seed).encode()
        self._drawn: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def bytes(self, n: int, purpose: str, subject: str = "") -> builtins.bytes:
        """Draws the next n bytes of this purpose and subject."""
        with self._lock:
            draw = self._drawn[purpose, subject]
            self._drawn[purpose, subject] = draw + 1
        # repr() of the pair keeps ("a", "bc") and ("ab", "c") apart.
        label = f"{(purpose, subject)!r}{draw}".encode("utf-8", "surrogatepass")
        block = hmac.digest(self._key, label, "sha256")
        if n <= _BLOCK:
            return block[:n]
        more = [
            hmac.digest(self._key, b"%d:%s" % (index, label), "sha256") for index in range(1, -(-n // _BLOCK))
        ]
        return b"".join((block, *more))[:n]

    def uuid(self, purpose: str, subject: str = "") -> str:
        """Draws the next version 4 UUID of this purpose and subject, in lower case."""
        return str(UUID(bytes=self.bytes(16, purpose, subject), version=4))
