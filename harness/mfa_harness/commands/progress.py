"""A line on a terminal that says how far a long command is; nothing anywhere else."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

_EVERY_SECONDS: Final = 0.2
_KNOWN_AFTER_SECONDS: Final = 3.0
"""How long to look at the pace before saying what is left."""
_MINUTE: Final = 60


@contextmanager
def progress_line(out: TextIO) -> Generator[Callable[[int, int], None], None, None]:
    """What is told how many checks are done, and of how many; the line is gone in the end.

    Args:
        out: where it stands, rewritten in place; silent where that is no terminal.
    """
    if not out.isatty():
        yield lambda _done, _planned: None
        return
    begun: tuple[int, float] | None = None
    shown = 0.0

    def tell(done: int, planned: int) -> None:
        nonlocal begun, shown
        now = time.monotonic()
        if begun is None and done:
            begun = done, now  # setting up is no measure of what is left
        if now - shown < _EVERY_SECONDS:
            return
        shown = now
        left = ""
        if begun is not None and now - begun[1] > _KNOWN_AFTER_SECONDS:
            left = _about((now - begun[1]) * (planned - done) / max(1, done - begun[0]))
        out.write(f"\r\x1b[K{done} of {planned} checks{left}")
        out.flush()

    try:
        yield tell
    finally:
        out.write("\r\x1b[K")
        out.flush()


def _about(seconds: float) -> str:
    if seconds < _MINUTE:
        return f", about {max(1, round(seconds))} s more"
    return f", about {round(seconds / _MINUTE)} min more"
