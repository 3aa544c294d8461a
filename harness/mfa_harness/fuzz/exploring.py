"""The exploration of one target: stories until the budget is spent, findings on the way, and what was reached."""

from __future__ import annotations

import gc
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import msgspec
from hypothesis import seed as seeded
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from mfa_harness import interrupts
from mfa_harness.fuzz.breaches import FuzzBreach, breach_of
from mfa_harness.fuzz.choosing import Chooser
from mfa_harness.fuzz.drawing import same_everywhere
from mfa_harness.fuzz.findings import Finding, confirm, finding_of
from mfa_harness.fuzz.machine import machine_of, openings, quick_settings
from mfa_harness.fuzz.rules import RULES, Repertoire
from mfa_harness.fuzz.shrinking import shrink
from mfa_harness.fuzz.stage import why_not
from mfa_harness.fuzz.telling import Teller, Told, tell
from mfa_harness.targets.reference import ReferenceTarget
from mfa_harness.targets.target import TargetError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mfa_harness.events import Exchange
    from mfa_harness.fuzz.judge import Deviation
    from mfa_harness.fuzz.model import Account, Model
    from mfa_harness.fuzz.words import Act, Opening
    from mfa_harness.scenario.run import Run

_SELDOM: Final = (50_000, 20, 100)
_ROUND: Final = 1_000_003  # rounds of neighbouring seeds share nothing


class _Enough(KeyboardInterrupt):
    """The budget is spent: the one kind of exception that Hypothesis lets through as it is."""


@dataclass
class Reached:
    """What was exercised: rules, ways of the gate, requirements."""

    rules: Counter[str] = field(default_factory=Counter)
    transitions: Counter[tuple[str, str]] = field(default_factory=Counter)
    requirements: Counter[str] = field(default_factory=Counter)


