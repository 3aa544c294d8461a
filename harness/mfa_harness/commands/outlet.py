"""Where a command that takes its time prints: on and on, though its reader may go (`| head`)."""

from __future__ import annotations

import io
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def outlet(stream: TextIO) -> Iterator[TextIO]:
    """The stream by a descriptor of its own: while a scenario runs, pytest has its hands on the usual one."""
    try:
        descriptor = os.dup(stream.fileno())
    except OSError:  # a stream that is no file, in somebody's test
        yield stream
        return
    stream.flush()
    with _Outlet(
        os.fdopen(descriptor, "wb"), stream.encoding, "backslashreplace", line_buffering=True
    ) as opened:
        yield opened


class _Outlet(io.TextIOWrapper):
    """Goes on in silence when nobody reads any more: what runs has an exit code to come to, and reports to write."""

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except BrokenPipeError:
            mute(self)
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except BrokenPipeError:
            mute(self)

    def close(self) -> None:
        try:
            super().close()
        except BrokenPipeError:
            mute(self)
            super().close()


def mute(stream: TextIO) -> None:
    """Let what a stream still holds, and all that is to come, go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
