"""Servers on loopback that are not what they should be."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

    Loopback = Callable[..., str]


class RawServer:
    """Answers every connection with the same bytes; with None it never answers."""

    def __init__(self, answer: bytes | None, tls: ssl.SSLContext | None) -> None:
        self._answer = answer
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._done = threading.Event()
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:  # closed: the test is over
                return
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            stream = self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
            with stream:
                while received := stream.recv(65536):
                    if b"\r\n\r\n" in received or received.startswith(
                        b"\x16"
                    ):  # a request, or a TLS greeting
                        break
                if self._answer is None:
                    self._done.wait(10)
                else:
                    stream.sendall(self._answer)
                    with contextlib.suppress(OSError):
                        stream.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._done.set()
        self._socket.close()


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    """Makes a server that answers with the bytes given, and returns its URL."""
    servers: list[RawServer] = []

    def make(answer: bytes | None, tls: ssl.SSLContext | None = None) -> str:
        servers.append(RawServer(answer, tls))
        return f"{'https' if tls else 'http'}://localhost:{servers[-1].port}"

    yield make
    for server in servers:
        server.close()
