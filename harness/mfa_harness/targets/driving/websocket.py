"""Just enough of RFC 6455 for a driver in a browser: one peer, text messages, a line in each."""

from __future__ import annotations

import base64
import hashlib
import struct
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # section 1.3
_LONGEST_HEAD: Final = 16 * 1024
_LONGEST_MESSAGE: Final = 16 * 2**20
_CONTINUED, _TEXT, _BINARY, _CLOSE, _PING = 0x0, 0x1, 0x2, 0x8, 0x9
_PONG: Final = 0xA
_LENGTH_16, _LENGTH_64 = 126, 127


class NoWebSocket(ValueError):  # noqa: N818 - what it is
    """What came is no WebSocket as section 5 has it."""


def knocks(peer: socket.socket, seconds: float) -> bool:
    """Whether a peer begins with an HTTP request; one that waits for us to speak first is no browser."""
    import socket as sockets  # noqa: PLC0415 - for one constant

    peer.settimeout(seconds)
    try:
        return peer.recv(4, sockets.MSG_PEEK) == b"GET "
    except TimeoutError:
        return False
    finally:
        peer.settimeout(None)


def accept(stream: IO[bytes]) -> bytes:
    """The answer to an opening handshake (section 4.2.2).

    Raises:
        NoWebSocket: it is not one.
    """
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline(_LONGEST_HEAD)
        head += line
        if not line or len(head) > _LONGEST_HEAD:
            raise NoWebSocket("the opening handshake does not end")
    pairs = (line.partition(b":") for line in head.split(b"\r\n")[1:])
    fields = {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}
    key = fields.get(b"sec-websocket-key")
    if not key or fields.get(b"upgrade", b"").lower() != b"websocket":
        raise NoWebSocket("an HTTP request that asks for no WebSocket")
    proof = base64.b64encode(hashlib.sha1(key + _GUID).digest())  # noqa: S324 - the protocol's own
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + proof + b"\r\n\r\n"
    )


def frame(payload: bytes, opcode: int = _TEXT) -> bytes:
    """A whole message in one frame, unmasked as a server's are (section 5.1)."""
    head = bytes([0x80 | opcode])
    if len(payload) < _LENGTH_16:
        head += bytes([len(payload)])
    elif len(payload) < 2**16:
        head += bytes([_LENGTH_16]) + struct.pack(">H", len(payload))
    else:
        head += bytes([_LENGTH_64]) + struct.pack(">Q", len(payload))
    return head + payload


def messages(stream: IO[bytes], peer: socket.socket) -> Iterator[bytes]:
    """The lines of the text messages of a peer, until it closes; pings are answered.

    Raises:
        NoWebSocket: a frame that is not masked, or a message that is too long.
    """
    whole = b""
    while (found := _next(stream, _LONGEST_MESSAGE - len(whole))) is not None:
        final, opcode, payload = found
        if opcode == _CLOSE:
            peer.sendall(frame(payload[:2], _CLOSE))
            return
        if opcode == _PING:
            peer.sendall(frame(payload, _PONG))
        elif opcode in (_TEXT, _BINARY, _CONTINUED):
            whole += payload
            if final:
                yield from whole.splitlines(keepends=True)
                whole = b""


def _next(stream: IO[bytes], longest: int) -> tuple[bool, int, bytes] | None:
    """The next frame (section 5.2): whether it ends a message, its opcode, its payload; None when nobody is there."""
    head = stream.read(2)
    if len(head) < 2:  # noqa: PLR2004 - hung up
        return None
    length = head[1] & 0x7F
    if not head[1] & 0x80:
        raise NoWebSocket("a frame that is not masked")
    if length == _LENGTH_16:
        (length,) = struct.unpack(">H", stream.read(2))
    elif length == _LENGTH_64:
        (length,) = struct.unpack(">Q", stream.read(8))
    if length > longest:
        raise NoWebSocket("a message that is too long")
    mask, payload = stream.read(4), stream.read(length)
    return bool(head[0] & 0x80), head[0] & 0x0F, bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
