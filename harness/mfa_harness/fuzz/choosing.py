"""Which act comes next: one that was seldom done where somebody stands like this, above all.

Chance alone does what is easy over and over, and seldom what takes a certain state. So what was done is counted, by
the act and by the state it was done in as far as people can see it; what was done less is likelier, and so is what is
seldom possible and what leads to a state that people have stood in less. Where a rule says that it tells most now
(`keen`), it is tried first of all, though less and less often at the same place.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from mfa_harness.fuzz.rules import RULES
from mfa_harness.fuzz.words import SHE

if TYPE_CHECKING:
    import random
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from mfa_harness.fuzz.model import Account, Model
    from mfa_harness.fuzz.words import Act

    _Deed = tuple[str, int]

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


class Chooser:
    """Chooses acts, and remembers which, and where they led.

    Args:
        chance: the explorer's own.
    """

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._done: Counter[str] = Counter()
        self._offered: Counter[str] = Counter()
        self._steps = 0
        self._followed: Counter[_Deed] = Counter()
        self._kinds: Counter[str] = Counter()
        self._done_there: Counter[_Deed] = Counter()
        self._places: dict[Hashable, int] = {}
        self._been: Counter[int] = Counter()
        self._led: dict[_Deed, int] = {}
        self._moving: set[str] = set()
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
        seen = self._seen
        fresh = {
            kind: new
            for kind, acts in offered.items()
            if (new := [act for act in acts if act.text not in seen])
        }
        seen.update(act.text for acts in fresh.values() for act in acts)
        here = {who: self.place(model, account) for who, account in model.accounts.items()}
        keen = self._keen(model, here[SHE], offered)
        if keen:
            offered = {keen: offered[keen]}
        elif fresh and self._chance.randrange(_FOLLOWS_UP):
            offered = fresh
        elif wanted in offered and not self._chance.randrange(_AS_DRAWN):
            offered = {wanted: offered[wanted]}
        others = _OTHERS_NOW if model.accounts[SHE].locked else _OTHERS
        appeal, seldom = self._appeal, self._seldom_possible
        self._steps += 1
        acts: list[Act] = []
        weights: list[float] = []
        for kind, alternatives in offered.items():
            early_end = early and RULES[kind].ends
            weight = RULES[kind].weight * (_EARLY_END if early_end else 1.0)
            weight /= len(alternatives) ** 0.5
            acts += alternatives
            weights += [
                weight
                * appeal(act.text, here[act.who])
                * seldom(act.text)
                * (1 if act.who == SHE else others)
                for act in alternatives
            ]
        (act,) = self._chance.choices(acts, weights)
        self._kinds[act.rule] += 1
        self._done[act.text] += 1
        self._done_there[act.text, here[act.who]] += 1
        self._been[here[act.who]] += 1
        return act

    def place(self, model: Model, account: Account) -> int:
        """Where somebody stands, as a number: the same for the same state."""
        return self._places.setdefault(_state(model, account), len(self._places))

    def learn(self, model: Model, act: Act, before: int) -> None:
        """Remember where an act has led."""
        after = self.place(model, model.accounts[act.who])
        self._led[act.text, before] = after
        if after != before:
            self._moving.add(act.text)

    def _keen(self, model: Model, here: int, offered: Iterable[str]) -> str:
        """What tells most now, if chance has it: a kind of act never done, or one that is keen; "" else."""
        followed = self._followed
        chances = {
            kind: _EAGER / (_EAGER + followed[kind, here])
            for kind in offered
            if kind not in self._kinds or RULES[kind].is_keen(model)
        }
        if not chances:
            return ""
        (kind,) = self._chance.choices(list(chances), list(chances.values()))
        if self._chance.random() >= chances[kind]:
            return ""
        followed[kind, here] += 1
        return kind

    def _seldom_possible(self, text: str) -> float:
        self._offered[text] += 1
        likelier: float = min(self._steps / self._offered[text], _RAREST) ** _RARITY
        return likelier

    def _appeal(self, text: str, here: int) -> float:
        deed = text, here
        there = self._led.get(deed)
        if there is None:  # never done there
            seldom: float = (1 + self._done[text]) ** -_NOVELTY if text in self._done else 1.0
            return max(seldom, _UNTRIED) if text in self._moving else seldom
        seldom = ((1 + self._done_there[deed]) * (1 + self._done[text])) ** -_NOVELTY
        if there == here:
            return seldom
        been = self._been
        return seldom * min(max((1 + been[here]) / (1 + been[there]), 1 / _PULL), _PULL)


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
