"""Drives an ASGI application by hand: no event loop, no thread, no socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import httpx

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

_CLIENT: Final = ("127.0.0.1", 50000)


class HandDriven(httpx.BaseTransport):
    """A transport for `httpx.Client` that calls an application in this process, in the caller's thread.

    The application must never wait for anything: handlers are plain functions. May be used from several
    threads at once.
    """

    def __init__(self, application: Callable[[Any, Any, Any], Awaitable[None]]) -> None:
        self._application = application

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answers a request.

        Raises:
            RuntimeError: the application waited for something.
        """
        body = request.read()
        raw_path, _, query = request.url.raw_path.partition(b"?")
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.url.scheme,
            "path": unquote(raw_path.decode("ascii")),
            "raw_path": raw_path,
            "query_string": query,
            "root_path": "",
            "headers": [(name.lower(), text) for name, text in request.headers.raw],
            "client": _CLIENT,
            "server": (request.url.host, request.url.port or 80),
        }
        started: MutableMapping[str, Any] = {}
        parts: list[bytes] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                started.update(message)
            else:
                parts.append(message.get("body", b""))

        running: Any = self._application(scope, receive, send)
        try:
            running.send(None)
        except StopIteration:
            pass
        else:
            running.close()
            raise RuntimeError("this application waits for an event loop and cannot be driven by hand")
        return httpx.Response(
            started["status"], headers=started["headers"], content=b"".join(parts), request=request
        )
