"""Events of a client: MFA completed or failed, signed out, a flow cancelled (D-93)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Listener = Callable[[Mapping[str, Any]], None]

MFA_COMPLETION_SUCCESS: Final = "mfaCompletionSuccess"
MFA_COMPLETION_FAILURE: Final = "mfaCompletionFailure"
LOGOUT: Final = "logout"
AUTH_FLOW_CANCEL: Final = "authFlowCancel"
REFRESH_FAILURE: Final = "refreshFailure"


class Events:
    """Listeners by the name of an event, told in the order in which they came."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, list[Listener]] = defaultdict(list)

    def on(self, event: str, listener: Listener) -> Callable[[], None]:
        """Has a listener told of every such event; returns what takes it off again."""
        self._listeners[event].append(listener)

        def off() -> None:
            if listener in self._listeners[event]:
                self._listeners[event].remove(listener)

        return off

    def once(self, event: str, listener: Listener) -> Callable[[], None]:
        """Has a listener told of the next such event only."""

        def told(data: Mapping[str, Any]) -> None:
            off()
            listener(data)

        off = self.on(event, told)
        return off

    def emit(self, event: str, **data: object) -> None:
        """Tells every listener; members that are None are left out."""
        told = {name: value for name, value in data.items() if value is not None}
        for listener in tuple(self._listeners[event]):
            listener(told)
