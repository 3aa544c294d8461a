"""Where parallel requests meet, inside the gap between a check and the act that it permits."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mfa_simulators.server.store import Store

_PARTIES: Final = 8  # as many as the races of the catalogue have
_SECONDS: Final = 0.2  # real ones: whoever waits alone goes on


class Meeting:
    """Lets everybody go once eight are here, or once the first to come has waited long enough."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._here = 0
        self._round = 0

    def wait(self) -> None:
        """Waits for the others of this round."""
        with self._condition:
            mine = self._round
            self._here += 1
            if self._here < _PARTIES:
                self._condition.wait(
                    _SECONDS
                )  # one wait, not wait_for: that reads a clock that may be frozen
            if self._round == mine:
                self._round += 1
                self._here = 0
                self._condition.notify_all()


def meet(store: Store) -> None:
    """Waits for other requests to this store."""
    meeting: Meeting = store.__dict__.setdefault("_meeting", Meeting())
    meeting.wait()
