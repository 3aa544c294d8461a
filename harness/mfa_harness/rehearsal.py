"""A dress rehearsal, for the doctor: the suite on our reference server, cast as a target with somebody's profile.

What a run against that target would find not applicable is found so here, by the same steps, in seconds and without a
request to it. Requests are counted, and waits too, which the understudy's clock leaps over.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

from mfa_harness import suite
from mfa_harness.events import CheckFinished
from mfa_harness.pytest_run import conduct, in_order
from mfa_harness.scenario.run import Run
from mfa_harness.scenario.session import ScenarioSession
from mfa_harness.targets.addresses import Addresses
from mfa_harness.targets.contact import Contact
from mfa_harness.targets.findings import Rehearsal
from mfa_harness.targets.living import too_long
from mfa_harness.targets.reference import ReferenceEnvironment, ReferenceTarget
from mfa_harness.verdicts import NotApplicable, Verdict
from mfa_simulators.clock import OffsetClock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfa_harness.events import Event
    from mfa_harness.targets.profile import Profile
    from mfa_harness.targets.target import Target
    from mfa_simulators.clock import Clock

_SECONDS_A_CHECK: Final = 0.013
"""What a check takes on our own server in process."""


@runtime_checkable
class _Choosy(Protocol):
    """A target that can say beforehand what it would refuse."""

    profile: Profile

    def would_refuse(self, settings: Mapping[str, Any], *, locks_out: bool, scenario: str = "") -> str: ...


def rehearse(target: Target, tell: Callable[[int, int], None]) -> Rehearsal:
    """What a run against an opened target would come to.

    Args:
        target: is asked for nothing but its profile, and what it would refuse.
        tell: told how many checks are done, and of how many.

    Raises:
        KeyboardInterrupt: somebody has had enough.
    """
    checks = suite.checks()
    if isinstance(target, ReferenceTarget):
        return Rehearsal(len(checks), own_seconds=len(checks) * _SECONDS_A_CHECK)
    if not isinstance(target, _Choosy):
        raise TypeError(f"{target.label} does not say what it would refuse")
    understudy = _Understudy(target)
    listener = _Listener(lambda done: tell(done, len(checks)))
    begun = time.perf_counter()
    run = Run(understudy, seed="rehearsal", reporters=[listener])
    interrupted = conduct(ScenarioSession(run), (check.path for check in checks), in_order(checks))
    understudy.close()
    if interrupted:
        raise KeyboardInterrupt
    return Rehearsal(
        len(checks) - sum(listener.kept_out.values()),
        dict(listener.kept_out.most_common()),
        requests=understudy.contact.requests,
        waits_seconds=understudy.waited,
        own_seconds=time.perf_counter() - begun,
        settings=tuple(understudy.arranged),
    )


class _Listener:
    """Counts what would not be tested, by reason."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        self.kept_out: Counter[str] = Counter()
        self._done = 0
        self._tell = tell

    def on_event(self, event: Event) -> None:
        if isinstance(event, CheckFinished):
            self._done += 1
            self._tell(self._done)
            if event.verdict is Verdict.NOT_APPLICABLE:
                self.kept_out[event.reason] += 1

    def close(self) -> None:
        """Nothing is open."""


class _Counted(Contact):
    """Counts requests, and lets all of them pass at once."""

    def __init__(self) -> None:
        super().__init__()
        self.requests = 0

    def turn(self, what: str) -> None:  # noqa: ARG002 - nothing is lost here
        """One request more."""
        self.requests += 1


class _Understudy(ReferenceTarget):
    """The reference server, which refuses what a target would refuse, and has its profile."""

    def __init__(self, target: _Choosy) -> None:
        super().__init__(profile=target.profile)
        self.profile = target.profile  # without what our own server has besides
        self.contact = self._contact = _Counted()
        self.environment_class = _UnderstudyEnvironment
        self.addresses = Addresses(self.profile.sign_in.email)
        self.arranged: list[Mapping[str, Any]] = []
        self.waited = 0.0
        self._target = target
        self._is_real = not self.profile.has("clock")

    def arrange(self, settings: Mapping[str, Any], *, scenario: str, locks_out: bool) -> ReferenceEnvironment:
        """As the target would: with its words where it would refuse."""
        if why := self._target.would_refuse(settings, locks_out=locks_out, scenario=scenario):
            raise NotApplicable(why)
        environment = super().arrange(settings, scenario=scenario, locks_out=locks_out)
        assert isinstance(environment, _UnderstudyEnvironment)
        environment.stage = self if self._is_real else None
        self.arranged.append(dict(settings))
        return environment

    def new_clock(self, settings: Mapping[str, Any]) -> Clock:
        """Real time where the target's is, and leaping over what would have to be waited for."""
        return OffsetClock() if self._is_real else super().new_clock(settings)


class _UnderstudyEnvironment(ReferenceEnvironment):
    """An environment that is as inaccessible as the target's."""

    signs_every_device = True
    stage: _Understudy | None = None
    """Where time is real, who takes down what is waited for."""

    def new_email(self, name: str) -> str:
        """By the profile's pattern, which may have no place for a name."""
        return super().new_email(name) if self.stage is None else self.stage.addresses.new(name)

    def advance(self, seconds: float) -> None:
        """As the target's."""
        if self.stage is not None:
            super(ReferenceEnvironment, self).advance(seconds)  # n/a, in the words that a run has for it
        super().advance(seconds)

    def wait(self, seconds: float) -> None:
        """Leap over what a run would really wait for."""
        if self.stage is not None:
            if seconds > self.profile.longest_wait:
                raise NotApplicable(too_long(self.profile))
            self.stage.waited += seconds
        super().advance(seconds)
