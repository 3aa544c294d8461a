"""What a client owes its user: what it believes, keeps, sends and says. Judged on its results and on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_harness.scenario.outcome import describe, require
from mfa_harness.steps.lexicons import ACTS, ENDINGS, FACTS
from mfa_harness.verdicts import Breach, NotApplicable, ScenarioError
from mfa_simulators.client.core import ELEVATED_TOKEN_HEADER
from mfa_simulators.client.errors import ClientError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_harness.events import Exchange
    from mfa_harness.scenario.actor import Actor
    from mfa_harness.scenario.world import World


def wire_of(world: World) -> Sequence[Exchange]:
    """What the server saw of this scenario.

    Raises:
        NotApplicable: nothing, since it is somebody else's.
    """
    seen = world.exchanges
    if not seen:
        raise NotApplicable("what went over the wire cannot be seen here")
    return seen


# -- what it believes --------------------------------------------------------------------------------------------


@FACTS.phrase("her client asks nothing more of her")
def client_asks_nothing(world: World) -> None:
    """is_user_missing_mfa_auth and is_pending_recovery_codes_acknowledgment are both false."""
    client = world.actor("she").client
    require(
        not client.is_user_missing_mfa_auth(),
        "a client that takes the session for complete: requiresAdditionalAuth is not in the scope's list",
        "it takes MFA for due",
    )
    require(not client.is_pending_recovery_codes_acknowledgment(), "nothing to acknowledge", "recovery codes")


@FACTS.phrase("her client asks for MFA")
def client_asks_for_mfa(world: World) -> None:
    """is_user_missing_mfa_auth is true."""
    due = world.actor("she").client.is_user_missing_mfa_auth()
    require(due, "a client that takes MFA for due", "it takes the session for complete")


@ACTS.phrase('asks whether "{text}" needs step-up, and the server refuses to say')
def asks_in_vain(world: World, actor: Actor, text: str) -> None:
    """A check that fails; what the client makes of that is what counts."""
    world.need("step-up")
    world.try_out(actor, "asking whether step-up is needed", lambda a: a.client.check_step_up_auth(text))


@ENDINGS.phrase("is not told that no step-up is needed")
def not_told_that_none_is_needed(world: World, actor: Actor) -> None:
    """The call fails, or says that it is needed; never that it is not."""
    outcome = world.outcome
    if outcome.error is None:
        if not hasattr(outcome.value, "is_required"):
            raise ScenarioError("nobody has asked whether step-up is needed: this sentence must follow that")
        require(
            outcome.value.is_required, "a failed check that counts as: needed", "the client says: not needed"
        )


# -- what it keeps -----------------------------------------------------------------------------------------------


@ACTS.phrase("takes the MFA token out of her client")
def takes_token(world: World, actor: Actor) -> None:
    """consume_mfa_token."""
    world.need("mfa-tokens")
    world.attempt(actor, "taking the MFA token", lambda a: a.client.consume_mfa_token())


@FACTS.phrase("her client has no MFA token")
def no_token_held(world: World) -> None:
    """None in its state, and consuming one is an error of the client's own."""
    client = world.actor("she").client
    require(client.state.mfa_token is None, "no MFA token in the client's state", "one is still there")
    try:
        client.consume_mfa_token()
    except ClientError as error:
        require(
            error.status is None, "an error of the client's own, without asking the server", describe(error)
        )
    else:
        raise Breach("an error: there is no MFA token to hand out", "the client handed one out")


@FACTS.phrase("her client has forgotten her")
def forgotten(world: World) -> None:
    """No user, no session token, no MFA token, no elevated token."""
    state = world.actor("she").client.state
    left = [name for name in ("user", "token", "mfa_token") if getattr(state, name) is not None]
    left += ["elevated tokens"] if state.elevated_tokens else []
    require(not left, "a client that remembers nothing of the session", f"left behind: {', '.join(left)}")


