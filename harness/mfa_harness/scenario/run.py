"""One run of the suite: the target, the seed, and whoever listens to its events."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from mfa_harness import interrupts
from mfa_harness.events import Event, Note
from mfa_harness.expected.ledger import ExpectedFailures
from mfa_harness.feature_files import suite_dir
from mfa_harness.verdicts import Blocked, NotApplicable
from mfa_simulators.clock import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mfa_harness.reports.reporter import Reporter
    from mfa_harness.suite import Check
    from mfa_harness.targets.target import Environment, Target


class Run:
    """What every scenario of a run shares.

    Args:
        target: opened already.
        seed: as given by `--seed`, for the `again` line.
        subject: the words that name the target on a command line; None for the target's own name.
        words: what else has to stand on the command line of the `again` line.
        reporters: told of every event, in order.
        expected: which checks may fail for now; None is none.
    """

    def __init__(
        self,
        target: Target,
        *,
        seed: str,
        subject: Sequence[str] | None = None,
        words: Sequence[str] = (),
        reporters: Iterable[Reporter] = (),
        expected: ExpectedFailures | None = None,
    ) -> None:
        self.target = target
        self.seed = seed
        self.subject = (target.name,) if subject is None else tuple(subject)
        self.words = tuple(words)
        self.reporters: tuple[Reporter, ...] = tuple(reporters)
        self.expected = expected or ExpectedFailures()
        self.events: list[Event] = []
        self.leftovers: list[str] = []
        self._open_door: str | None = None

    def emit(self, event: Event) -> None:
        """Append an event and tell the reporters, all of them even if one is interrupted."""
        interruption: KeyboardInterrupt | None = None
        with interrupts.held():
            self.events.append(event)
            for reporter in self.reporters:
                try:
                    reporter.on_event(event)
                except KeyboardInterrupt as error:
                    interruption = error
        if interruption is not None:
            raise interruption

    def note(self, text: str) -> None:
        """Say something that a person should know while the run goes on."""
        self.emit(Note(text))

    def try_the_door(self, environment: Environment) -> None:
        """See, once a run and on a server that is not ours, that a session token made up is of no use.

        Raises:
            Blocked: it lets anybody in, so that nothing it answers would show anything.
        """
        if self._open_door is None:
            self._open_door = "" if isinstance(environment.clock, VirtualClock) else _opened(environment)
        if self._open_door:
            raise Blocked(
                "tell a session from none", f"a made-up session token was answered {self._open_door}"
            )

    def again(self, check: Check) -> str:
        """The command that runs just this check again."""
        words = ["mfa-harness", "check", *self.subject, *self.words]
        if "--features" not in words and not check.path.is_relative_to(suite_dir()):
            words += ["--features", check.feature]
        if self.seed != "0":
            words += ["--seed", self.seed]
        line = " ".join([*map(shlex.quote, words), "--only", shlex.quote(check.id)])
        return line.encode("utf-8", "backslashreplace").decode()  # a path need not be UTF-8, reports are


def _opened(environment: Environment) -> str:
    """What a session token that nobody signed was answered, where it let in; empty where it did not."""
    try:
        answer = environment.request("GET", "users/mfa/methods", token="nobody.signed.this")  # noqa: S106
    except NotApplicable:
        return ""  # what is judged is a client or a backend, which forms its own requests
    return f"{answer.status} to GET users/mfa/methods" if answer.succeeded else ""
