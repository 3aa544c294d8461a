"""A rule: sentences of the suite, when they make sense, and what the model predicts of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from mfa_harness.fuzz.model import Prediction
from mfa_harness.fuzz.words import SHE, Act

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfa_harness.fuzz.model import Account, Model
    from mfa_harness.fuzz.words import Sent

    When = Callable[[Model, Account], bool]
    Predict = Callable[[Model, Account, Act, Sent], Prediction]


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of act.

    Args:
        name: as it is counted and reported.
        sentences: with `{who}` for the person; each with what it takes besides, None for nothing.
        predict: what must come of it.
        when: what it takes of a person; None for nothing.
        signed_in: it takes a session that is alive.
        needs: capabilities of the profile without which it cannot be reached.
        only_she: its sentences are about her alone.
        locks_out: it guesses until the account is limited.
        weight: how much likelier than others it is chosen, since it seldom makes sense.
        keen: when it is what tells most: it is often tried, all the more while it was seldom.
        ends: the story ends with it, since what is so afterwards is not told.
    """

    name: str
    sentences: Mapping[str, When | None]
    predict: Predict
    when: When | None
    signed_in: bool
    needs: tuple[str, ...]
    only_she: bool
    locks_out: bool
    weight: int
    keen: When | None
    ends: bool
    _acts: dict[str, tuple[tuple[Act, When | None], ...]] = field(default_factory=dict, compare=False)

    def is_for(self, who: str, *, signed_in: bool, came_otherwise: bool) -> bool:
        """Whether it may make sense for a person at all; who came otherwise cannot sign in by e-mail."""
        if (self.only_she and who != SHE) or (self.signed_in and not signed_in):
            return False
        return not (came_otherwise and "email-sign-in" in self.needs)  # that would be another account

    def offers(self, model: Model, act: Act) -> bool:
        """Whether an act makes sense in a state."""
        account = model.accounts.get(act.who)
        if account is None:
            return False
        if not self.is_for(act.who, signed_in=model.alive(account), came_otherwise=bool(account.way)):
            return False
        if self.when is not None and not self.when(model, account):
            return False
        return any(
            each == act and (takes is None or takes(model, account)) for each, takes in self.acts_of(act.who)
        )

    def sentence_of(self, act: Act) -> str:
        """Which of its sentences an act says; "" for none."""
        return next((each for each in self.sentences if each.replace("{who}", act.who) == act.text), "")

    def acts_of(self, who: str) -> tuple[tuple[Act, When | None], ...]:
        """All that a person does by it, each with what it takes besides; made once, being asked for at every step."""
        if who not in self._acts:
            self._acts[who] = tuple(
                (Act(self.name, who, sentence.replace("{who}", who)), takes)
                for sentence, takes in self.sentences.items()
            )
        return self._acts[who]


RULES: Final[dict[str, Rule]] = {}
"""Every rule by name, in the order of the topics."""


def as_known_today(act: Act) -> Act:
    """An act under the rule that has its sentence: a story that was kept may name the one that had it then."""
    if act.rule in RULES and RULES[act.rule].sentence_of(act):
        return act
    home = next((each.name for each in RULES.values() if each.sentence_of(act)), act.rule)
    return Act(home, act.who, act.text)


def rule(
    name: str,
    *sentences: str,
    when: When | None = None,
    where: Mapping[str, When | None] = MappingProxyType({}),
    signed_in: bool = True,
    needs: tuple[str, ...] = (),
    only_she: bool = False,
    locks_out: bool = False,
    weight: int = 1,
    keen: When | None = None,
    ends: bool = False,
) -> Callable[[Predict], Predict]:
    """Declare a rule; what is decorated predicts.

    What a sentence takes besides is found by the first words of `where` that are in it.
    """

    def declare(predict: Predict) -> Predict:
        RULES[name] = Rule(
            name=name,
            sentences={each: _of_first(where, each) for each in sentences},
            predict=predict,
            when=when,
            signed_in=signed_in,
            needs=needs,
            only_she=only_she,
            locks_out=locks_out,
            weight=weight,
            keen=keen,
            ends=ends,
        )
        return predict

    return declare


def _of_first(where: Mapping[str, When | None], sentence: str) -> When | None:
    return next((takes for words, takes in where.items() if words in sentence), None)


def both(one: When, another: When) -> When:
    """What takes both."""
    return lambda model, account: one(model, account) and another(model, account)


def one_winner(requirement: str) -> Prediction:
    """One of those at once succeeds; which of them is not told, so that such a rule ends the story."""
    return Prediction(None, requirement, at_once=True, shows_state=False)


def refused(requirement: str, reason: str = "") -> Prediction:
    """It must be refused, and change nothing."""
    return Prediction(False, requirement, reason)


EITHER: Final = Prediction(None, "")


def gate(model: Model, account: Account, requirement: str = "gate.protects-endpoints") -> Prediction | None:
    """What an operation for full sessions must come to, where it does not get past the gate.

    None where the session is full.
    """
    dead = no_session(model, account)
    if dead is not None:
        return dead
    if not model.certain(account):
        return EITHER
    return refused(requirement, "MFA required") if account.front.gated else None


def behind_gate(
    model: Model, account: Account, otherwise: Prediction, requirement: str = "gate.protects-endpoints"
) -> Prediction:
    """What must come of an operation for full sessions; `otherwise` is what it comes to in one."""
    stopped = gate(model, account, requirement)
    if stopped is EITHER:
        return replace(otherwise, allowed=None)
    return otherwise if stopped is None else replace(stopped, settle=otherwise.settle)


def no_session(model: Model, account: Account) -> Prediction | None:
    """What anything must come to in a browser whose session is over; None where it lives."""
    if model.alive(account):
        return None
    browser = account.front
    if browser.open and not browser.ended_by:
        return refused("token.expiry", "not signed in")
    return refused(browser.ended_by or "token.revoked", "not signed in")


def other_of(model: Model, account: Account) -> Account | None:
    """The other person, where there is one."""
    return next((each for each in model.accounts.values() if each is not account), None)


__all__ = [
    "EITHER",
    "RULES",
    "Prediction",
    "Rule",
    "as_known_today",
    "behind_gate",
    "both",
    "gate",
    "no_session",
    "one_winner",
    "other_of",
    "refused",
    "rule",
]
