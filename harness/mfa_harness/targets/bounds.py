"""What an answer may cost us: a deadline for the whole of it, and a size.

httpx bounds each read by itself, so an answer that drips a byte a second, or that never ends, would hold us for ever.
Here the deadline of the request that a thread is carrying bounds every read, headers and greetings included.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Final

import httpcore
import httpx

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

LARGEST_BODY: Final = 4 * 2**20  # bytes, unpacked


class AnswerTooLong(httpx.ReadError):
    """A body that does not end where any answer of an API's does."""


class _Deadline(threading.local):
    at: float | None = None


_deadline = _Deadline()


def _left(timeout: float | None, late: type[Exception]) -> float | None:
    """Seconds until a read or write of this thread has to be through."""
    if _deadline.at is None:
        return timeout
    left = _deadline.at - time.monotonic()
    if left <= 0:
        raise late("the answer was not whole in time")
    return left if timeout is None else min(timeout, left)


class _BoundedStream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _BoundedStream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _BoundedBackend(httpcore.SyncBackend):
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _BoundedStream(super().connect_tcp(host, port, left, local_address, socket_options))


class BoundedTransport(httpx.HTTPTransport):
    """A pool of connections whose answers come whole, within the request's read time-out, or not at all.

    Raises:
        AnswerTooLong: a body of more than `LARGEST_BODY`, of its `handle_request`.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._pool._network_backend = _BoundedBackend()  # noqa: SLF001 - httpx does not hand it on

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it and read the whole answer."""
        seconds = request.extensions.get("timeout", {}).get("read")
        before = _deadline.at
        _deadline.at = None if seconds is None else time.monotonic() + seconds
        try:
            return whole(super().handle_request(request), request)
        finally:
            _deadline.at = before


def whole(response: httpx.Response, request: httpx.Request) -> httpx.Response:
    """An answer with its body read and unpacked.

    Raises:
        AnswerTooLong: it has more than `LARGEST_BODY` bytes.
        httpx.RequestError: it cannot be read to its end, or not be unpacked.
    """
    response.request = request
    body = bytearray()
    try:
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > LARGEST_BODY:
                raise AnswerTooLong(f"its body is longer than {LARGEST_BODY // 2**20} MiB", request=request)
    finally:
        response.close()
    headers = [(name, value) for name, value in response.headers.raw if name.lower() != b"content-encoding"]
    return httpx.Response(
        response.status_code,
        headers=headers,
        content=bytes(body),
        request=request,
        extensions=response.extensions,
    )
