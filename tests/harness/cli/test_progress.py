from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING

from mfa_harness.commands.progress import progress_line

if TYPE_CHECKING:
    import pytest


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_is_told_how_far_it_is_and_how_long_it_will_take(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    out = Terminal()
    with progress_line(out) as tell:
        for second, done in ((0, 0), (60, 10), (70, 110)):
            now[0] = 100.0 + second
            tell(done, 1010)
        assert out.getvalue().split("\r\x1b[K")[1:] == [
            "0 of 1010 checks",
            "10 of 1010 checks",
            "110 of 1010 checks, about 2 min more",
        ]
    assert out.getvalue().endswith("\r\x1b[K")


def test_a_pipe_is_told_nothing() -> None:
    out = io.StringIO()
    with progress_line(out) as tell:
        tell(1, 2)
    assert out.getvalue() == ""
