"""Actions: adding an authenticator app and giving its codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mfa_harness.steps.lexicons import ACTS
from mfa_harness.steps.sentence import Lexicon, sentence
from mfa_harness.verdicts import NotApplicable

if TYPE_CHECKING:
    from mfa_harness.scenario.actor import Actor
    from mfa_harness.scenario.world import World

CODES: Lexicon[Any] = Lexicon("code")
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")  # noqa: RUF001 - that is the point
_SEARCH = 400  # steps to look ahead for a code of a special form; one in ten begins with 0


@CODES.phrase("the current code", "a fresh code")
def _fresh(world: World, actor: Actor) -> str:
    return actor.fresh_code()


@CODES.phrase("the same code again")
def _same(world: World, actor: Actor) -> Any:
    return actor.last_code


@CODES.phrase("the code she enrolled with")
def _of_enrolment(world: World, actor: Actor) -> str:
    return actor.enrolment_code


@CODES.phrase("a wrong code")
def _wrong(world: World, actor: Actor) -> str:
    return actor.wrong_codes(1)[0]


@CODES.phrase("the code from {n} step[s] ago")
def _ago(world: World, actor: Actor, n: str) -> str:
    return _neighbour(world, actor, -int(n))


@CODES.phrase("the code {n} step[s] ahead")
def _ahead(world: World, actor: Actor, n: str) -> str:
    return _neighbour(world, actor, int(n))


def _neighbour(world: World, actor: Actor, steps: int) -> str:
    drift = actor.person.drift_steps
    unused_and_near = abs(steps) <= drift and actor.app.step + steps > actor.last_step
    if unused_and_near == world.refusal_follows:
        raise NotApplicable(f"the profile lets a code be {drift} time steps off, so this says nothing of it")
    return actor.neighbouring_code(steps)


@CODES.phrase("the other user's code")
def _of_other(world: World, actor: Actor) -> str:
    return world.actor("the other user").fresh_code()


@CODES.phrase("a code from her first app")
def _of_first_app(world: World, actor: Actor) -> str:
    assert actor.first_app is not None
    return actor.first_app.code()


@CODES.phrase("a recovery code")
def _recovery(world: World, actor: Actor) -> str:
    return actor.unused_recovery_code()


@CODES.phrase("a code that begins with 0")
def _leading_zero(world: World, actor: Actor) -> str:
    for ahead in range(1, _SEARCH):
        if actor.app.code(step=ahead).startswith("0"):
            world.environment.advance(ahead * actor.app.period)
            return actor.fresh_code()
    raise NotApplicable("no code that begins with 0 within reach")


@CODES.phrase("a code without its leading zero")
def _zero_lost(world: World, actor: Actor) -> str:
    return str(_leading_zero(world, actor)).lstrip("0")


@CODES.phrase("the current code without its first digit")
def _short(world: World, actor: Actor) -> str:
    return actor.fresh_code()[1:]


@CODES.phrase("the current code without its last digit")
def _prefix(world: World, actor: Actor) -> str:
    return actor.fresh_code()[:-1]


@CODES.phrase("the current code and one digit more")
def _long(world: World, actor: Actor) -> str:
    return actor.fresh_code() + "0"


@CODES.phrase("the current code and a letter")
def _letter(world: World, actor: Actor) -> str:
    return actor.fresh_code() + "x"


@CODES.phrase("the current code in full-width digits")
def _full_width(world: World, actor: Actor) -> str:
    return actor.fresh_code().translate(_FULL_WIDTH)


@CODES.phrase("the current code as a number")
def _number(world: World, actor: Actor) -> int:
    return int(actor.fresh_code())


@CODES.phrase("the current code in a list")
def _list(world: World, actor: Actor) -> list[str]:
    return [actor.fresh_code()]


@CODES.phrase("no code at all")
def _null(world: World, actor: Actor) -> None:
    return None


@CODES.phrase("an empty code")
def _empty(world: World, actor: Actor) -> str:
    return ""


@CODES.phrase('the code "{text}"')
def _literal(world: World, actor: Actor, text: str) -> str:
    return text


@ACTS.phrase("starts to add an authenticator app[ again]")
def starts_app(world: World, actor: Actor) -> None:
    """Ask for a new authenticator app and scan its QR code; the codes that follow are that app's."""
    world.need("totp")
    world.attempt(actor, "starting to add an authenticator app", lambda a: a.start_app())


_WHOSE = {"her app": "she", "the other user's app": "the other user"}


@sentence(
    "{who} enters {code}[, naming {device}]",
    example="When she enters the current code",
    code=CODES,
    device=_WHOSE,
)
def enters(world: World, who: str, code: str, device: str | None) -> None:
    """Give a code of the authenticator app: it ends an enrolment under way, and meets a challenge."""
    actor = world.actor(who)
    value = actor.last_code = CODES.resolve(code, world, actor)
    what = f"entering {code}{', naming ' + device if device else ''}"
    named = {"device_id": world.actor(_WHOSE[device]).app_id} if device else {}

    def honest(twin: Actor) -> None:
        if twin.person.app is None:
            twin.complete_mfa()
            twin.start_app()
        twin.submit(twin.fresh_code(), **({"device_id": twin.app_id} if device else {}))

    world.attempt(actor, what, lambda a: a.submit(value, **named), honest=honest)


def need_register_route(world: World) -> None:
    """Make the check n/a where apps are not confirmed by POST register/totp."""
    world.need("enrolment-register-route")
    if world.profile.tolerances.enrolment_route == "auth":
        raise NotApplicable("the profile says that an app is verified by authenticating with it only")


@sentence(
    "{who} confirms the app with {code}",
    example="When she confirms the app with the current code",
    code=CODES,
)
def confirms(world: World, who: str, code: str) -> None:
    """End an enrolment as native SDKs do (POST register/totp): the session stays as it was."""
    need_register_route(world)
    actor = world.actor(who)
    value = actor.last_code = CODES.resolve(code, world, actor)

    def honest(twin: Actor) -> None:
        if twin.methods:
            twin.complete_mfa()
        twin.start_app()
        twin.client.verify_totp_mfa_device(twin.fresh_code())

    world.attempt(actor, f"confirming with {code}", lambda a: a.confirm(value), honest=honest)
