"""Actions: signing in and out, and keeping a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_harness.steps.lexicons import ACTS, WAYS, Way
from mfa_harness.steps.sentence import sentence
from mfa_harness.verdicts import NotApplicable, ScenarioError

if TYPE_CHECKING:
    from mfa_harness.scenario.actor import Actor
    from mfa_harness.scenario.world import World


@WAYS.phrase("an e-mail code")
def _by_email(world: World) -> Way:
    return Way(lambda actor: actor.sign_in())


@WAYS.phrase("an e-mail code in the same browser")
def _by_email_here(world: World) -> Way:
    return Way(lambda actor: actor.sign_in_here())


@WAYS.phrase("her passkey")
def _by_passkey(world: World) -> Way:
    world.need("passkey-sign-in")
    if (
        world.wishes.get("session_based")
        and world.profile.tolerances.passkey_signin_meets_session_mfa != "no"
    ):
        raise NotApplicable("the profile does not say that signing in with a passkey leaves MFA to be done")
    return Way(lambda actor: actor.sign_in_by_passkey())


@WAYS.phrase("a code by text message")
def _by_text_message(world: World) -> Way:
    world.need("sms-sign-in")
    return Way(lambda actor: actor.sign_in_by_sms())


@WAYS.phrase("an external account")
def _externally(world: World) -> Way:
    world.need("external-jwt")
    return Way(lambda actor: actor.sign_in_externally())


@sentence(
    "{who} (signs|has signed) (in|up)[ again][ with {way}]",
    example="When she signs in again",
    way=WAYS,
)
def signs_in(world: World, who: str, way: str | None) -> None:
    """Sign in, from another browser and by e-mail code unless said; what follows happens in that browser."""
    actor = world.actor(who)
    named = way or "an e-mail code"
    chosen = WAYS.resolve(named, world)
    world.attempt(actor, f"signing in with {named}", chosen.sign_in, honest=chosen.honest or chosen.sign_in)


@ACTS.phrase("goes back to her other session")
def other_session(world: World, actor: Actor) -> None:
    """Continue in the browser she used before this one."""
    if len(actor.sessions) < 2:  # noqa: PLR2004
        raise ScenarioError(f"{actor.role} has one session only: let her sign in again before she goes back")
    actor.sessions.append(actor.sessions.pop(-2))


@ACTS.phrase("signs out")
def signs_out(world: World, actor: Actor) -> None:
    """End the session in front of her; her old token is kept for the scenario to try again."""
    world.noted["old token"] = actor.client.state.token
    world.attempt(actor, "signing out", lambda a: a.client.logout())


@ACTS.phrase("proves her phone number again")
def proves_number(world: World, actor: Actor) -> None:
    """Give another code by text message within the session: the first factor once more."""
    world.need("sms-sign-in")
    world.attempt(actor, "proving her phone number again", lambda a: a.give_sms_code(a.client))


@ACTS.phrase("acknowledges her recovery codes, and a refresh would ask for MFA")
def acknowledges_while_due(world: World, actor: Actor) -> None:
    """Have a new token by an update of the user, where one by a refresh says that MFA is due.

    What the refresh brings is looked at on the side and thrown away: a page that never refreshes is what is tried.
    """
    world.need("acknowledgement")
    refreshed = world.send("POST", "refresh", actor).json()
    user = refreshed.get("user") if isinstance(refreshed, dict) else None
    if "user:basic" in str((user or {}).get("scope", "")).split():
        raise NotApplicable("a session that was complete stays complete here, by a refresh too")
    world.attempt(actor, "acknowledging her recovery codes", lambda a: a.client.acknowledge_recovery_codes())


@ACTS.phrase("refreshes her session")
def refreshes(world: World, actor: Actor) -> None:
    """Have the session's token made anew (POST refresh)."""
    world.attempt(actor, "refreshing the session", lambda a: a.client.refresh_auth())
