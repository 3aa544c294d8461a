"""Our reference server, which ends, or never answers again, when somebody refreshes her session.

`python mortal.py dies|hangs PORT`
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from typing import Any

from mfa_simulators.server import ReferenceServer

FATAL = "/refresh"


class Mortal(ReferenceServer):
    """Ends by one kind of request."""

    def __init__(self, how: str, port: int) -> None:
        super().__init__(control=True, port=port)
        self._how = how

    def _application(self, *, threads: bool) -> Any:
        inner = super()._application(threads=threads)

        async def application(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http" and scope["path"].endswith(FATAL):
                if self._how == "dies":
                    os._exit(1)
                await asyncio.sleep(3600)
            await inner(scope, receive, send)

        return application


if __name__ == "__main__":
    with Mortal(sys.argv[1], int(sys.argv[2])):
        threading.Event().wait()
