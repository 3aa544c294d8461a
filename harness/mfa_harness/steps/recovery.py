"""Actions: the sheet of recovery codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_harness.scenario import permits
from mfa_harness.scenario.actor import STEP_UP_VERSION
from mfa_harness.steps.lexicons import ACTS
from mfa_harness.steps.sentence import Lexicon, sentence
from mfa_harness.verdicts import NotApplicable, ScenarioError

if TYPE_CHECKING:
    from mfa_harness.scenario.actor import Actor
    from mfa_harness.scenario.world import World

RECOVERY_CODES: Lexicon[str] = Lexicon("recovery code")


@RECOVERY_CODES.phrase("a recovery code", "another recovery code")
def _next(world: World, actor: Actor) -> str:
    return actor.take_recovery_code()


@RECOVERY_CODES.phrase("the same recovery code again")
def _same(world: World, actor: Actor) -> str:
    return actor.last_recovery_code


@RECOVERY_CODES.phrase("a recovery code from her old sheet")
def _old(world: World, actor: Actor) -> str:
    if not actor.old_codes:
        raise ScenarioError("she has no old sheet: let her read or regenerate her recovery codes first")
    return actor.old_codes[-1]


@RECOVERY_CODES.phrase("a made-up recovery code")
def _made_up(world: World, actor: Actor) -> str:
    return "ZZZZZZZZZZ"


@RECOVERY_CODES.phrase("the other user's recovery code")
def _of_other(world: World, actor: Actor) -> str:
    return world.actor("the other user").unused_recovery_code()


@RECOVERY_CODES.phrase("a recovery code without its last character")
def _prefix(world: World, actor: Actor) -> str:
    return actor.unused_recovery_code()[:-1]


@RECOVERY_CODES.phrase("a recovery code and one character more")
def _long(world: World, actor: Actor) -> str:
    return actor.unused_recovery_code() + "A"


@RECOVERY_CODES.phrase("a recovery code in the other case")
def _other_case(world: World, actor: Actor) -> str:
    for code in actor.person.sheet.unused:
        if code.swapcase() != code:
            return code.swapcase()
    raise NotApplicable("none of her recovery codes has a letter in it")


@RECOVERY_CODES.phrase("a recovery code with a space")
def _spaced(world: World, actor: Actor) -> str:
    code = actor.unused_recovery_code()
    return f"{code[:5]} {code[5:]}"


@RECOVERY_CODES.phrase("an empty recovery code")
def _empty(world: World, actor: Actor) -> str:
    return ""


@RECOVERY_CODES.phrase("a code from her authenticator app")
def _totp(world: World, actor: Actor) -> str:
    return actor.fresh_code()


@sentence("{who} uses {code}", example="When she uses a recovery code", code=RECOVERY_CODES)
def uses(world: World, who: str, code: str) -> None:
    """Meet a challenge with a recovery code."""
    actor = world.actor(who)
    value = actor.last_recovery_code = RECOVERY_CODES.resolve(code, world, actor)
    world.attempt(
        actor,
        f"using {code}",
        lambda a: a.client.authenticate_mfa_recovery_code(value),
        honest=lambda twin: twin.client.authenticate_mfa_recovery_code(twin.take_recovery_code()),
        count_codes=True,
    )


@sentence(
    "{who} uses {n} of her recovery codes, one after the other",
    example="When she uses 10 of her recovery codes, one after the other",
)
def uses_many(world: World, who: str, n: str) -> None:
    """Meet as many challenges, each with another code of the sheet."""
    actor = world.actor(who)

    def use_all(actor: Actor) -> None:
        for _ in range(int(n)):
            actor.client.authenticate_mfa_recovery_code(actor.take_recovery_code())

    world.attempt(actor, f"using {n} recovery codes", use_all)


@ACTS.phrase("reads her recovery codes[ again]")
def reads(world: World, actor: Actor) -> None:
    """Get the set of recovery codes and write it down; what was on the sheet becomes the old sheet."""
    if not actor.codes_can_be_read_again and actor.has_sheet:
        raise NotApplicable("the profile does not say that recovery codes are shown again once acknowledged")
    outcome = world.attempt(actor, "reading the recovery codes", lambda a: a.client.get_mfa_recovery_codes())
    if outcome.error is None:
        actor.replace_sheet(outcome.value)


@ACTS.phrase("regenerates her recovery codes")
def regenerates(world: World, actor: Actor) -> None:
    """Get a new set and write it down; what was on the sheet becomes the old sheet."""
    outcome = world.attempt(actor, "regenerating the recovery codes", lambda a: renewed_codes(world, a))
    if outcome.error is None:
        actor.replace_sheet(outcome.value)


def renewed_codes(world: World, actor: Actor) -> tuple[str, ...]:
    """A new set, with fresh MFA where the profile or the API version asks for that."""
    enforced = world.wishes.get("min_api_version", "") >= STEP_UP_VERSION
    if not enforced and not world.profile.tolerances.regenerate_needs_mfa:
        return actor.client.create_new_mfa_recovery_codes()
    answer = world.send("POST", "users/mfa/recovery", actor, None, permits.mfa_token(actor).headers)
    return tuple(answer.json()["recoveryCodes"])


@ACTS.phrase("acknowledges her recovery codes")
def acknowledges(world: World, actor: Actor) -> None:
    """Say that the codes are written down."""
    actor.acknowledges = True
    world.attempt(actor, "acknowledging the recovery codes", lambda a: a.client.acknowledge_recovery_codes())
