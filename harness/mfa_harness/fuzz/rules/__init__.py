"""What can be done: every rule with its sentences, when it makes sense, and what must come of it."""

from __future__ import annotations

from importlib import import_module

from mfa_harness.fuzz.rules.repertoire import Repertoire
from mfa_harness.fuzz.rules.rule import RULES, Rule, as_known_today

for _topic in (
    "sign_ins",
    "sessions",
    "apps",
    "codes",
    "recovery",
    "passkeys",
    "passkey_kinds",
    "challenges",
    "devices",
    "tokens",
    "actions",
    "guesses",
    "races",
    "place",
    "looks",
):
    import_module(f"{__name__}.{_topic}")

__all__ = ["RULES", "Repertoire", "Rule", "as_known_today"]
