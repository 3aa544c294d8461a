"""Serves an application on loopback, in a thread."""

from __future__ import annotations

import asyncio
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import uvicorn
from litestar.concurrency import get_asyncio_executor, set_asyncio_executor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

_THREADS: Final = 64  # the default executor has six on two cores, and eight parallel requests never meet
_BACKLOG: Final = 512
_START_SECONDS: Final = 30.0
_LARGEST_HEAD: Final = (
    1 << 20
)  # bytes; so that a token of 100 kB is refused by the application, in its own words


class Serving:
    """An application on a port of loopback, from `start` to `stop`.

    Args:
        application: the ASGI application.
        port: the port; 0 takes a free one.
        certificate: a file in PEM, its key included, to serve https with; None for http.
    """

    def __init__(
        self,
        application: Callable[[Any, Any, Any], Awaitable[None]],
        port: int = 0,
        *,
        certificate: Path | None = None,
    ) -> None:
        self._sockets = _listen(port)
        self.port: int = self._sockets[0].getsockname()[1]
        self.url = f"{'https' if certificate else 'http'}://localhost:{self.port}"
        self._server = _Server(
            uvicorn.Config(
                application,
                lifespan="off",
                ws="none",
                h11_max_incomplete_event_size=_LARGEST_HEAD,
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=False,
                ssl_certfile=certificate,
            )
        )
        self._thread = threading.Thread(target=self._run, name="reference-server", daemon=True)

    def start(self) -> None:
        """Serves; returns when it answers.

        Raises:
            RuntimeError: it did not start.
        """
        if get_asyncio_executor() is None:
            set_asyncio_executor(ThreadPoolExecutor(_THREADS, thread_name_prefix="reference-server"))
        self._thread.start()
        if not self._server.ready.wait(_START_SECONDS) or not self._thread.is_alive():
            raise RuntimeError(f"the reference server did not start on {self.url}: is the port free?")

    def stop(self) -> None:
        """Stops serving and closes the port."""
        self._server.stop()
        self._thread.join()
        for each in self._sockets:
            each.close()

    def _run(self) -> None:
        try:
            self._server.run(sockets=self._sockets)
        finally:
            self._server.ready.set()  # whoever waits for a start that failed


class _Server(uvicorn.Server):
    """uvicorn without its ticking: it waits for an event, so frozen time cannot keep it from stopping."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None

    async def main_loop(self) -> None:
        """Serves until `stop`."""
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        self.ready.set()
        await self._over.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002
        """Closes the port and the connections at once: uvicorn's own waits by a clock that may stand still."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()

    def stop(self) -> None:
        """Ends `main_loop`, from any thread."""
        if self._loop is not None and self._over is not None:
            self._loop.call_soon_threadsafe(self._over.set)


def _listen(port: int) -> list[socket.socket]:
    """Sockets on 127.0.0.1 and, where there is one, on ::1 with the same port: "localhost" may be either."""
    # With IPPROTO_TCP named asyncio sets TCP_NODELAY; without, it serves 23 requests a second.
    first = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        first.bind(("127.0.0.1", port))
    except OSError:
        first.close()
        raise
    first.listen(_BACKLOG)
    found = [first]
    try:
        second = socket.socket(socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError:
        return found
    try:
        second.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        second.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        second.bind(("::1", first.getsockname()[1]))
        second.listen(_BACKLOG)
    except OSError:
        second.close()
    else:
        found.append(second)
    return found
