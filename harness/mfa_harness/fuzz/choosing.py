"""Which act comes next: one that was seldom done where somebody stands like this, above all.

Chance alone does what is easy over and over, and seldom what takes a certain state. So what was done is counted, by
the act and by the state it was done in as far as people can see it; what was done less is likelier, and so is what is
seldom possible and what leads to a state that people have stood in less. What was never done, and where a rule says
that it tells most now (`keen`), is tried first of all, though less and less often at the same place. What ends a story
waits, if it can, for its end.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import islice
from math import sqrt
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
_EARLY: Final = 12  # how many acts are left of a story while it is early
_EARLY_END: Final = 0.1  # how much less likely early in a story is what ends it
_NOVELTY: Final = 0.7  # how much what was done less is likelier: not at all at 0, in proportion at 1
_UNTRIED: Final = (
    0.3  # how likely at least, beside what was never done, is what moves people and was not done there
)
_RAREST: Final = 100  # one step in so many, and what is rarer is as if it were not
_EAGER: Final = 1  # how often what tells most is tried somewhere until it is tried every second time only
_AT_MOST: Final = sqrt(_RAREST)
_FEW: Final = 20  # so many kinds are weighed against each other
_SHARE: Final = 3  # of more it is one in so many, by chance, which makes for more variety and less work
_NOWHERE: Final = -1  # no place has this number
_PULL: Final = 8.0  # how many times likelier at most is an act that leads to where people have stood less


@dataclass(slots=True)
class _Tally:
    """What is remembered of one act, wherever it is done.

    Args:
        possible: how often it might have been chosen.
        done: how often it was.
        moves: it has led somebody elsewhere.
        seldom: how likely it is beside what was never done.
        appeal: the same, where it was never done.
    """

    possible: int = 0
    done: int = 0
    moves: bool = False
    seldom: float = 1.0
    appeal: float = 1.0

    def reckon(self) -> None:
        """After it was done once more, or has led elsewhere for the first time."""
        self.seldom = _novelty(self.done)
        self.appeal = max(self.seldom, _UNTRIED) if self.moves else self.seldom


@dataclass(slots=True)
class _Deed:
    """What is remembered of an act in one place: how often it was done there, and where it led, once it has."""

    done: int = 0
    led: int = _NOWHERE
    seldom: float = 1.0


def _novelty(done: int) -> float:
    novelty: float = (1 + done) ** -_NOVELTY
    return novelty


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
        self._untried = {kind: {act.text for act, _ in rule.acts_of(SHE)} for kind, rule in RULES.items()}
        self._followed: Counter[tuple[str, Hashable]] = Counter()
        self._places: dict[Hashable, int] = {}
        self._been: Counter[int] = Counter()
        self._seen: set[str] = set()

    def begin(self, offered: Mapping[str, Sequence[Act]]) -> None:
        """Another story: what is possible from the start is nothing that an act has made possible."""
        self._seen = {act.text for acts in offered.values() for act in acts}

    def choose(
        self, model: Model, offered: Mapping[str, Sequence[Act]], wanted: str = "", *, left: int = _EARLY
    ) -> Act:
        """The next act: what tells most, or what the act before has first made possible, or of the kind that is wanted.

        Where that kind makes no sense now it is one of any kind, the rarer kinds likelier.

        Args:
            model: of the story.
            offered: what makes sense now, by kind.
            wanted: the kind that was drawn.
            left: how many acts the story has left; the last is one that ends it, where there is one.
        """
        here = {who: self.place(model, account) for who, account in model.accounts.items()}
        early = left > _EARLY
        fresh = self._first_possible(offered)
        ending = {kind: acts for kind, acts in offered.items() if RULES[kind].ends} if left == 1 else {}
        telling = self._telling(model, here[SHE], ending or offered, early=early)
        if telling or ending:
            offered = telling or ending
        elif fresh and self._chance.randrange(_FOLLOWS_UP):
            offered = fresh
        elif wanted in offered and not self._chance.randrange(_AS_DRAWN):
            offered = {wanted: offered[wanted]}
        kinds: Iterable[tuple[str, Sequence[Act]]] = offered.items()
        if len(offered) > _FEW:
            kinds = islice(kinds, self._chance.randrange(_SHARE), None, _SHARE)
        self._steps += 1
        act = self._weighed(model, kinds, here, early=early)
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
        self._untried[act.rule].discard(act.text)
        self._been[here] += 1
        deed = self._deeds[here].setdefault(act.text, _Deed())
        deed.done += 1
        deed.seldom = _novelty(deed.done)
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

    def _telling(
        self, model: Model, here: int, offered: Mapping[str, Sequence[Act]], *, early: bool
    ) -> Mapping[str, Sequence[Act]]:
        """What tells most now, if chance has it: of one kind what she never did, or all of one that is keen."""
        account, followed, place = model.accounts[SHE], self._followed, (here, _held(model))
        telling: dict[str, Sequence[Act]] = {}
        chances: dict[str, float] = {}
        for kind, acts in offered.items():
            untried, keen = self._untried[kind], RULES[kind].keen
            new = untried and [act for act in acts if act.text in untried]
            if new or (keen is not None and account.browsers and keen(model, account)):
                telling[kind] = new or acts
                waits = _EARLY_END if early and RULES[kind].ends else 1.0
                chances[kind] = waits * _EAGER / (_EAGER + followed[kind, place])
        if not chances:
            return {}
        (kind,) = self._chance.choices(list(chances), list(chances.values()))
        if self._chance.random() >= chances[kind]:
            return {}
        followed[kind, place] += 1
        return {kind: telling[kind]}

    def _weighed(
        self,
        model: Model,
        kinds: Iterable[tuple[str, Sequence[Act]]],
        here: Mapping[str, int],
        *,
        early: bool,
    ) -> Act:
        """One of these acts, the likelier the more it weighs; in one loop, since it is run through at every step."""
        others = _OTHERS_NOW if model.accounts[SHE].locked else _OTHERS
        tallies, been, steps = self._tallies, self._been, self._steps
        deeds = {who: self._deeds[place] for who, place in here.items()}
        acts: list[Act] = []
        weights: list[float] = []
        for kind, alternatives in kinds:
            rule = RULES[kind]
            of_kind = rule.weight * (_EARLY_END if early and rule.ends else 1.0) / len(alternatives) ** 0.5
            for act in alternatives:
                text, who = act.text, act.who
                tally = tallies[text]
                tally.possible += 1
                rarity = steps / tally.possible
                weight = of_kind * (sqrt(rarity) if rarity < _RAREST else _AT_MOST)
                deed = deeds[who].get(text)
                if deed is None or deed.led == _NOWHERE:
                    weight *= tally.appeal
                elif deed.led == here[who]:
                    weight *= tally.seldom * deed.seldom
                else:
                    weight *= tally.seldom * deed.seldom
                    weight *= min(max((1 + been[here[who]]) / (1 + been[deed.led]), 1 / _PULL), _PULL)
                weights.append(weight if who == SHE else weight * others)
            acts += alternatives
        (act,) = self._chance.choices(acts, weights)
        return act


def _held(model: Model) -> Hashable:
    """What she holds, has been through and might do: finer than where she stands, since what tells most is about it."""
    account, opening = model.accounts[SHE], model.opening
    elevated = account.elevated is not None and (
        account.elevated_browser is account.front,
        account.elevated_spent,
    )
    return (
        (elevated, opening.action, bool(opening.passkeys_at_most)),
        (account.locked, account.abandoned, account.deleted_method),
        (len(account.browsers) > 1, account.way),
    )


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
