"""The sync flow: tells the application, once a login, that something is still to be done (D-22, D-23)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    Pending = Literal["mfa", "recovery_codes"]
    Handler = Callable[[Pending], None]


class SyncFlow:
    """Runs the application's handler at most once per login; logging out arms it again."""

    def __init__(self) -> None:
        self._handler: Handler | None = None
        self._armed = True

    def handle_with(self, handler: Handler | None) -> None:
        """Sets the handler; None takes it away."""
        self._handler = handler

    def notice(self, pending: Pending | None) -> None:
        """Looks at what is pending after a change of the user, and runs the handler if it is due."""
        if pending is None or self._handler is None or not self._armed:
            return
        self._armed = False  # before the call: the handler's own calls change the user too
        self._handler(pending)

    def rearm(self) -> None:
        """Makes the handler run again for the next login, or after a page reload."""
        self._armed = True
