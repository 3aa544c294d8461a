"""Does the suite catch every fault? Runs checks against the reference server with each fault, and tells who caught it.

One fault is one run with a target of its own; one pytest session serves them all, with a copy of each check for each
fault. A fault is *killed* by a check that passes on the clean server and does not on the one with the fault. Checks
are *bound* to the faults that they are there to catch, in `bindings.toml`.
"""

from __future__ import annotations

import copy
import multiprocessing
from concurrent.futures import ProcessPoolExecutor, wait
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from mfa_harness import bindings, interrupts, suite
from mfa_harness.events import CheckFinished
from mfa_harness.faults import ALL_FAULTS
from mfa_harness.kill_matrix import CONTROL, Matrix, Row, problems_of
from mfa_harness.plugin_state import CHECK_KEY, RUN_KEY
from mfa_harness.pytest_run import conduct
from mfa_harness.scenario.run import Run
from mfa_harness.scenario.session import ScenarioSession
from mfa_harness.targets.reference import ReferenceTarget
from mfa_harness.verdicts import Verdict
from mfa_simulators.server import ReferenceServer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from mfa_harness.events import Event

_MOST_IN_ONE_SERVER = 2_000
_TOLD_EVERY_SECONDS = 0.5

Wanted = dict[str, tuple[str, ...]]
"""Which checks are run against which fault, by slug and check id."""


def _nobody(_done: int, _planned: int) -> None:
    """Nobody wants to know how far it is."""


def self_test(
    *, full: bool = False, seed: str = "0", workers: int = 1, tell: Callable[[int, int], None] = _nobody
) -> Matrix:
    """Run the suite against every fault.

    Args:
        full: every check against every fault, not only those bound to it.
        seed: of the runs.
        workers: processes to share the faults between; one is one pytest session.
        tell: told how many checks are done, and of how many, while it goes on.

    Raises:
        BindingsError: the bindings name a fault or check that does not exist.
    """
    checks = suite.checks()
    bound = bindings.load(checks, ALL_FAULTS)
    everything = tuple(check.id for check in checks)
    clean = {CONTROL: everything if full else tuple(sorted({id_ for ids in bound.values() for id_ in ids}))}
    wanted: Wanted = {slug: everything if full else bound.get(slug, ()) for slug in ALL_FAULTS} | clean
    planned = sum(map(len, wanted.values()))
    caught, interrupted = _caught(wanted, seed, workers, lambda done: tell(done, planned))
    finished = [slug for slug, ids in wanted.items() if len(caught.get(slug, ())) == len(ids)]
    rows = tuple(_row(slug, caught.get(slug, []), bound.get(slug, ())) for slug in finished)
    return Matrix(
        rows=rows,
        problems=tuple(problems_of(rows, bound, interrupted=interrupted)),
        planned=len(wanted),
        full=full,
        checks_run=sum(map(len, caught.values())),
        interrupted=interrupted,
    )


def _caught(
    wanted: Wanted, seed: str, workers: int, tell: Callable[[int], None]
) -> tuple[dict[str, list[CheckFinished]], bool]:
    if workers == 1:
        _counting.start(tell)
        return run_against(wanted, seed)
    shares = [dict(list(wanted.items())[number::workers]) for number in range(workers)]
    done = multiprocessing.Value("l", 0)
    with ProcessPoolExecutor(workers, initializer=_begin_share, initargs=(done,)) as pool:
        tasks = [pool.submit(run_against, share, seed) for share in shares]
        try:
            with interrupts.allowed():
                while wait(tasks, _TOLD_EVERY_SECONDS).not_done:
                    tell(done.value)
        except KeyboardInterrupt:
            for worker in multiprocessing.active_children():
                worker.terminate()  # which it takes for Ctrl-C, and hands back what it has
        results = [task.result() for task in tasks]
    merged = {slug: events for caught, _ in results for slug, events in caught.items()}
    return merged, any(interrupted for _, interrupted in results)


def _begin_share(done: Any) -> None:
    """What a process of several begins with."""
    interrupts.hold()
    _counting.start_shared(done)