@ENDINGS.phrase("is still signed in")
def still_signed_in(world: World, actor: Actor) -> None:
    """The client holds her session, and the server takes it."""
    require(actor.client.state.signed_in, "a client that keeps the session", "it has signed her out")
    try:
        actor.client.refresh_user()
    except ClientError as error:
        raise Breach("a session that still works", describe(error)) from error


# -- what it sends -----------------------------------------------------------------------------------------------


def _codes_sent(world: World) -> list[Exchange]:
    return [
        exchange
        for exchange in wire_of(world)
        if exchange.method == "POST" and exchange.path.startswith("/users/mfa/auth/")
    ]


@FACTS.phrase("her client has sent the refused code once")
def sent_once(world: World) -> None:
    """One refused request, not two: a code is never repeated by itself (RFC 6238 5.2)."""
    refused = [exchange for exchange in _codes_sent(world) if (exchange.status or 0) >= 400]  # noqa: PLR2004
    require(len(refused) == 1, "the code is sent once", f"it was sent {len(refused)} times")


@FACTS.phrase("her client has had its session token renewed since the deletion")
def renewed_after_deletion(world: World) -> None:
    """POST refresh after DELETE users/mfa."""
    wire = wire_of(world)
    deletions = [
        number
        for number, exchange in enumerate(wire)
        if exchange.method == "DELETE" and exchange.path.startswith("/users/mfa/")
    ]
    require(bool(deletions), "a deletion on the wire", "none")
    later = wire[deletions[-1] + 1 :]
    require(
        any(exchange.method == "POST" and exchange.path.startswith("/refresh") for exchange in later),
        "POST refresh after the deletion: the state of the recovery codes may have changed with it",
        "none",
    )


@FACTS.phrase("her elevated token has gone along with nothing")
def elevated_kept_back(world: World) -> None:
    """No call had the header: none of them was of the token's scope."""
    along = [exchange for exchange in wire_of(world) if exchange.headers.get(ELEVATED_TOKEN_HEADER)]
    found = ", ".join(f"{exchange.method} {exchange.path}" for exchange in along)
    require(not along, "an elevated token that is sent for its own scope only", f"it went along with {found}")


@FACTS.phrase("her client has made no new recovery codes")
def nothing_regenerated(world: World) -> None:
    """No POST users/mfa/recovery."""
    made = sum(
        exchange.method == "POST" and exchange.path == "/users/mfa/recovery" for exchange in wire_of(world)
    )
    require(not made, "showing recovery codes makes no new ones", f"POST users/mfa/recovery, {made} times")


# -- what it says ------------------------------------------------------------------------------------------------


@FACTS.phrase("her client says that there were too many attempts")
def says_too_many(world: World) -> None:
    """Kind rate_limited, not the kind of a wrong code."""
    error = world.outcome.error
    kind = error.kind if error else "no error"
    require(kind == "rate_limited", "an error of kind rate_limited", kind)


@FACTS.phrase("her client says that she has a device already")
def says_device_limit(world: World) -> None:
    """The refusal comes through as what it is: the kind of a device limit, or of a 401."""
    error = world.outcome.error
    kind = error.kind if error else "no error"
    require(kind in ("device_limit", "unauthorized"), "an error of kind device_limit or unauthorized", kind)


@FACTS.phrase("her client's own call is refused")
def call_refused(world: World) -> None:
    """Where the server refused, the call that led to it is an error, not an event beside a call that succeeds."""
    asked = [
        exchange
        for exchange in wire_of(world)
        if (exchange.method == "POST" and "passkey" in exchange.path)
        or (exchange.method == "GET" and exchange.path == "/users/mfa/register/totp")
    ]
    if not any((exchange.status or 0) >= 400 for exchange in asked[-1:]):  # noqa: PLR2004 - HTTP's own
        raise NotApplicable("the server refused nothing")
    error = world.outcome.error
    if error is None or error.aside:
        told = "it succeeds" if error is None else f"it succeeds; beside it: {describe(error)}"
        raise Breach("a call that fails when the server refuses", told)
