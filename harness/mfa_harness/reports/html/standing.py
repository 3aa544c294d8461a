"""How each requirement stands after a run: what the checks that stand for it have shown, taken together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mfa_harness.events import CheckFinished
    from mfa_harness.requirements import Requirement

EXPECTED: Final = "expected"
"""How a check ended that did not pass and need not."""

ORDER: Final = (
    Verdict.FAIL.value,
    Verdict.ERROR.value,
    Verdict.BLOCKED.value,
    Verdict.WARN.value,
    EXPECTED,
    Verdict.PASS.value,
    Verdict.NOT_APPLICABLE.value,
)
"""How a check can end, the gravest first: a requirement stands as the gravest of its checks."""

WORDS: Final[Mapping[str, str]] = {
    Verdict.FAIL.value: "failed",
    Verdict.ERROR.value: "broken in the harness",
    Verdict.BLOCKED.value: "blocked",
    Verdict.WARN.value: "warned",
    EXPECTED: "failed as expected",
    Verdict.PASS.value: "passed",
    Verdict.NOT_APPLICABLE.value: "not tested",
}
"""An ending as a count is followed by it."""


def ending(check: CheckFinished) -> str:
    """How a check ended, in a word of `ORDER`."""
    return check.verdict.value if check.expected is None else EXPECTED


_STANDS: Final[Mapping[str, tuple[str, str]]] = {
    Verdict.FAIL.value: ("is broken", "are broken"),
    Verdict.ERROR.value: ("is without a verdict", "are without a verdict"),
    Verdict.BLOCKED.value: ("could not be exercised", "could not be exercised"),
    Verdict.WARN.value: ("is advised and not done", "are advised and not done"),
    EXPECTED: ("is broken as expected", "are broken as expected"),
    Verdict.PASS.value: ("holds", "hold"),
    Verdict.NOT_APPLICABLE.value: ("was not tested", "were not tested"),
}


@dataclass(frozen=True)
class Standing:
    """One requirement and the checks of a run that stand for it.

    `requirement` is None where the catalogue that is installed does not know `id`; `id` is "" for scenarios of a user's
    own that stand for none.
    """

    id: str
    requirement: Requirement | None
    checks: tuple[CheckFinished, ...]

    @property
    def text(self) -> str:
        """What must hold."""
        if self.requirement:
            return self.requirement.text
        return f"{self.id} (not in this version's catalogue)" if self.id else "Scenarios of your own"

    @property
    def level(self) -> str:
        """How binding it is, by the run where that says so."""
        return self.checks[0].level if self.checks else self.requirement.level if self.requirement else ""

    @cached_property
    def ended(self) -> str:
        """How it stands: the gravest ending of its checks."""
        endings = {ending(check) for check in self.checks}
        return next(word for word in ORDER if word in endings)

    @cached_property
    def counts(self) -> list[tuple[str, int]]:
        """How many of its checks ended how, the gravest first."""
        return counted(self.checks)

    @property
    def summary(self) -> str:
        """The counts in words: "2 failed, 1 passed"."""
        return ", ".join(f"{count} {WORDS[word]}" for word, count in self.counts)


def counted(checks: Iterable[CheckFinished]) -> list[tuple[str, int]]:
    """How many checks ended how, the gravest first."""
    counts = Counter(map(ending, checks))
    return [(word, counts[word]) for word in ORDER if counts[word]]


def standings(checks: Sequence[CheckFinished], known: Mapping[str, Requirement]) -> list[Standing]:
    """The requirements that a run has checks for: in the order of the catalogue, then unknown ones as they came."""
    grouped: dict[str, list[CheckFinished]] = {}
    for check in checks:
        grouped.setdefault(check.requirement, []).append(check)
    order = [*(name for name in known if name in grouped), *(name for name in grouped if name not in known)]
    return [Standing(name, known.get(name), tuple(grouped[name])) for name in order]


def sentence(standing: Sequence[Standing]) -> str:
    """All requirements in one sentence: "95 requirements were looked at: 1 is broken and 94 hold."."""
    counts = Counter(each.ended for each in standing)
    if not standing:
        return "No requirement was looked at."
    if len(standing) == 1:
        return f"1 requirement was looked at: it {_STANDS[standing[0].ended][0]}."
    if len(counts) == 1:
        return f"{len(standing)} requirements were looked at: all {_STANDS[standing[0].ended][1]}."
    *rest, last = [
        f"{counts[word]} {one if counts[word] == 1 else many}"
        for word, (one, many) in _STANDS.items()
        if counts[word]
    ]
    return f"{len(standing)} requirements were looked at: {', '.join(rest)} and {last}."
