"""Clocks: where every "now" of the project comes from.

Only `SystemClock` looks at the machine's time, and it looks each time it is asked, so whatever
moves `time.time` (freezegun in a user's tests) moves the simulators too.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol, runtime_checkable

DEFAULT_INSTANT: Final = "2026-01-01T00:00:00Z"


@runtime_checkable
class Clock(Protocol):
    """Anything that tells the time."""

    def now(self) -> float:
        """The time, in seconds since 1970-01-01T00:00:00Z."""
        ...


@runtime_checkable
class MovableClock(Clock, Protocol):
    """A clock that a test may move: `VirtualClock` and `OffsetClock`."""

    def advance(self, seconds: float) -> float:
        """Moves the clock by so many seconds (back, when negative) and returns its new time."""
        ...

    def set(self, instant: str | datetime | float) -> float:
        """Moves the clock to an instant and returns it in unix seconds."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's own time, read at each call."""

    def now(self) -> float:
        """The machine's time in unix seconds."""
        return time.time()  # looked up here, never bound at import: freezegun replaces the attribute


SYSTEM_CLOCK: Final = SystemClock()


class VirtualClock:
    """A clock that stands still until it is moved.

    Args:
        start: where it stands first: an ISO 8601 string with a zone, an aware datetime, or unix seconds.

    Raises:
        ValueError: the instant cannot be read, or has no time zone.
    """

    __slots__ = ("_lock", "_now")

    def __init__(self, start: str | datetime | float = DEFAULT_INSTANT) -> None:
        self._lock = threading.Lock()
        self._now = parse_instant(start)

    def now(self) -> float:
        """Where the clock stands, in unix seconds."""
        return self._now

    def advance(self, seconds: float) -> float:
        """Moves the clock by so many seconds (back, when negative) and returns its new time."""
        with self._lock:  # two threads that advance must both count
            self._now = parse_instant(self._now + seconds)
            return self._now

    def set(self, instant: str | datetime | float) -> float:
        """Moves the clock to an instant and returns it in unix seconds."""
        moment = parse_instant(instant)
        with self._lock:
            self._now = moment
        return moment

    def __repr__(self) -> str:
        return f"VirtualClock({iso(self._now)!r})"


class OffsetClock:
    """Another clock plus what it was advanced by; once set, it stands still like a `VirtualClock`.

    The clock that a served environment runs on: a real client compares expiry with real time, and a
    test can still move the server's time away from it.

    Args:
        base: the clock that keeps running underneath.
    """

    __slots__ = ("_base", "_lock", "_offset", "_standing")

    def __init__(self, base: Clock = SYSTEM_CLOCK) -> None:
        self._base = base
        self._lock = threading.Lock()
        self._offset = 0.0
        self._standing: float | None = None

    def now(self) -> float:
        """The base clock's time plus the offset, or the instant it was set to; unix seconds."""
        standing = self._standing
        return self._base.now() + self._offset if standing is None else standing

    def advance(self, seconds: float) -> float:
        """Moves the clock by so many seconds (back, when negative) and returns its new time."""
        with self._lock:
            moved = parse_instant(self.now() + seconds)
            if self._standing is None:
                self._offset += seconds
            else:
                self._standing = moved
            return moved

    def set(self, instant: str | datetime | float) -> float:
        """Makes the clock stand still at an instant, and returns it in unix seconds."""
        moment = parse_instant(instant)
        with self._lock:
            self._standing = moment
        return moment

    def __repr__(self) -> str:
        if self._standing is not None:
            return f"OffsetClock(set to {iso(self._standing)!r})"
        return f"OffsetClock({self._base!r} {self._offset:+g} s)"


def iso(seconds: float) -> str:
    """Unix seconds as the wire writes them: `2026-01-01T00:00:00.000Z`, milliseconds, always Z.

    Raises:
        ValueError: no calendar has this instant (years 1 to 9999 only).
    """
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise ValueError(f"expected unix seconds within the years 1 to 9999, found {seconds!r}") from error
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def parse_instant(value: str | datetime | float) -> float:
    """An instant in unix seconds, from an ISO 8601 string, an aware datetime or unix seconds.

    Raises:
        ValueError: not a readable date and time, one without a time zone, or not a finite number.
        TypeError: the value is none of the three.
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            raise ValueError(
                f"expected a date and time such as {DEFAULT_INSTANT!r}, found {value!r}",
            ) from error
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(
                f"{value.isoformat()!r} has no time zone, so it is no single instant: "
                f"write {value.isoformat() + 'Z'!r}, or use an aware datetime",
            )
        return value.timestamp()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(
            "expected an instant as ISO 8601 text, an aware datetime or unix seconds, "
            f"found {type(value).__name__}",
        )
    if not math.isfinite(value):
        raise ValueError(f"expected a finite number of seconds, found {value!r}")
    return float(value)
