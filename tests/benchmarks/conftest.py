"""Speed, as a ratio to a floor that was timed in the same run: figures differ by machine, ratios hardly.

A test that takes `ratio` runs only when benchmarks are asked for:
`pytest tests/benchmarks --benchmark-only`.
"""

from __future__ import annotations

import gc
import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from _pytest.terminal import TerminalReporter
    from pytest_benchmark.fixture import BenchmarkFixture

ROUND_SECONDS = 0.02  # long enough for the timer, short enough that both sides meet the same weather


@dataclass(frozen=True)
class Measured:
    """One ratio: how fast the subject is beside its floor, and whether that is the goal."""

    name: str
    ratio: float
    goal: float
    at_most: bool
    floor_seconds: float
    subject_seconds: float

    @property
    def met(self) -> bool:
        """Whether the ratio is on the right side of the goal."""
        return self.ratio <= self.goal if self.at_most else self.ratio >= self.goal


class Ratio(Protocol):
    """What the fixture `ratio` is.

    `at_least=0.7`: the subject does at least 0.7 times as many calls a second as the floor.
    `at_most=1.5`: a call of the subject takes at most 1.5 times as long as one of the floor.
    """

    def __call__(
        self,
        name: str,
        subject: Callable[[], object],
        floor: Callable[[], object],
        *,
        at_least: float | None = None,
        at_most: float | None = None,
        rounds: int = 31,
    ) -> Measured:
        """Times both, alternately, and reports the median of the rounds' ratios at the end of the session."""
        ...


_measured = pytest.StashKey[list[Measured]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_measured] = []


@pytest.fixture
def ratio(benchmark: BenchmarkFixture, request: pytest.FixtureRequest) -> Ratio:
    """Times a subject against its floor; takes `benchmark`, so pytest-benchmark selects and stores it."""

    def measure(
        name: str,
        subject: Callable[[], object],
        floor: Callable[[], object],
        *,
        at_least: float | None = None,
        at_most: float | None = None,
        rounds: int = 31,
    ) -> Measured:
        goal = at_most if at_least is None else at_least
        assert goal is not None, "a ratio needs a goal: at_least or at_most"
        pairs = list(_alternate(subject, floor, rounds))
        each = [mine / base if at_least is None else base / mine for mine, base in pairs]
        measured = Measured(
            name=name,
            ratio=statistics.median(each),
            goal=goal,
            at_most=at_least is None,
            floor_seconds=min(base for _, base in pairs),
            subject_seconds=min(mine for mine, _ in pairs),
        )
        request.config.stash[_measured].append(measured)
        info: dict[str, Any] = benchmark.extra_info
        info |= {"ratio": measured.ratio, "goal": goal, "met": measured.met}
        benchmark.pedantic(subject, rounds=5, iterations=_calls_a_round(subject))  # type: ignore[no-untyped-call]
        return measured

    return measure


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    measured = config.stash[_measured]
    if not measured:
        return
    width = max(len(each.name) for each in measured)
    terminalreporter.section("ratios to the floor of this run")
    for each in measured:
        terminalreporter.write_line(
            f"{each.name:{width}}  {each.ratio:6.2f}  {'<=' if each.at_most else '>='} {each.goal:.2f}  "
            f"{'met' if each.met else 'NOT MET':7}  "
            f"{each.subject_seconds * 1e6:10.2f} us against {each.floor_seconds * 1e6:.2f} us",
        )


def _alternate(
    subject: Callable[[], object],
    floor: Callable[[], object],
    rounds: int,
) -> Iterator[tuple[float, float]]:
    """Seconds a call of the subject and of the floor, round by round."""
    mine, base = _calls_a_round(subject), _calls_a_round(floor)
    enabled = gc.isenabled()
    gc.disable()  # a collection would fall on whichever side happens to be running
    try:
        for _ in range(rounds):
            yield _seconds_a_call(subject, mine), _seconds_a_call(floor, base)
    finally:
        if enabled:
            gc.enable()


def _calls_a_round(function: Callable[[], object]) -> int:
    calls = 1
    while (seconds := _seconds_a_call(function, calls)) * calls < ROUND_SECONDS / 4:
        calls *= 4
    return max(1, round(ROUND_SECONDS / seconds))


def _seconds_a_call(function: Callable[[], object], calls: int) -> float:
    repeat = [None] * calls
    start = time.perf_counter()
    for _ in repeat:
        function()
    return (time.perf_counter() - start) / calls
