"""A rule: sentences of the suite, when they make sense, and what the model predicts of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from mfa_harness.fuzz.model import Prediction
from mfa_harness.fuzz.words import SHE, Act

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType

    from mfa_harness.fuzz.model import Account, Model
    from mfa_harness.fuzz.words import Sent

    class When(Protocol):
        """When a sentence makes sense for a person."""

        __code__: CodeType

        def __call__(self, model: Model, account: Account, sentence: str, /) -> bool: ...

    Predict = Callable[[Model, Account, Act, Sent], Prediction]


@dataclass(frozen=True)
class Rule:
    """One kind of act.

    Args:
        name: as it is counted and reported.
        sentences: with `{who}` for the person.
        when: whether a sentence makes sense now, for a person.
        predict: what must come of it.
        needs: capabilities of the profile without which it cannot be reached.
        only_she: its sentences are about her alone.
        locks_out: it guesses until the account is limited.
        weight: how much likelier than others it is chosen, since it seldom makes sense.
        alike: whether one of its sentences makes sense does not depend on which.
        ends: the story ends with it, since what is so afterwards is not told.
        keen: when it is what tells most now: it is often tried, all the more while it was seldom.
    """

    name: str
    sentences: tuple[str, ...]
    when: When
    predict: Predict
    needs: tuple[str, ...] = ()
    only_she: bool = False
    locks_out: bool = False
    weight: int = 1
    keen: Callable[[Model, Account], bool] | None = None
    ends: bool = False
    alike: bool = False

    def is_keen(self, model: Model) -> bool:
        """Whether it is what tells most in a state."""
        return self.keen is not None and self.keen(model, model.accounts[SHE])

    def acts(self, model: Model) -> list[Act]:
        """Everything this rule offers in a state."""
        found: list[Act] = []
        when = self.when
        for who, account in model.accounts.items():
            if (self.only_she and who != SHE) or (account.way and "email-sign-in" in self.needs):
                continue
            made = _ACTS.get((self.name, who)) or self._make(who)
            if not self.alike:
                found += [act for sentence, act in made if when(model, account, sentence)]
            elif when(model, account, ""):
                found += [act for _, act in made]
        return found

    def _make(self, who: str) -> tuple[tuple[str, Act], ...]:
        """Its sentences with the act that each is for a person; made once, for they are asked for at every step."""
        made = tuple(
            (sentence, Act(self.name, who, sentence.replace("{who}", who))) for sentence in self.sentences
        )
        _ACTS[self.name, who] = made
        return made

    def offers(self, model: Model, act: Act) -> bool:
        """Whether an act still makes sense in a state."""
        account = model.accounts.get(act.who)
        if account is None:
            return False
        sentence = self.sentence_of(act)
        return bool(sentence) and self._open_to(account) and self.when(model, account, sentence)

    def sentence_of(self, act: Act) -> str:
        """Which of its sentences an act says; "" for none."""
        return next((each for each in self.sentences if each.replace("{who}", act.who) == act.text), "")

    def _open_to(self, account: Account) -> bool:
        """Who came otherwise cannot sign in by e-mail: that would be another account."""
        return not account.way or "email-sign-in" not in self.needs


_ACTS: Final[dict[tuple[str, str], tuple[tuple[str, Act], ...]]] = {}
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
    when: When,
    needs: tuple[str, ...] = (),
    only_she: bool = False,
    locks_out: bool = False,
    weight: int = 1,
    keen: Callable[[Model, Account], bool] | None = None,
    ends: bool = False,
) -> Callable[[Predict], Predict]:
    """Declare a rule; what is decorated predicts.

    A `when` whose third argument has a name that begins with an underscore does not look at the sentence.
    """
    alike = when.__code__.co_varnames[2].startswith("_")

    def declare(predict: Predict) -> Predict:
        RULES[name] = Rule(
            name, sentences, when, predict, needs, only_she, locks_out, weight, keen, ends, alike
        )
        return predict

    return declare


def alive(model: Model, account: Account, _sentence: str) -> bool:
    """The browser in front of her is signed in."""
    return model.alive(account)


def one_winner(model: Model, requirement: str) -> Prediction:
    """One of those at once succeeds; which of them is not told, so that the story is over."""
    model.over = True
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
    "alive",
    "as_known_today",
    "behind_gate",
    "gate",
    "no_session",
    "other_of",
    "refused",
    "rule",
]
