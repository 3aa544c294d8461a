"""Sentences that are one phrase and nothing more: gathered here by topic, declared as three steps in `acts.py`."""

from __future__ import annotations

from mfa_harness.steps.sentence import Lexicon

ACTS: Lexicon[None] = Lexicon("act")
"""What somebody does: "she signs out". Called with the world and the actor."""

ENDINGS: Lexicon[None] = Lexicon("ending")
"""What becomes of somebody: "she is fully signed in". Called with the world and the actor."""

FACTS: Lexicon[None] = Lexicon("fact")
"""What is so: "exactly one of them succeeds". Called with the world."""
