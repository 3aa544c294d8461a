"""The sentence in which somebody tries to do something with a session, and what she shows for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_harness.scenario.permits import NONE
from mfa_harness.steps.operations import OPERATIONS
from mfa_harness.steps.proofs import PERMITS
from mfa_harness.steps.sentence import sentence
from mfa_harness.verdicts import NotApplicable

if TYPE_CHECKING:
    from mfa_harness.scenario.world import World


@sentence(
    "{who} tries to {operation}[ with {permit}]",
    example="When she tries to delete her authenticator app with a made-up token",
    operation=OPERATIONS,
    permit=PERMITS,
)
def tries_to(world: World, who: str, operation: str, permit: str | None) -> None:
    """Do something with the session in front of her; whether it should be let through the Then says."""
    actor = world.actor(who)
    chosen = OPERATIONS.resolve(operation, world)
    if chosen.needs:
        world.need(chosen.needs)
    if chosen.removes:
        _demand_authority(world, chosen.removes, permit or "")
    if chosen.adds and "MFA token" in (permit or "") and _any_token_links(world):
        raise NotApplicable("the profile does not say that a method is added by an elevated token only")
    shown = PERMITS.resolve(permit, world, actor) if permit else NONE
    what = f"trying to {operation}{' with ' + permit if permit else ''}"
    honest = None if chosen.proved else chosen.control
    world.attempt(actor, what, lambda a: chosen.do(a, shown), honest=honest, proved=chosen.proved)


def _demand_authority(world: World, method: str, permit: str) -> None:
    """Make removal n/a where the profile says that it does not work like this."""
    tolerances = world.profile.tolerances
    if method == "app" and tolerances.default_device_deletion == "refused":
        raise NotApplicable("the profile says that the default device cannot be deleted, and her app is that")
    if world.refusal_follows:
        return
    if "MFA token" in permit and tolerances.deletion_authority == "elevated-token":
        raise NotApplicable("the profile says that a method is deleted by an elevated token only")
    if "elevated token" in permit and tolerances.deletion_authority == "mfa-token":
        raise NotApplicable("the profile says that a method is deleted by an MFA token only")


def _any_token_links(world: World) -> bool:
    return world.profile.tolerances.linking_authority != "elevated-token"
