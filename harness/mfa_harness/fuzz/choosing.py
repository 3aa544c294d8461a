"""Which act comes next: one that was seldom done where somebody stands like this, above all.

Chance alone does what is easy over and over, and seldom what takes a certain state. So what was done is counted, by
the act and by the state it was done in as far as people can see it; what was done less is likelier, and so is what is
seldom possible and what leads to a state that people have stood in less. Where a rule says that it tells most now
(`keen`), it is tried first of all, though less and less often at the same place.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mfa_harness.fuzz.rules import RULES
from mfa_harness.fuzz.words import SHE

if TYPE_CHECKING:
    import random
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from mfa_harness.fuzz.model import Account, Model
    from mfa_harness.fuzz.words import Act

_FOLLOWS_UP: Final = 2  # one time in so many the act before is not followed by what it first made possible
_AS_DRAWN: Final = 3  # one time in so many it is of the kind that Hypothesis drew
_OTHERS: Final = 0.25  # how much less likely it is the other user who acts
_OTHERS_NOW: Final = 2.0  # and right after she was locked out, which must be nothing to them
_EARLY_END: Final = 0.25  # how much less likely early in a story is what ends it
_NOVELTY: Final = 0.7  # how much what was done less is likelier: not at all at 0, in proportion at 1
_UNTRIED: Final = (
    0.3  # how likely at least, beside what was never done, is what moves people and was not done there
)
_RARITY: Final = 0.5  # how much what is seldom possible is likelier when it is, as with novelty
_RAREST: Final = 100  # one step in so many, and what is rarer is as if it were not
_EAGER: Final = 1  # how often what tells most is tried somewhere until it is tried every second time only
_PULL: Final = 8.0  # how many times likelier at most is an act that leads to where people have stood less


@dataclass(slots=True)
class _Tally:
    """What is remembered of one act, wherever it is done.

    Args:
        possible: how often it might have been chosen.
        done: how often it was.
        moves: it has led somebody elsewhere.
        appeal: how likely it is where it was never done, beside what was never done anywhere.
    """

    possible: int = 0
    done: int = 0
    moves: bool = False
    appeal: float = 1.0

    def reckon(self) -> None:
        """Its appeal, after it was done once more or has led elsewhere for the first time."""
        seldom: float = (1 + self.done) ** -_NOVELTY
        self.appeal = max(seldom, _UNTRIED) if self.moves else seldom


@dataclass(slots=True)
class _Deed:
    """What is remembered of an act in one place: how often it was done there, and where it led, once it has."""

    done: int = 0
    led: int | None = None


class Chooser:
    """Chooses acts, and remembers which, and where they led.

    Args:
        chance: the explorer's own.
    """

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._steps = 0
        self._tallies: defaultdict[str, _Tally] = defaultdict(_Tally)
        self._deeds: defaultdict[int, dict[str, _Deed]] = defaultdict(dict)
        self._kinds: set[str] = set()
        self._followed: Counter[tuple[str, int]] = Counter()
        self._places: dict[Hashable, int] = {}
        self._been: Counter[int] = Counter()
        self._seen: set[str] = set()

    def begin(self, offered: Mapping[str, Sequence[Act]]) -> None:
        """Another story: what is possible from the start is nothing that an act has made possible."""
        self._seen = {act.text for acts in offered.values() for act in acts}

    def choose(
        self, model: Model, offered: Mapping[str, Sequence[Act]], wanted: str = "", *, early: bool = False
    ) -> Act:
        """The next act: often one that the act before has first made possible, else of the kind that is wanted.

        Where that kind makes no sense now it is one of any kind, the rarer kinds likelier. Early in a story those that
        end it wait.
        """
        here = {who: self.place(model, account) for who, account in model.accounts.items()}
        fresh = self._first_possible(offered)
        keen = self._keen(model, here[SHE], offered)
        if keen:
            offered = {keen: offered[keen]}
        elif fresh and self._chance.randrange(_FOLLOWS_UP):
            offered = fresh
        elif wanted in offered and not self._chance.randrange(_AS_DRAWN):
            offered = {wanted: offered[wanted]}
        self._steps += 1
        act = self._weighed(model, offered, here, early=early)
        self._take_down(act, here[act.who])
        return act

    def place(self, model: Model, account: Account) -> int:
        """Where somebody stands, as a number: the same for the same state."""
        return self._places.setdefault(_state(model, account), len(self._places))

    def learn(self, model: Model, act: Act, before: int) -> None:
        """Remember where an act has led."""
        after = self.place(model, model.accounts[act.who])
        self._deeds[before].setdefault(act.text, _Deed()).led = after
        tally = self._tallies[act.text]
        tally.moves |= after != before
        tally.reckon()

    def _take_down(self, act: Act, here: int) -> None:
        self._kinds.add(act.rule)
        self._been[here] += 1
        self._deeds[here].setdefault(act.text, _Deed()).done += 1
        tally = self._tallies[act.text]
        tally.done += 1
        tally.reckon()

    def _first_possible(self, offered: Mapping[str, Sequence[Act]]) -> dict[str, list[Act]]:
        """What was not possible before in the story, by kind."""
        seen = self._seen
        fresh: dict[str, list[Act]] = {}
        for kind, acts in offered.items():
            for act in acts:
                if act.text not in seen:
                    fresh.setdefault(kind, []).append(act)
        seen.update(act.text for acts in fresh.values() for act in acts)
        return fresh

    def _keen(self, model: Model, here: int, offered: Iterable[str]) -> str:
        """What tells most now, if chance has it: a kind of act never done, or one that is keen; "" else."""
        kinds, followed = self._kinds, self._followed
        chances = {
            kind: _EAGER / (_EAGER + followed[kind, here])
            for kind in offered
            if kind not in kinds or RULES[kind].is_keen(model)
        }
        if not chances:
            return ""
        (kind,) = self._chance.choices(list(chances), list(chances.values()))
        if self._chance.random() >= chances[kind]:
            return ""
        followed[kind, here] += 1
        return kind

    def _weighed(
        self, model: Model, offered: Mapping[str, Sequence[Act]], here: Mapping[str, int], *, early: bool
    ) -> Act:
        """One of these acts, the likelier the more it weighs; in one loop, since it is run through at every step."""
        others = _OTHERS_NOW if model.accounts[SHE].locked else _OTHERS
        tallies, steps = self._tallies, self._steps
        deeds = {who: self._deeds[place] for who, place in here.items()}
        acts: list[Act] = []
        weights: list[float] = []
        for kind, alternatives in offered.items():
            rule = RULES[kind]
            weight = rule.weight * (_EARLY_END if early and rule.ends else 1.0) / len(alternatives) ** 0.5
            for act in alternatives:
                tally = tallies[act.text]
                tally.possible += 1
                deed = deeds[act.who].get(act.text)
                appeal = self._appeal_again(tally, deed, here[act.who]) if deed else tally.appeal
                rarity = min(steps / tally.possible, _RAREST) ** _RARITY
                acts.append(act)
                weights.append(weight * appeal * rarity * (1 if act.who == SHE else others))
        (act,) = self._chance.choices(acts, weights)
        return act

    def _appeal_again(self, tally: _Tally, deed: _Deed, here: int) -> float:
        if deed.led is None:
            return tally.appeal
        seldom: float = ((1 + deed.done) * (1 + tally.done)) ** -_NOVELTY
        if deed.led == here:
            return seldom
        been = self._been
        return seldom * min(max((1 + been[here]) / (1 + been[deed.led]), 1 / _PULL), _PULL)


def _state(model: Model, account: Account) -> Hashable:
    """Where somebody stands, as far as it is likely to matter for what comes of an act."""
    front = account.front if account.browsers else None
    app = "verified" if account.verified else "begun" if account.pending else ""
    return (
        (model.session_based, model.onboarding, model.opening.enforced, model.off),
        (front.gated, front.open and not front.ended_by) if front is not None else None,
        (app, min(account.passkeys, 1), account.phone == account.verified),
        account.token,
    )
