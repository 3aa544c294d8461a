"""The sentences of the suite: Gherkin step definitions in the vocabulary of features/."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from mfa_harness.steps.sentence import Sentence

MODULES = (
    "fixtures",
    "environment",
    "people",
    "email_codes",
    "passkeys",
    "passkey_kinds",
    "sessions",
    "apps",
    "recovery",
    "challenges",
    "proofs",
    "operations",
    "routes",
    "attempts",
    "step_up",
    "tokens",
    "limits",
    "wire",
    "websites",
    "inside",
    "backend",
    "chance",
    "client_duties",
    "screens",
    "outcomes",
    "sights",
    "acts",
)


def modules() -> list[ModuleType]:
    """The modules that hold the step definitions, imported."""
    return [import_module(f"{__name__}.{name}") for name in MODULES]


def catalogue() -> list[Sentence]:
    """Every sentence that a scenario may use, in the order of the topics."""
    from mfa_harness.steps.sentence import catalogue as declared  # noqa: PLC0415 - pytest-bdd loads slowly

    modules()
    return declared()
