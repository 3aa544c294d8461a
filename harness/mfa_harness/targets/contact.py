"""What all clients of a run share about one target: its pace, and whether it still answers."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Final

from mfa_harness.verdicts import Blocked

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE: Final = 3  # requests in a row without an answer, after which the rest of a run is not tried
_ID: Final = re.compile(r"(?<=/)(?=[^/]*[0-9])[^/]{16,}")
_PUBLIC: Final = re.compile(
    r"/sdk/[^/]+/settings$"
)  # often answered by a cache in front of a server that is gone


class Lost(Blocked):
    """The target has stopped answering."""


def _no_note(text: str) -> None:
    """Nobody listens."""


def _place(what: str) -> str:
    """Requests of one kind: method and path, whatever ids stand in it."""
    return _ID.sub("{id}", what)


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
        self._unanswered_at: Counter[str] = Counter()
        self._lost = ""
        self._lost_at: dict[str, str] = {}

    def demand(self, what: str, wanted: str) -> None:
        """See that it makes sense to ask for this.

        Raises:
            Lost: the target has stopped answering, or does so to what is like this.
        """
        if lost := self._lost or self._lost_at.get(_place(what)):
            raise Lost(wanted, lost)

    def turn(self, what: str) -> None:
        """Wait for this request's turn.

        Raises:
            Lost: the target has stopped answering, or does so to requests like this one.
        """
        self.demand(what, f"send {what}")
        if not self._gap:
            return
        with self._lock:
            now = self._monotonic()
            mine = max(now, self._next_turn)
            self._next_turn = mine + self._gap
        if mine > now:
            self._sleep(mine - now)

    def answered(self, what: str) -> None:
        """An answer came, whatever it says."""
        self._unanswered_at.pop(_place(what), None)
        if not _PUBLIC.search(what):
            self._unanswered = 0

    def unanswered(self, what: str, why: str, *, by_target: bool = True) -> None:
        """No answer came; after `PATIENCE` in a row nothing more is sent, or nothing to that one place.

        Args:
            what: was asked for.
            why: there was none.
            by_target: whether it is the target that did not answer, not a program of the user's.
        """
        place = _place(what)
        with self._lock:
            self._unanswered += by_target
            self._unanswered_at[place] += 1
            if self._unanswered_at[place] >= PATIENCE and place not in self._lost_at:
                self._lost_at[place] = f"it was not answered {PATIENCE} times in a row ({why})"
            if self._unanswered >= PATIENCE and not self._lost:
                self._lost = f"the target stopped answering: {PATIENCE} times in a row, last {what} ({why})"
                self.note(self._lost)

    def wait(self, seconds: float, why: str) -> None:
        """Really wait, and say so: "waiting 17 s for a fresh code".

        Raises:
            Lost: the target has stopped answering, so there is nothing to wait for.
        """
        if self._lost:
            raise Lost(f"wait {why}", self._lost)
        self.note(f"waiting {max(1, round(seconds))} s {why}")
        self._sleep(seconds)
