"""How lines get to a driver and back: a program that we start, or a client that dials in over TCP or WebSocket."""

from __future__ import annotations

import atexit
import contextlib
import os
import shlex
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from typing import IO, TYPE_CHECKING, Final, Protocol

from mfa_harness import interrupts
from mfa_harness.targets.driving import websocket
from mfa_harness.targets.programs import not_started
from mfa_harness.targets.target import TargetError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

STOP_SECONDS: Final = 5.0
_KNOCK_SECONDS: Final = 0.5  # a browser speaks first, and at once; who dials in by TCP waits for our hello
_LONGEST_LINE: Final = 16 * 2**20


class Log:
    """`--driver-log`: every line as it went, unmasked: `>` to the driver, `<` from it, `!` its stderr."""

    def __init__(self, path: Path | None) -> None:
        self._file = path.open("w", encoding="utf-8", buffering=1) if path else None
        self._lock = threading.Lock()
        self._begun = time.monotonic()

    def write(self, mark: str, line: bytes) -> None:
        """Take a line down."""
        if self._file is None:
            return
        text = line.decode("utf-8", "backslashreplace").rstrip("\r\n")
        with self._lock:
            if not self._file.closed:
                self._file.write(f"{time.monotonic() - self._begun:9.3f} {mark} {text}\n")

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            with self._lock:
                self._file.close()


class Connection(Protocol):
    """One driver at the other end, for as long as it is there."""

    def send(self, line: bytes) -> None:
        """Send a line; nothing happens when nobody is there any more: `ended` is told of that."""

    def close(self) -> None:
        """Wait for it to end by itself, then end it."""

    def kill(self) -> None:
        """End it now."""


class Listener(Protocol):
    """Who is told what a driver says."""

    def line(self, line: bytes) -> None:
        """It has said a line."""

    def aside(self, line: str) -> None:
        """It has written a line to stderr."""

    def ended(self, why: str) -> None:
        """It has ended, or cannot be heard any more."""


def _pump(stream: Iterable[bytes], listener: Listener, log: Log) -> None:
    for line in stream:
        log.write("<", line)
        if line.strip():
            listener.line(line)


class Program:
    """A driver that we start; stdin and stdout are the protocol's.

    Raises:
        TargetError: it cannot be started.
    """

    def __init__(self, command: str, listener: Listener, log: Log) -> None:
        tried = f"client driver {command!r}"
        try:
            words = shlex.split(command)
        except ValueError as error:
            raise TargetError(tried, f"cannot be split into words: {error}", "Close the quotation") from None
        if not words or not words[0].strip():
            raise TargetError(tried, "it names no program", "Name the program that drives your client SDK")
        try:
            with interrupts.held():
                self._process = subprocess.Popen(  # noqa: S603 - what the user asked us to start
                    words,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    env={**os.environ, "PYTHONUNBUFFERED": "1"},
                    start_new_session=True,
                )
                atexit.register(self.kill)
        except OSError as error:
            raise not_started(tried, words[0], error) from None
        self._listener = listener
        self._log = log
        self._sending = threading.Lock()
        self._threads = [
            threading.Thread(target=target, daemon=True) for target in (self._hear, self._overhear)
        ]
        for thread in reversed(self._threads):  # who hears waits for who overhears, at the end
            thread.start()

    def _hear(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(ValueError):
            _pump(_lines(self._process.stdout), self._listener, self._log)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        self._threads[1].join(1.0)  # its last words, before anybody is told that it has ended
        code = self._process.poll()
        self._listener.ended("it closed its stdout" if code is None else f"it ended with exit code {code}")

    def _overhear(self) -> None:
        assert self._process.stderr is not None
        with contextlib.suppress(ValueError):
            for line in self._process.stderr:
                self._log.write("!", line)
                self._listener.aside(line.decode("utf-8", "replace").rstrip())

    def send(self, line: bytes) -> None:
        """Write a line to its stdin."""
        assert self._process.stdin is not None
        self._log.write(">", line)
        with self._sending, contextlib.suppress(OSError, ValueError):
            self._process.stdin.write(line)
            self._process.stdin.flush()

    def close(self) -> None:
        """Close its stdin, wait, then end what is left of it."""
        assert self._process.stdin is not None
        with self._sending, contextlib.suppress(OSError):
            self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        self.kill()

    def kill(self) -> None:
        """End it and its children."""
        atexit.unregister(self.kill)
        if sys.platform == "win32":
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(self._process.pid)], check=False)  # noqa: S603, S607
        else:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(STOP_SECONDS)
        if threading.current_thread() is not self._threads[0]:
            for thread in self._threads:
                thread.join(1.0)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError, ValueError):
                    stream.close()


