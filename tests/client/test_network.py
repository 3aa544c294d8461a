"""Faults that only a real socket has."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from mfa_simulators.client import MalformedAnswerError, MfaClient, NetworkError

if TYPE_CHECKING:
    from collections.abc import Iterator

ENVIRONMENT = "11111111-2222-4333-8444-555555555555"
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


@contextmanager
def listening(answer: bytes) -> Iterator[int]:
    """A port where every connection gets the same bytes, and is closed then."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def client_at(port: int, scheme: str = "http") -> MfaClient:
    return MfaClient(f"{scheme}://127.0.0.1:{port}/api/v0", ENVIRONMENT)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(HEAD, id="half-a-head"),
        pytest.param(HEAD + b'content-length: 100\r\n\r\n{"count": 1', id="half-a-body"),
        pytest.param(HEAD + b"transfer-encoding: chunked\r\n\r\n20\r\n{", id="half-a-chunk"),
        pytest.param(b"SSH-2.0-OpenSSH_9.6\r\n", id="another-protocol"),
    ],
)
def test_an_answer_that_breaks_off_is_a_network_error(answer: bytes) -> None:
    with listening(answer) as port, pytest.raises(NetworkError, match="broke off in the middle"):
        client_at(port).get_mfa_devices()


def test_half_an_answer_that_claims_to_be_whole_is_malformed() -> None:
    with (
        listening(HEAD + b'content-length: 11\r\n\r\n{"count": 1') as port,
        pytest.raises(MalformedAnswerError, match="Half an answer"),
    ):
        client_at(port).get_mfa_devices()


def test_compressed_nonsense_is_a_network_error() -> None:
    answer = HEAD + b"content-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}"
    with listening(answer) as port, pytest.raises(NetworkError, match="not as its Content-Encoding says"):
        client_at(port).get_mfa_devices()


def test_tls_spoken_to_a_plain_server_is_told_as_such() -> None:
    with (
        listening(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port,
        pytest.raises(NetworkError, match="plain http"),
    ):
        client_at(port, "https").get_mfa_devices()


def test_a_port_where_nobody_listens_is_told_as_such() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(NetworkError, match="Nothing listens there") as caught:
        client_at(port).get_mfa_devices()
    assert f"http://127.0.0.1:{port}/api/v0" in caught.value.message
