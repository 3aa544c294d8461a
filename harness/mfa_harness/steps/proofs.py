"""What a person shows for an action besides her session: proofs that are good, spent, foreign or forged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_harness.scenario import forgery, permits
from mfa_harness.scenario.permits import NONE, Permit
from mfa_harness.steps.sentence import Lexicon
from mfa_simulators.client.core import ELEVATED_TOKEN_HEADER, MFA_TOKEN_HEADER

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.scenario.actor import Actor
    from mfa_harness.scenario.world import World

_FAR_FUTURE = 4102444800  # 2100-01-01
PERMITS: Lexicon[Permit] = Lexicon("token")

PERMITS.phrase("fresh MFA")(lambda _world, actor: permits.for_removal(actor))
PERMITS.phrase("no token")(lambda _world, _actor: NONE)
PERMITS.phrase("an MFA token")(lambda _world, actor: permits.mfa_token(actor))
PERMITS.phrase("the same MFA token again")(lambda _world, actor: permits.mfa_token_again(actor))
PERMITS.phrase("the same elevated token again")(lambda _world, actor: permits.elevated_token_again(actor))
PERMITS.phrase("a made-up token")(lambda _world, _actor: permits.made_up())


@PERMITS.phrase("an MFA token from a recovery code")
def _from_recovery_code(world: World, actor: Actor) -> Permit:
    session = actor.client.authenticate_mfa_recovery_code(actor.take_recovery_code(), create_mfa_token=True)
    actor.mfa_token = session.mfa_token or ""
    return Permit(MFA_TOKEN_HEADER, actor.mfa_token)


@PERMITS.phrase("fresh MFA by a recovery code")
def _removal_by_recovery_code(world: World, actor: Actor) -> Permit:
    if actor.tolerances.deletion_authority != "elevated-token":
        return _from_recovery_code(world, actor)
    actor.client.authenticate_mfa_recovery_code(
        actor.take_recovery_code(), requested_scopes=("credential:unlink",)
    )
    return NONE  # the client holds it, and sends it by itself


@PERMITS.phrase("the other user's MFA token")
def _foreign_token(world: World, actor: Actor) -> Permit:
    return permits.by_hand(MFA_TOKEN_HEADER, permits.mfa_token(world.actor("the other user")).value)


@PERMITS.phrase('an elevated token for "{text}"')
def _elevated(world: World, actor: Actor, text: str) -> Permit:
    world.need("elevated-tokens")
    permit = permits.elevated_token(actor, text)
    return permits.by_hand(ELEVATED_TOKEN_HEADER, permit.value)


# Proofs that are good, and not hers here.


def _mfa(actor: Actor) -> Permit:
    return permits.by_hand(MFA_TOKEN_HEADER, permits.mfa_token(actor).value)


def _elevated_for(actor: Actor, scope: str) -> Permit:
    return permits.by_hand(ELEVATED_TOKEN_HEADER, permits.elevated_token(actor, scope).value)


@PERMITS.phrase('the other user\'s elevated token for "{text}"')
def _foreign_elevated(world: World, actor: Actor, text: str) -> Permit:
    world.need("elevated-tokens")
    return _elevated_for(world.actor("the other user"), text)


def _elsewhere(world: World, actor: Actor) -> Actor:
    """Herself, so to speak, in another environment of the same server."""
    world.need("two-environments")
    return world.twin(actor, world.another_environment())


@PERMITS.phrase("an MFA token of another environment")
def _mfa_elsewhere(world: World, actor: Actor) -> Permit:
    return _mfa(_elsewhere(world, actor))


@PERMITS.phrase('an elevated token for "{text}" of another environment')
def _elevated_elsewhere(world: World, actor: Actor, text: str) -> Permit:
    world.need("elevated-tokens")
    return _elevated_for(_elsewhere(world, actor), text)


def _in_another_session(actor: Actor, come_by: Callable[[Actor], Permit]) -> Permit:
    """Got in a browser of its own; the one that was in front of her is there again afterwards."""
    actor.sign_in()
    permit = come_by(actor)
    actor.sessions.append(actor.sessions.pop(-2))
    return permit


@PERMITS.phrase("an MFA token of another session of hers")
def _mfa_of_other_session(world: World, actor: Actor) -> Permit:
    return _in_another_session(actor, _mfa)


@PERMITS.phrase('an elevated token for "{text}" of another session of hers')
def _elevated_of_other_session(world: World, actor: Actor, text: str) -> Permit:
    world.need("elevated-tokens")
    return _in_another_session(actor, lambda a: _elevated_for(a, text))


# Proofs that nobody gave out.


@PERMITS.phrase("her session token as an elevated token")
def _session_token(world: World, actor: Actor) -> Permit:
    return permits.by_hand(ELEVATED_TOKEN_HEADER, forgery.token_of(actor))


@PERMITS.phrase('an elevated token for "{text}" made out to "{scope}"')
def _made_out(world: World, actor: Actor, text: str, scope: str) -> Permit:
    world.need("elevated-tokens")
    token = permits.elevated_token(actor, text).value
    return permits.by_hand(ELEVATED_TOKEN_HEADER, forgery.with_claims(token, scope=scope))


@PERMITS.phrase('an elevated token for "{text}" that was unsigned')
def _unsigned(world: World, actor: Actor, text: str) -> Permit:
    world.need("elevated-tokens")
    return permits.by_hand(ELEVATED_TOKEN_HEADER, forgery.unsigned(permits.elevated_token(actor, text).value))


@PERMITS.phrase('an elevated token for "{text}" that was signed by another key')
def _other_key(world: World, actor: Actor, text: str) -> Permit:
    world.need("elevated-tokens")
    return permits.by_hand(
        ELEVATED_TOKEN_HEADER, forgery.other_key(permits.elevated_token(actor, text).value)
    )


@PERMITS.phrase("the same elevated token with its expiry changed")
def _prolonged(world: World, actor: Actor) -> Permit:
    token = permits.elevated_token_again(actor).value
    return permits.by_hand(ELEVATED_TOKEN_HEADER, forgery.with_claims(token, exp=_FAR_FUTURE))
