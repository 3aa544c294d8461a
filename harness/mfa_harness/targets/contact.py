"""What all clients of a run share about one target: its pace, and whether it still answers."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from mfa_harness.verdicts import Blocked

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE: Final = 3  # requests in a row without an answer, after which the rest of a run is not tried


def _no_note(text: str) -> None:
    """Nobody listens."""


class Contact:
    """Paces requests, waits where the target asks for it, and gives up on one that no longer answers.

    Args:
        rate: requests a second at most; None for no limit.
        wall_clock: whether the target's time is real, so that waiting for it helps.
        note: told what a person should know, e.g. that we wait.
        sleep: how to wait.
        monotonic: seconds that only grow, for pacing.
    """

    def __init__(
        self,
        *,
        rate: float | None = None,
        wall_clock: bool = False,
        note: Callable[[str], None] = _no_note,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.note = note
        self.wall_clock = wall_clock
        self._gap = 1 / rate if rate else 0.0
        self._sleep = sleep
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._next_turn = 0.0
        self._unanswered = 0
        self._lost = ""

    def turn(self, what: str) -> None:
        """Wait for this request's turn.

        Raises:
            Blocked: the target has stopped answering.
        """
        if self._lost:
            raise Blocked(f"send {what}", self._lost)
        if not self._gap:
            return
        with self._lock:
            now = self._monotonic()
            mine = max(now, self._next_turn)
            self._next_turn = mine + self._gap
        if mine > now:
            self._sleep(mine - now)

    def answered(self) -> None:
        """An answer came, whatever it says."""
        self._unanswered = 0

    def unanswered(self, what: str, why: str) -> None:
        """No answer came; after `PATIENCE` in a row nothing more is sent."""
        with self._lock:
            self._unanswered += 1
            if self._unanswered >= PATIENCE and not self._lost:
                self._lost = f"the target stopped answering: {PATIENCE} times in a row, last {what} ({why})"
                self.note(self._lost)

    def wait(self, seconds: float, why: str) -> None:
        """Really wait, and say so: "waiting 17 s for a fresh code".

        Raises:
            Blocked: the target has stopped answering, so there is nothing to wait for.
        """
        if self._lost:
            raise Blocked(f"wait {why}", self._lost)
        self.note(f"waiting {max(1, round(seconds))} s {why}")
        self._sleep(seconds)
