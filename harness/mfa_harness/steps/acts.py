"""The steps whose sentence is one phrase; what the phrases do stands with their topics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_harness.steps import modules
from mfa_harness.steps.lexicons import ACTS, ENDINGS, FACTS
from mfa_harness.steps.sentence import sentence

if TYPE_CHECKING:
    from mfa_harness.scenario.world import World

modules()  # the topics, which declare the phrases that these steps are made of


@sentence("{who} {act}", example="When she signs out", act=ACTS)
def acts(world: World, who: str, act: str) -> None:
    """Do one thing, in the browser in front of her."""
    ACTS.resolve(act, world, world.actor(who))


@sentence("{who} {ending}", example="Then she is fully signed in", kind="then", ending=ENDINGS)
def ends(world: World, who: str, ending: str) -> None:
    """What has become of her, or of what she tried last."""
    ENDINGS.resolve(ending, world, world.actor(who))


@sentence("{fact}", example="Then exactly one of them succeeds", kind="then", fact=FACTS)
def holds(world: World, fact: str) -> None:
    """What is so."""
    FACTS.resolve(fact, world)
