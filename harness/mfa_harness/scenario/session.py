"""The checks of one pytest session, one after another: world, steps, verdict, event."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from mfa_harness import interrupts
from mfa_harness.events import CheckFinished, StepRecord
from mfa_harness.plugin_state import CHECK_KEY, RUN_KEY, WORLD_KEY
from mfa_harness.scenario.judge import judge
from mfa_harness.scenario.run import Run
from mfa_harness.scenario.world import World
from mfa_harness.targets.parse import open_target
from mfa_harness.targets.target import TargetError
from mfa_harness.verdicts import OUR_WORDS, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.suite import Check


_WIDTH: Final = 110  # of a failure in pytest's own report


class ScenarioSession:
    """Tells a run what becomes of each check.

    Args:
        run: its target opened.
        lets_go: closing this session closes the target too: nobody else will.
    """

    def __init__(self, run: Run, *, lets_go: bool = False) -> None:
        self.run = run
        self.lets_go = lets_go
        self.begun = 0.0
        self.records: list[str] = []
        self.world: World | None = None
        self.step_is_ours = True

    @classmethod
    def of_plain_pytest(cls, config: pytest.Config) -> ScenarioSession:
        """The session of a plain `pytest`, by its options.

        Raises:
            pytest.UsageError: the target cannot be used.
        """
        profile = config.getoption("--mfa-profile")
        seed = config.getoption("--mfa-seed")
        client = config.getoption("--mfa-client")
        try:
            target = open_target(
                config.getoption("--mfa-target"), Path(profile) if profile else None, seed, client=client
            )
            target.open()
        except TargetError as error:
            raise pytest.UsageError(str(error)) from error
        words = [*(["--profile", profile] if profile else []), *(["--client", client] if client else [])]
        return cls(Run(target, seed=seed, words=words), lets_go=True)

    def before_scenario(self, item: pytest.Item, scenario: Any) -> None:
        """Make the world of a check."""
        check = item.stash[CHECK_KEY]
        if len(scenario.steps) != len(check.steps):
            raise RuntimeError(
                f"pytest-bdd runs {len(scenario.steps)} steps of {check.id}, not {len(check.steps)}"
            )
        self.world = item.stash[WORLD_KEY] = World(self._run_of(item), check)
        self.records = []
        self.step_is_ours = True
        self.begun = time.perf_counter()

    def reached(self, item: pytest.Item) -> None:
        """The next step is known, and cannot begin."""
        item.stash[WORLD_KEY].position += 1

    def before_step(self, item: pytest.Item, function: Callable[..., object]) -> None:
        """The next step begins; it counts as failed until it has gone well."""
        interrupts.obey()
        item.stash[WORLD_KEY].position += 1
        self.records.append("failed")
        self.step_is_ours = function.__module__.partition(".")[0] == __package__.partition(".")[0]

    def after_step(self, item: pytest.Item) -> None:  # noqa: ARG002 - the hook's own
        """The step has gone well."""
        self.records[-1] = "passed"

    def report(self, item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
        """Judge a check when it has run, and put the verdict in pytest's words."""
        check = item.stash[CHECK_KEY]
        error = call.excinfo.value if call.excinfo else None
        if call.when != "call" and error is None:
            return
        if isinstance(error, (KeyboardInterrupt, pytest.exit.Exception)):
            return
        if error is not None:
            interrupts.obey()  # then it is what somebody's code made of the interrupt, and no verdict
        if error is not None and not self.step_is_ours and not isinstance(error, OUR_WORDS):
            self.abandon()
            return  # somebody's own step: pytest says best what is wrong with it
        world = item.stash.get(WORLD_KEY, None) or World(self._run_of(item), check)
        item.stash.setdefault(WORLD_KEY, world)
        del item.stash[WORLD_KEY]  # with all that is in it: pytest keeps items to the end of its session
        with interrupts.held():
            event = judge(
                world, error, records=self._step_records(check), seconds=time.perf_counter() - self.begun
            )
            self.world = None
            _let_go(world)
            world.run.emit(event)
            _put_in_pytests_words(event, report)
        interrupts.obey()

    def _run_of(self, item: pytest.Item) -> Run:
        return item.stash.get(RUN_KEY, self.run)

    def _step_records(self, check: Check) -> tuple[StepRecord, ...]:
        outcomes = [*self.records, *["skipped"] * (len(check.steps) - len(self.records))]
        return tuple(
            StepRecord(step.keyword, step.text, outcome)
            for step, outcome in zip(check.steps, outcomes, strict=False)
        )

    def abandon(self) -> None:
        """Delete what a scenario made that will come to no verdict: one that was interrupted."""
        if self.world is not None:
            world, self.world = self.world, None
            with interrupts.held():
                _let_go(world)

    def close(self) -> None:
        """Let go of a scenario under way, and of the target if that is ours to do."""
        self.abandon()
        if self.lets_go:
            self.run.leftovers.extend(self.run.target.close())


def _let_go(world: World) -> None:
    """Delete what a scenario made; who is asked twice to stop leaves it there, and says so."""
    try:
        world.run.leftovers.extend(world.close())
    except KeyboardInterrupt:
        world.run.leftovers.append(f"what {world.check.id} made: interrupted while it was deleted")


def _put_in_pytests_words(event: CheckFinished, report: pytest.TestReport) -> None:
    if event.verdict is Verdict.NOT_APPLICABLE:
        report.outcome = "skipped"
        report.longrepr = (event.feature, event.line, f"n/a: {event.reason}")
    elif event.verdict.condemns:
        from mfa_harness.reports.layout import explained  # noqa: PLC0415 - for failures only

        report.outcome = "failed"
        report.longrepr = "\n".join(explained(event, _WIDTH))
    else:
        report.outcome = "passed"
        report.longrepr = None
