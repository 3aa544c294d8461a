"""What a check needs of a target, found by going through its steps without doing anything.

A rehearsal: every step is called with a world in which nothing happens, people and answers are dummies, and what is
asked for is written down. What only a real answer could bring up stays unknown; a run finds it, and says n/a.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unittest.mock import MagicMock

from mfa_harness import steps
from mfa_harness.steps.sentence import matching
from mfa_harness.targets.profile import Profile

if TYPE_CHECKING:
    from mfa_harness.suite import Check


@dataclass
class Needs:
    """What one check asks for."""

    capabilities: dict[str, None] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    waits_seconds: float = 0.0


def needs_of(check: Check) -> Needs:
    """Go through the steps of a check."""
    steps.modules()
    needs = Needs()
    world = MagicMock()
    world.profile = Profile.default()
    world.check = check
    world.wishes = needs.settings
    world.noted = {}
    world.refusal_follows = True
    world.need = needs.capabilities.setdefault
    world.wish = lambda **settings: needs.settings.update(settings)
    world.expect = lambda actor: [
        needs.capabilities.setdefault(_CAPABILITIES[method]) for method in actor.methods
    ]
    world.environment.wait = lambda seconds: _wait(needs, seconds)
    world.environment.advance = lambda _seconds: needs.capabilities.setdefault("clock")
    world.another_environment = lambda **_settings: needs.capabilities.setdefault("two-environments")
    for step in check.steps:
        for sentence in matching(step.text):
            found = sentence.regex.fullmatch(step.text)
            with suppress(Exception):  # a dummy cannot play along with everything
                sentence.function(world, **(found.groupdict() if found else {}))
    return needs


_CAPABILITIES = {"an authenticator app": "totp", "a passkey": "passkeys"}


def _wait(needs: Needs, seconds: Any) -> None:
    if isinstance(seconds, int | float):
        needs.waits_seconds += seconds