def run_against(wanted: Wanted, seed: str) -> tuple[dict[str, list[CheckFinished]], bool]:
    """Run checks against faults, in one pytest session.

    Returns:
        The verdicts for each fault by slug, and whether it was interrupted.
    """
    # Making a server costs as much as ten checks, keeping all that thousands of checks leave in it costs gigabytes.
    few = sum(map(len, wanted.values())) < _MOST_IN_ONE_SERVER
    server = ReferenceServer(seed=seed) if few else None
    runs = {
        slug: Run(ReferenceTarget([slug], seed=seed, server=server), seed=seed, reporters=[_counting])
        for slug in wanted
    }
    session = (ScenarioSession if few else _OneServerAtATime)(runs[next(iter(runs))])
    interrupted = conduct(session, _files(wanted), _copies(wanted, runs))
    return {slug: _verdicts(run) for slug, run in runs.items()}, interrupted


class _Counting:
    """Counts the checks that are done, in this process or for all of them."""

    def __init__(self) -> None:
        self._done = 0
        self._tell: Callable[[int], None] | None = None
        self._shared: Any = None

    def start(self, tell: Callable[[int], None]) -> None:
        """Begin at nothing, in this process."""
        self._done, self._tell, self._shared = 0, tell, None

    def start_shared(self, done: Any) -> None:
        """Begin in a process that is one of several; `done` is a `multiprocessing.Value` of theirs."""
        self._tell, self._shared = None, done

    def on_event(self, event: Event) -> None:
        """One check more, perhaps."""
        if not isinstance(event, CheckFinished):
            return
        self._done += 1
        if self._tell is not None:
            self._tell(self._done)
        if self._shared is not None:
            with self._shared.get_lock():
                self._shared.value += 1

    def close(self) -> None:
        """Nothing is open."""


_counting = _Counting()


class _OneServerAtATime(ScenarioSession):
    """Lets go of a fault's server, and of the hundreds of environments in it, when the next fault's turn comes."""

    def before_scenario(self, item: pytest.Item, scenario: Any) -> None:
        run = item.stash[RUN_KEY]
        if run is not self.run:
            self.run.target.close()
            self.run = run
        super().before_scenario(item, scenario)


def _files(wanted: Wanted) -> list[Path]:
    asked = {id_ for ids in wanted.values() for id_ in ids}
    return [check.path for check in suite.checks() if check.id in asked]


def _verdicts(run: Run) -> list[CheckFinished]:
    return [
        msgspec.structs.replace(event, exchanges=())
        for event in run.events
        if isinstance(event, CheckFinished)
    ]


class _copies:  # noqa: N801 - called like a function
    """Chooses, for each fault, a copy of each check that is run against it."""

    def __init__(self, wanted: Wanted, runs: Mapping[str, Run]) -> None:
        self.wanted = wanted
        self.runs = runs

    def __call__(self, items: list[pytest.Item]) -> list[pytest.Item]:
        by_id = {item.stash[CHECK_KEY].id: item for item in items}
        return [
            self._copy(by_id[id_], slug, number)
            for number, (slug, ids) in enumerate(self.wanted.items())
            for id_ in ids
        ]

    def _copy(self, item: pytest.Item, slug: str, number: int) -> pytest.Item:
        assert isinstance(item, pytest.Function)
        twin = pytest.Function.from_parent(
            item.parent,
            name=f"{item.name}@{number}",
            callspec=copy.copy(getattr(item, "callspec", None)),
            callobj=item.obj,
            fixtureinfo=item._fixtureinfo,  # noqa: SLF001 - what pytest itself hands on
            originalname=item.originalname,
        )
        twin.stash[CHECK_KEY] = item.stash[CHECK_KEY]
        twin.stash[RUN_KEY] = self.runs[slug]
        twin.repr_failure = item.repr_failure  # type: ignore[method-assign]
        return twin


def _row(slug: str, events: Sequence[CheckFinished], bound: tuple[str, ...]) -> Row:
    kills = (Verdict.FAIL, Verdict.WARN, Verdict.BLOCKED)
    killed_by = tuple(event.id for event in events if event.verdict in kills)
    return Row(
        id=ALL_FAULTS[slug].id,
        slug=slug,
        sentence=ALL_FAULTS[slug].sentence,
        requirement=ALL_FAULTS[slug].requirement,
        killed=bool(killed_by),
        killed_by=killed_by,
        bound=bound,
        broken=tuple(event.id for event in events if event.verdict is Verdict.ERROR),
    )
