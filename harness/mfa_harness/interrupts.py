"""Ctrl-C, and the signals by which others end a program: noted once, obeyed, and never lost.

Python raises KeyboardInterrupt wherever the main thread happens to be, which may be where nobody lets it pass: in a
destructor, in a callback from C, below somebody's broad `except`. So a signal is noted as well as raised, and who
begins something new asks (`obey`). Where something has to be ended in good order, reports above all, it is noted only
(`held`); who asks a second time there means it, and is obeyed at once.
"""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Generator
    from sys import UnraisableHookArgs

_SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
_MEANT: Final = 2


@dataclass
class _State:
    asked: bool = False
    held: bool = False
    times: int = 0
    """How often it was asked for since it is held."""


_state = _State()


def _note(_number: int, _frame: object) -> None:
    _state.asked = True
    if _state.held:
        _state.times += 1
        if _state.times < _MEANT:
            return
    raise KeyboardInterrupt


@contextmanager
def listened_for() -> Generator[None, None, None]:
    """Take SIGTERM and SIGHUP for Ctrl-C, and note all three. Whoever is deaf to one (nohup) stays so.

    Does nothing outside the main thread, which alone is told of signals, and nothing within itself.
    """
    global _state  # noqa: PLW0603 - signals are the process's own
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGINT) is _note:
        yield
        return
    _state = _State()
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    complain = sys.unraisablehook

    def thrown_away(what: UnraisableHookArgs) -> None:
        if not issubclass(what.exc_type, KeyboardInterrupt):  # which is noted, and will be obeyed
            complain(what)

    try:
        sys.unraisablehook = thrown_away
        for number, handler in before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, _note)
        yield
    finally:
        sys.unraisablehook = complain
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        _state = _State()


def asked() -> bool:
    """Whether somebody has asked to stop."""
    return _state.asked


def obey() -> None:
    """Stop here if somebody has asked to.

    Raises:
        KeyboardInterrupt: somebody has.
    """
    if _state.asked:
        raise KeyboardInterrupt


@contextmanager
def held() -> Generator[None, None, None]:
    """End something in good order: a first signal is noted only."""
    before = _state.held, _state.times
    _state.held, _state.times = True, 0
    try:
        yield
    finally:
        _state.held, _state.times = before


@contextmanager
def allowed() -> Generator[None, None, None]:
    """Something within `held` that may be broken off at any point.

    Raises:
        KeyboardInterrupt: a signal came, before or within.
    """
    before = _state.held
    try:
        _state.held = False
        obey()
        yield
    finally:
        _state.held = before


def hold() -> None:
    """Hold signals from here on, in a process that was forked of one that listens; one that came before counts."""
    _state.held, _state.times = True, -(10**9)