def _lines(stream: IO[bytes]) -> Iterable[bytes]:
    """Lines of a stream; one that never ends is cut, and is then no message."""
    while line := stream.readline(_LONGEST_LINE):
        yield line


class Door:
    """Where clients dial in: `--client listen:PORT`, loopback unless an address is named.

    Raises:
        TargetError: the port cannot be had.
    """

    def __init__(self, where: str) -> None:
        host, _, port = where.rpartition(":")
        self.host = host.strip("[]") or "127.0.0.1"
        tried = f"--client listen:{where}"
        if not port.isdigit() or int(port) > 65535:  # noqa: PLR2004 - of TCP
            raise TargetError(
                tried, f"{port!r} is no port", "Write --client listen:7420, or listen:0.0.0.0:7420"
            )
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind((self.host, int(port)))
            self._socket.listen(1)
        except OSError as error:
            self._socket.close()
            raise TargetError(
                tried, f"cannot listen there: {error.strerror or error}", "Take another port"
            ) from None
        self.port: int = self._socket.getsockname()[1]

    def wait(self, seconds: float, listener: Listener, log: Log) -> Caller:
        """The next client that dials in.

        Raises:
            TargetError: none did in time.
        """
        self._socket.settimeout(seconds)
        try:
            peer, _ = self._socket.accept()
        except TimeoutError:
            raise TargetError(
                f"--client listen:{self.port}",
                f"no client dialled in within {seconds:g} s",
                f"Start the app that has the driver in it; it connects to {self.host}:{self.port} by TCP or WebSocket",
            ) from None
        return Caller(peer, listener, log, is_browser=websocket.knocks(peer, _KNOCK_SECONDS))

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()


class Caller:
    """A client that has dialled in."""

    def __init__(
        self, peer: socket.socket, listener: Listener, log: Log, *, is_browser: bool = False
    ) -> None:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._peer = peer
        self._listener = listener
        self._log = log
        self._sending = threading.Lock()
        self._stream = peer.makefile("rb")
        self._is_browser = is_browser
        if is_browser:
            try:
                peer.sendall(websocket.accept(self._stream))
            except (websocket.NoWebSocket, OSError) as error:
                self._stream.close()
                peer.close()
                raise TargetError(
                    "--client listen", f"somebody came who is no driver: {error}", "Try again"
                ) from None
        self._thread = threading.Thread(target=self._hear, daemon=True)
        self._thread.start()

    def _hear(self) -> None:
        why = "it closed the connection"
        lines = websocket.messages(self._stream, self._peer) if self._is_browser else _lines(self._stream)
        try:
            with self._stream:
                _pump(lines, self._listener, self._log)
        except websocket.NoWebSocket as error:
            why = f"it sent what is no WebSocket: {error}"
        except (OSError, ValueError, struct.error):
            pass
        self._listener.ended(why)

    def send(self, line: bytes) -> None:
        """Send a line."""
        self._log.write(">", line)
        with self._sending, contextlib.suppress(OSError):
            self._peer.sendall(websocket.frame(line.rstrip(b"\n")) if self._is_browser else line)

    def close(self) -> None:
        """Say that nothing more comes, wait, then hang up."""
        with contextlib.suppress(OSError):
            self._peer.shutdown(socket.SHUT_WR)
        self._thread.join(STOP_SECONDS)
        self.kill()

    def kill(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError):
            self._peer.shutdown(socket.SHUT_RDWR)
        self._peer.close()
        if threading.current_thread() is not self._thread:
            self._thread.join(1.0)


def opener(spec: str, log: Log) -> tuple[Callable[[Listener, float], Connection], Door | None]:
    """What opens a connection, again and again if need be, and the door to be closed in the end."""
    if spec.startswith("listen:"):
        door = Door(spec.removeprefix("listen:"))
        return lambda listener, seconds: door.wait(seconds, listener, log), door
    return lambda listener, _seconds: Program(spec, listener, log), None
