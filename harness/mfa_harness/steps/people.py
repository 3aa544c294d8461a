"""Given: who is there, and what they have enrolled before the scenario begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_harness.scenario.actor import APP, PASSKEY, Actor
from mfa_harness.steps.sentence import sentence

if TYPE_CHECKING:
    from mfa_harness.scenario.world import World

METHODS = {
    APP: (APP,),
    PASSKEY: (PASSKEY,),
    f"{APP} and {PASSKEY}": (APP, PASSKEY),
    "no MFA method": (),
}
_ROLES = {"a": "she", "another": "the other user"}


@sentence(
    "{which} user who has enrolled {methods}",
    example="Given a user who has enrolled an authenticator app",
    kind="given",
    which=_ROLES,
    methods=METHODS,
)
def enrolled_user(world: World, which: str, methods: str) -> None:
    """Somebody with an account, signed in, her recovery codes written down and acknowledged."""
    world.expect(Actor(_ROLES[which], methods=METHODS[methods]))


@sentence("{which} new user", example="Given a new user", kind="given", which=_ROLES)
def new_user(world: World, which: str) -> None:
    """Somebody with an e-mail address and no account yet."""
    world.expect(Actor(_ROLES[which], signed_up=False))


@sentence(
    "she has not acknowledged her recovery codes",
    example="And she has not acknowledged her recovery codes",
    kind="given",
)
def not_acknowledged(world: World) -> None:
    """She has read her recovery codes but not said so."""
    world.expected("she").acknowledges = False


@sentence(
    'her e-mail address begins with "{text}"',
    example='Given her e-mail address begins with "a&secret=AAAA"',
    kind="given",
)
def email_begins(world: World, text: str) -> None:
    """An address with characters that must be encoded somewhere."""
    world.expected("she").email_name = text