class Explorer:
    """Explores one target.

    Args:
        run: with the target, opened.
        seed: the same seed gives the same stories.
        steps: how many acts at most; None for no bound.
        seconds: how long at most; None for no bound.
        known: requirements whose breach is no news.
        only_first: stop at the first finding, and keep it as it was found.
        watch: told after every step, for a live line.
    """

    def __init__(
        self,
        run: Run,
        *,
        seed: int = 0,
        steps: int | None = None,
        seconds: float | None = None,
        known: Iterable[str] = (),
        only_first: bool = False,
        watch: Callable[[Explorer], None] = lambda _explorer: None,
    ) -> None:
        self.run = run
        self.profile = run.target.profile
        self.seed = seed
        self.most_steps = steps
        self.most_seconds = seconds
        self.known = set(known)
        self.met: Counter[str] = Counter()
        self.findings: list[Finding] = []
        self.exchanges: dict[str, tuple[Exchange, ...]] = {}
        self.reached = Reached()
        self.steps = 0
        self.begun = time.perf_counter()
        self.only_first = only_first
        self.watch = watch
        self.settings: dict[str, Any] = {}
        if isinstance(run.target, ReferenceTarget):
            self.settings["token_algorithm"] = "ES256"  # noqa: S105 - quicker to sign, and nothing here depends on it
        self.reachable = {
            name: each for name, each in RULES.items() if all(self.profile.has(need) for need in each.needs)
        }
        self._repertoire = Repertoire(self.reachable.values())
        self.cannot_open: dict[str, str] = {}
        self.openings = list(self._arrangeable(openings(self.profile)))
        self.gone = ""
        self.chance = random.Random(seed)  # noqa: S311 - no secret is made of it
        self.chooser = Chooser(self.chance)
        self._found: Told | None = None
        self._unreachable = ""

    @property
    def unreachable(self) -> dict[str, str]:
        """The rules that the profile cannot reach, and why."""
        return {
            name: next(reason for need in each.needs if (reason := self.profile.why_not(need)))
            for name, each in RULES.items()
            if name not in self.reachable
        }

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.perf_counter() - self.begun

    def explore(self) -> None:
        """Tell stories until the budget is spent; findings are shrunk and confirmed as they come.

        Raises:
            TargetError: no story can be begun.
        """
        rounds = 0
        gc.freeze()  # what is there by now stays, and need not be looked through again and again
        gc.set_threshold(*_SELDOM)
        if not self.openings:
            raise self._nothing_to_explore(next(iter(self.cannot_open.values()), "no method can be enrolled"))
        while not (self._spent or self.gone or (self.only_first and self.findings)):
            machine = seeded(self.seed * _ROUND + rounds)(machine_of(self))
            rounds += 1
            self._found = None
            steps = self.steps
            if isinstance(self.run.target, ReferenceTarget):
                self.run.target.close()  # and with it a hundred environments, which cost more than a new server
                gc.collect()
            try:
                with same_everywhere():
                    run_state_machine_as_test(machine, settings=quick_settings())
            except _Enough:
                break
            except (FuzzBreach, Flaky, BaseExceptionGroup):
                if self._found is None:
                    raise
            if self._found is not None:
                self._take(self._found)
            elif self.steps == steps:
                raise self._nothing_to_explore(self._unreachable)

    def tell_again(self, finding: Finding) -> None:
        """Tell a story that was found before; where it still breaks something, it is found again."""
        if finding.requirement in self.known or self._spent:
            return
        told = tell(self.run, finding.story, wanted=finding.requirement, **self.settings)
        self.steps += len(told.acts)
        if told.deviation is not None and told.deviation.requirement not in self.known:
            self.met[told.deviation.requirement] += 1
            self._take(told)

    def _arrangeable(self, wanted: Iterable[Opening]) -> Iterator[Opening]:
        """The openings that the target can be brought to; why not the others is kept."""
        refused: dict[Opening, str] = {}
        for opening in wanted:
            if opening not in refused:
                refused[opening] = why_not(self.run, opening)
            if refused[opening]:
                self.cannot_open[opening.settings] = refused[opening]
            else:
                yield opening

    def _nothing_to_explore(self, why: str) -> TargetError:
        target = self.run.target
        mend = "`mfa-harness doctor` says what the profile lacks"
        return TargetError(f"fuzz {target.name!r}", f"no story can be begun there: {why}", mend)

    @property
    def _spent(self) -> bool:
        out_of_steps = self.most_steps is not None and self.steps >= self.most_steps
        return out_of_steps or (self.most_seconds is not None and self.seconds >= self.most_seconds)

    def _take(self, told: Told) -> None:
        deviation = told.deviation
        assert deviation is not None
        steps = self.steps
        if self.only_first:
            self.findings.append(finding_of(told, deviation, steps=steps, target=self.run.target.name))
            return
        if deviation.fatal and not self._answers():
            self.gone = self.gone or deviation.got
        try:
            finding = self._confirmed(told, steps)
        except KeyboardInterrupt:  # as it was found, then
            self.findings.append(finding_of(told, deviation, steps=steps, target=self.run.target.name))
            raise
        except TargetError as error:  # it was started again, and does not come up
            finding, self.gone = None, str(error)
        if finding is None:  # it cannot be told again: nobody is there to hear it
            finding = finding_of(told, deviation, steps=steps, target=self.run.target.name)
            finding = msgspec.structs.replace(finding, again=1, of=1)
        self.findings.append(finding)
        self.known.add(deviation.requirement)
        self.watch(self)

    def _answers(self) -> bool:
        """Whether a target that gave no answer gives any now: it may have been started again."""
        if self.gone:
            return False
        teller = Teller(self.run, self.openings[0], **self.settings)
        self.end(teller)
        return teller.told.deviation is None

    def _confirmed(self, told: Told, steps: int) -> Finding | None:
        if self.gone:
            return None
        shortest = shrink(self.run, told, **self.settings)
        finding = confirm(self.run, shortest, steps=steps, **self.settings)
        self.exchanges[finding.id] = shortest.exchanges
        return finding

    # -- what the state machine asks for -------------------------------------------------------------------------

    def begin(self, opening: Opening) -> Teller:
        """A story in an environment of its own."""
        interrupts.obey()
        if self._spent or self.gone:
            raise _Enough
        teller = Teller(self.run, opening, **self.settings)
        self._unreachable = teller.unreachable
        teller.look_around(self._is_known)
        if teller.told.deviation is not None:
            self._meet(teller, teller.told.deviation)
        return teller

    def offers(self, teller: Teller | None) -> dict[str, list[Act]]:
        """What each rule offers now."""
        if teller is None:
            return {}
        return self._repertoire.offered(teller.model)

    def act(self, teller: Teller, act: Act) -> None:
        """One act.

        Raises:
            FuzzBreach: it broke a requirement whose breach is news.
        """
        interrupts.obey()
        if self._spent:
            raise _Enough
        before = standing(teller.model, teller.model.accounts[act.who])
        teller.act(act)
        self.steps += 1
        self.reached.rules[act.rule] += 1
        self.reached.transitions[before, standing(teller.model, teller.model.accounts[act.who])] += 1
        if teller.asked:
            self.reached.requirements[teller.asked] += 1
        self.watch(self)
        if teller.told.deviation is not None:
            self._meet(teller, teller.told.deviation)

    def _is_known(self, requirement: str) -> bool:
        """Whether a breach is no news; if so it counts as met."""
        if requirement in self.known:
            self.met[requirement] += 1
            return True
        return False

    def _meet(self, teller: Teller, deviation: Deviation) -> None:
        if self._is_known(deviation.requirement):
            teller.pass_over(self.known.__contains__)
            return
        self.met[deviation.requirement] += 1
        self._found = self._found or teller.told
        raise breach_of(deviation.requirement)(deviation.required, deviation.got)

    def end(self, teller: Teller) -> None:
        """A story is over."""
        try:
            self.run.leftovers.extend(teller.close())
        except TargetError as error:  # it was started again, and does not come up
            self.gone = str(error)


def standing(model: Model, account: Account) -> str:
    """Where somebody stands at the gate: nobody, out, expired, gated or full."""
    if not account.browsers:
        return "nobody"
    browser = account.front
    if not browser.open or browser.ended_by:
        return "out"
    if model.now >= browser.expires:
        return "expired"
    return "gated" if browser.gated else "full"
