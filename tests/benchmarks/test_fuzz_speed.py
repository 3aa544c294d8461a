"""One fuzz step: our model and rules take no longer than Hypothesis itself; the target's time apart."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from mfa_harness.fuzz.choosing import Chooser
from mfa_harness.fuzz.judge import judge
from mfa_harness.fuzz.machine import ANYTHING, quick_settings
from mfa_harness.fuzz.model import FULL, Model
from mfa_harness.fuzz.rules import RULES, Repertoire
from mfa_harness.fuzz.words import APP, SHE, Act, Answer, Opening, Sent, Sight
from mfa_harness.targets.tolerances import Tolerances

Ratio = Callable[..., Any]

STORIES = 3
SIGHT = Sight(
    verified=1,
    unverified=0,
    passkeys=0,
    has_method=True,
    scopes=frozenset({FULL}),
    acknowledgement="complete",
)
ACT = Act("enters wrong code", SHE, "she enters a wrong code")
SENT = Sent(now=1e9, code="000001", step_now=33333333)
ANSWER = Answer(accepted=False, status=422, kind="invalid_code", sight=SIGHT)


class Idle(RuleBasedStateMachine):
    """As many rules as ours, each with a precondition and a draw, and nothing in them."""

    steps = 0


def _nothing(self: Idle, choice: int) -> None:
    Idle.steps += 1


for number in range(len(RULES) + ANYTHING):
    drawn = rule(choice=st.integers(0, 1000))(precondition(lambda _self: True)(_nothing))
    setattr(Idle, f"rule_{number}", drawn)


def hypothesis_alone() -> None:
    run_state_machine_as_test(Idle, settings=quick_settings(STORIES))


def our_steps(count: int) -> None:
    model = Model(Opening(she=APP), Tolerances.reference())
    model.begin(SHE, "device", ("A",), None)
    chooser, repertoire = Chooser(random.Random(1)), Repertoire(RULES.values())
    for _ in range(count):
        possible = repertoire.offered(model)
        assert ACT.rule in possible
        chosen = chooser.choose(model, possible)
        model.hear(SENT)
        account = model.accounts[SHE]
        account.guesses.clear()
        before = chooser.place(model, account)
        prediction = RULES[ACT.rule].predict(model, account, ACT, SENT)
        assert judge(model, ACT, SENT, prediction, ANSWER) is None
        chooser.learn(model, chosen, before)


def test_one_fuzz_step(ratio: Ratio) -> None:
    Idle.steps = 0
    rounds = 5
    for _ in range(rounds):
        hypothesis_alone()
    steps = Idle.steps // rounds
    ratio("fuzz steps, to Hypothesis alone", lambda: our_steps(steps), hypothesis_alone, at_most=1.0)
