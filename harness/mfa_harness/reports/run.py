"""A whole run, read back from its events: what reports count and quote."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from mfa_harness.events import CheckFinished, Expected, Note, RunFinished, RunStarted
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mfa_harness.events import Event, StaleEntry

AS_EXPECTED: Final = "failed as expected"
"""What is said of a check that did not pass and need not; warned and blocked ones too."""

NEVER_REACHED: Final = "the run was over before their turn"

WORDS: Final[Mapping[Verdict, str]] = {
    Verdict.PASS: "passed",
    Verdict.FAIL: "failed",
    Verdict.WARN: "warned",
    Verdict.BLOCKED: "blocked",
    Verdict.ERROR: "broken in the harness",
    Verdict.NOT_APPLICABLE: "not applicable",
}
"""A verdict as a count is followed by it, in the order in which reports list them."""

_PLACES: Final = 3  # that the summary repeats; every one is explained above it
TO_EXPLAIN: Final = (Verdict.ERROR, Verdict.FAIL, Verdict.BLOCKED, Verdict.WARN)
"""The verdicts that a report explains one by one, the most pressing first."""


@dataclass(frozen=True)
class Run:
    """The events of a run, sorted out. A run that was cut short lacks `finished`, and perhaps `started`."""

    started: RunStarted | None
    checks: tuple[CheckFinished, ...]
    notes: tuple[str, ...]
    finished: RunFinished | None

    @classmethod
    def of(cls, events: Iterable[Event]) -> Run:
        """Sort out a run's events, whole or cut short."""
        started: RunStarted | None = None
        finished: RunFinished | None = None
        checks: list[CheckFinished] = []
        notes: list[str] = []
        for event in events:
            match event:
                case RunStarted():
                    started = event
                case CheckFinished():
                    checks.append(event)
                case Note():
                    notes.append(event.text)
                case RunFinished():
                    finished = event
        return cls(started, tuple(checks), tuple(notes), finished)

    def count(self, verdict: Verdict) -> int:
        """How many checks ended in this verdict, but for those of which it was expected."""
        return self._counts[verdict]

    @cached_property
    def _counts(self) -> Counter[Verdict]:
        return Counter(check.verdict for check in self.checks if check.expected is None)

    @cached_property
    def excused(self) -> dict[Expected, list[CheckFinished]]:
        """The checks whose failure was expected, by what was said of it, in the order in which they came."""
        excused: dict[Expected, list[CheckFinished]] = {}
        for check in self.checks:
            if check.expected is not None:
                said = Expected(check.expected.reason, check.expected.until)
                excused.setdefault(said, []).append(check)
        return excused

    @property
    def expected(self) -> int:
        """How many checks failed as expected."""
        return sum(map(len, self.excused.values()))

    @property
    def stale(self) -> tuple[StaleEntry, ...]:
        """The entries of the list of expected failures that do not hold any more."""
        return self.finished.stale if self.finished else ()

    @property
    def tested(self) -> int:
        """How many checks were carried out, whatever they ended in."""
        return len(self.checks) - self.count(Verdict.NOT_APPLICABLE)

    @cached_property
    def not_tested(self) -> list[tuple[str, int]]:
        """Why checks were not carried out and how many for that reason, the commonest reason first."""
        told = self.finished.not_tested if self.finished else {}
        reasons = Counter(told) or Counter(
            check.reason or "no reason given"
            for check in self.checks
            if check.verdict is Verdict.NOT_APPLICABLE
        )
        planned = self.started.planned if self.started else 0
        never = planned - self.tested - reasons.total()
        if never > 0:
            reasons[NEVER_REACHED] += never
        return sorted(reasons.items(), key=lambda item: (-item[1], item[0]))

    @property
    def untested(self) -> int:
        """How many checks were not carried out."""
        return sum(count for _, count in self.not_tested)

    @property
    def total(self) -> int:
        """How many checks the run is about."""
        return self.tested + self.untested

    @property
    def condemned(self) -> int:
        """How many checks keep the run from passing."""
        return sum(check.verdict.condemns for check in self.checks if check.expected is None)

    @property
    def lacks_checks(self) -> bool:
        """Whether fewer checks were carried out than were asked for."""
        return self.finished is not None and self.tested < self.finished.wanted

    @property
    def mistakes(self) -> list[str]:
        """The lines of somebody's own scenarios that make no sense, by file and line."""
        return list(dict.fromkeys(check.mistake for check in self.checks if check.mistake))

    @property
    def mistaken(self) -> int:
        """How many checks came to no verdict for such a line."""
        return sum(bool(check.mistake) for check in self.checks)

    @property
    def mend(self) -> str:
        """What to do about a run that has tested too little, or mistaken lines; empty for any other."""
        if places := self.mistakes:
            more = f", and {len(places) - _PLACES} more" if len(places) > _PLACES else ""
            where = f"{', '.join(places[:_PLACES])}{more}"
            return f"{where}: `mfa-harness list steps` has every sentence and what may stand in it"
        if not self.lacks_checks:
            return ""
        return "the reasons for what was not tested; `mfa-harness doctor` says what to change in the profile"

    @property
    def broken_first(self) -> str:
        """The requirement of the first failure to explain, where it is one of the catalogue; or empty."""
        for check in self.to_explain():
            if check.verdict in {Verdict.FAIL, Verdict.WARN} and check.requirement:
                return check.requirement
        return ""

    @property
    def leftovers(self) -> tuple[str, ...]:
        """What the run could not delete from the target."""
        return self.finished.leftovers if self.finished else ()

    @property
    def tally(self) -> str:
        """What the tested checks ended in: "58 passed, 2 failed, 1 warned, 3 failed as expected"."""
        counts = {word: self._counts[verdict] for verdict, word in WORDS.items()}
        del counts[WORDS[Verdict.NOT_APPLICABLE]]
        counts[WORDS[Verdict.ERROR]] -= self.mistaken
        counts["mistaken"] = self.mistaken
        counts[AS_EXPECTED] = self.expected
        return ", ".join(f"{count} {word}" for word, count in counts.items() if count) or "none"

    @property
    def headline(self) -> tuple[Verdict, str]:
        """How the run ended, in one line, and the verdict that its colour goes by.

        It never says just PASS while something was not tested, and never FAIL for an error of ours alone.
        """
        if self.finished is None or self.finished.interrupted:
            return Verdict.ERROR, f"INTERRUPTED after {len(self.checks)} of {self.total} checks: {self.tally}"
        if not self.tested:
            none = (
                "the one check could not be" if self.total == 1 else f"none of {self.total} checks could be"
            )
            which = f"{none} carried out" if self.total else "no check was selected"
            return Verdict.ERROR, f"NOTHING TESTED: {which}"
        if self.condemned or self.finished.exit_code:
            return self._condemnation(self.finished)
        if self.tested == self.expected:
            only = f"{self.expected} of {self.total} checks {AS_EXPECTED}"
            return Verdict.WARN, f"NOTHING PASSED: {only}{self._asides(self._not_tested)}"
        if self.untested or self.expected:
            passed = self.tested - self.expected
            return Verdict.PASS, f"PASS for {passed} of {self.total} checks{self._aside}"
        which = f"all {self.total} checks" if self.total > 1 else "the one check"
        return Verdict.PASS, f"PASS: {which}{self._aside}"

    def _condemnation(self, finished: RunFinished) -> tuple[Verdict, str]:
        broken = self.count(Verdict.FAIL) + self.count(Verdict.BLOCKED)
        ours = self.count(Verdict.ERROR) - self.mistaken
        if self.mistaken and not ours:
            scenarios = "1 scenario makes" if self.mistaken == 1 else f"{self.mistaken} scenarios make"
            return Verdict.ERROR, f"NO VERDICT: {scenarios} no sense: correct the line{self._aside}"
        if broken:
            which = (
                f"{broken} of the {self.tested} checks that were"
                if self.tested > 1
                else "the one check that was"
            )
            return Verdict.FAIL, f"FAIL: {which} carried out{self._aside}"
        if ours:
            broke = f"{ours} of {self.tested} checks broke in the harness, not in the target"
            return Verdict.ERROR, f"NO VERDICT: {broke}{self._aside}"
        if self.stale:
            aside = self._asides(self._as_expected, self._not_tested)
            return Verdict.FAIL, f"FAIL: the list of expected failures is stale: {self.stale_entries}{aside}"
        if self.lacks_checks:
            asked = f"at least {finished.wanted} were asked for"
            return Verdict.ERROR, f"TOO LITTLE TESTED: {self.tested} of {self.total} checks, and {asked}"
        other = f"FAIL: every check passed, but the run does not (exit {finished.exit_code}){self._aside}"
        return Verdict.FAIL, other

    @property
    def stale_entries(self) -> str:
        """How many stale entries there are: "1 entry does not hold any more"."""
        one = len(self.stale) == 1
        return f"{len(self.stale)} {'entry does' if one else 'entries do'} not hold any more"

    @property
    def _aside(self) -> str:
        stale = (
            f"{len(self.stale)} stale {'entry' if len(self.stale) == 1 else 'entries'}" if self.stale else ""
        )
        return self._asides(self._warned, self._as_expected, stale, self._not_tested)

    @property
    def _warned(self) -> str:
        return f"{self.count(Verdict.WARN)} {WORDS[Verdict.WARN]}" if self.count(Verdict.WARN) else ""

    @property
    def _as_expected(self) -> str:
        return f"{self.expected} {AS_EXPECTED}" if self.expected else ""

    @property
    def _not_tested(self) -> str:
        return (
            f"{self.untested} {'was' if self.untested == 1 else 'were'} NOT TESTED" if self.untested else ""
        )

    @staticmethod
    def _asides(*asides: str) -> str:
        return "".join(f"; {aside}" for aside in asides if aside)

    @property
    def subject(self) -> str:
        """What was tested, for people: "our reference server, not yours (reference, seed 0)"."""
        if self.started is None:
            return "unknown: the run's beginning is missing"
        named = "" if self.started.target in self.started.label else f"{self.started.target}, "
        return f"{self.started.label} ({named}seed {self.started.seed})"

    def by_feature(self) -> dict[str, list[CheckFinished]]:
        """The checks of each feature file, both in the order in which they came."""
        features: dict[str, list[CheckFinished]] = {}
        for check in self.checks:
            features.setdefault(check.feature, []).append(check)
        return features

    def to_explain(self) -> list[CheckFinished]:
        """The checks that a report explains one by one, the most pressing first; no expected failures."""
        return [
            check
            for verdict in TO_EXPLAIN
            for check in self.checks
            if check.verdict is verdict and check.expected is None
        ]
