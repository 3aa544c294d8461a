"""The checks of one run, shared between processes: where the target is part of the process, each has a copy of it.

A share is every n-th check. The events come back in the order of the checks, so that the run reads as if one process
had carried it out.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import traceback
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Final

from mfa_harness import interrupts
from mfa_harness.events import CheckFinished
from mfa_harness.pytest_run import conduct, in_order
from mfa_harness.scenario.session import ScenarioSession

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection

    from mfa_harness.events import Event
    from mfa_harness.scenario.run import Run
    from mfa_harness.suite import Check

MOST: Final = 4
"""Beyond that, collecting the suite once more costs what another process saves."""
_FEWEST_CHECKS: Final = 40
"""For fewer, a process of their own is not worth its start."""


def can_share() -> bool:
    """Whether this system can copy a process that runs; macOS can, but what its libraries hold does not survive it."""
    return sys.platform == "linux"


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if can_share() else os.cpu_count() or 1


def workers_for(checks: int) -> int:
    """How many processes to share so many checks between, on this machine."""
    if not can_share():
        return 1
    return max(1, min(MOST, cores(), checks // _FEWEST_CHECKS))


def conduct_shared(run: Run, checks: Sequence[Check], workers: int) -> bool:
    """Carry out the checks in so many processes; `run` is told of each, in order.

    Args:
        run: its target opened, but nothing arranged on it yet.
        checks: what to carry out.
        workers: how many processes, two or more.

    Returns:
        Whether somebody interrupted it.

    Raises:
        RuntimeError: a process ended before its time, or failed: a bug of ours.
    """
    forking = multiprocessing.get_context("fork")
    merged = _Merged(run)
    shares = []
    for number in range(workers):
        here, there = forking.Pipe(duplex=False)
        process = forking.Process(target=_carry_out, args=(run, checks, number, workers, there))
        process.start()
        there.close()
        shares.append((process, here))
    sources: list[Connection] = [here for _, here in shares]
    try:
        with interrupts.allowed():
            merged.drain(sources, obeying=True)
    except KeyboardInterrupt:
        for process, _ in shares:
            process.terminate()  # which it takes for Ctrl-C
        merged.drain(sources)
    for process, _ in shares:
        process.join()
    return merged.end()


class _Merged:
    """Tells a run of the events of all shares, in the order of the checks."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._early: dict[int, list[Event]] = {}
        self._next = 0
        self._interrupted = False
        self._failed = ""

    def drain(self, sources: list[Connection], *, obeying: bool = False) -> None:
        """Take what comes until every source has ended, and been taken out of the list.

        Raises:
            KeyboardInterrupt: somebody has asked to stop, and that is to be obeyed.
        """
        while sources:
            if obeying:
                interrupts.obey()  # a signal that came while a reporter wrote was only noted
            for source in wait(sources):
                assert isinstance(source, multiprocessing.connection.Connection)
                try:
                    self._take(*source.recv())
                except EOFError:
                    sources.remove(source)

    def _take(self, what: str, value: Any) -> None:
        if what == "check":
            position, events = value
            self._early[position] = events
            while self._next in self._early:
                self._tell(self._next)
                self._next += 1
        elif what == "end":
            self._interrupted |= value[0]
            self._run.leftovers.extend(value[1])
        else:
            self._failed = value

    def _tell(self, position: int) -> None:
        for event in self._early.pop(position):
            self._run.emit(event)

    def end(self) -> bool:
        """Tell what is left, where an interruption left gaps; whether there was one."""
        if self._failed:
            raise RuntimeError(f"a process that carried out checks failed:\n{self._failed}")
        for position in sorted(self._early):
            self._tell(position)
        return self._interrupted or interrupts.asked()


def _carry_out(run: Run, checks: Sequence[Check], number: int, workers: int, pipe: Connection) -> None:
    """What each process does: its share, telling the process that asked."""
    mine = range(number, len(checks), workers)
    share = [checks[position] for position in mine]
    # A copy, whose listeners listen in the process that it was copied from.
    run.reporters, run.events = (_Sender(pipe, mine),), []
    try:
        interrupted = conduct(ScenarioSession(run), (check.path for check in share), in_order(share))
        pipe.send(("end", (interrupted, [*run.leftovers, *run.target.close()])))
    except Exception:  # noqa: BLE001 - whatever it is, it is told by the process that a person watches
        pipe.send(("failed", traceback.format_exc()))


class _Sender:
    """Sends what a run tells about each check, once the check has ended."""

    def __init__(self, pipe: Connection, positions: range) -> None:
        self._pipe = pipe
        self._positions = iter(positions)
        self._events: list[Event] = []

    def on_event(self, event: Event) -> None:
        """Keep it, and send all that belongs to one check together."""
        self._events.append(event)
        if isinstance(event, CheckFinished):
            self._pipe.send(("check", (next(self._positions), self._events)))
            self._events = []

    def close(self) -> None:
        """Nothing is open."""
