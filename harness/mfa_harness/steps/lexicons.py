"""Sentences that are one phrase and nothing more: gathered here by topic, declared as three steps in `acts.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mfa_harness.steps.sentence import Lexicon

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.scenario.actor import Actor
    from mfa_simulators.client.values import Session

ACTS: Lexicon[None] = Lexicon("act")
"""What somebody does: "she signs out". Called with the world and the actor."""

ENDINGS: Lexicon[None] = Lexicon("ending")
"""What becomes of somebody: "she is fully signed in". Called with the world and the actor."""

FACTS: Lexicon[None] = Lexicon("fact")
"""What is so: "exactly one of them succeeds". Called with the world."""


@dataclass(frozen=True)
class Way:
    """A way to sign in: what she does, and what is done on the twin of a control where it is not the same."""

    sign_in: Callable[[Actor], Session]
    honest: Callable[[Actor], Session] | None = None


WAYS: Lexicon[Way] = Lexicon("way to sign in")
"""How somebody signs in: "an e-mail code". Called with the world; `sessions.py` makes the step of them, last."""
