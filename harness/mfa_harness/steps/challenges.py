"""Actions: answering one passkey ceremony with what the challenge of another was signed for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mfa_harness.steps.lexicons import ACTS
from mfa_harness.steps.passkeys import Recorder
from mfa_harness.steps.sentence import Lexicon, sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfa_harness.scenario.actor import Actor
    from mfa_harness.scenario.world import World
    from mfa_simulators.client.protocol import PasskeyAuthenticator

CHALLENGES: Lexicon[str] = Lexicon("challenge")
"""Whose challenge is signed in place of the one that was asked."""


@CHALLENGES.phrase("the challenge of a registration")
def _of_registration(_world: World, actor: Actor) -> str:
    client: Any = actor.client
    return str(client.passkey_creation_options()["challenge"])


@CHALLENGES.phrase("the challenge of a sign-in")
def _of_sign_in(world: World, actor: Actor) -> str:
    world.need("passkey-sign-in")
    client: Any = actor.client
    return str(client.passkey_sign_in_options()["challenge"])


@CHALLENGES.phrase("her MFA challenge")
def _of_mfa(_world: World, actor: Actor) -> str:
    client: Any = actor.client
    return str(client.passkey_request_options()["challenge"])


@CHALLENGES.phrase("the other user's MFA challenge")
def _of_other_user(world: World, _actor: Actor) -> str:
    return _of_mfa(world, world.actor("the other user"))


@CHALLENGES.phrase("the challenge of a registration in her other session")
def _of_other_session(_world: World, actor: Actor) -> str:
    other: Any = actor.sessions[-2]
    return str(other.passkey_creation_options()["challenge"])


@CHALLENGES.phrase("the challenge of a registration that is over")
def _of_finished_registration(_world: World, actor: Actor) -> str:
    recorder = Recorder(actor.person.new_key())
    actor.client.register_passkey(passkey=recorder)
    return recorder.challenge


@CHALLENGES.phrase("an MFA challenge that is over")
def _of_passed_mfa(_world: World, actor: Actor) -> str:
    recorder = Recorder(actor.person.key)
    actor.client.authenticate_passkey_mfa(passkey=recorder)
    return recorder.challenge


@CHALLENGES.phrase("the challenge of a sign-in that is over")
def _of_finished_sign_in(world: World, actor: Actor) -> str:
    world.need("passkey-sign-in")
    recorder = Recorder(actor.person.key)
    actor.sign_in_by_passkey(passkey=recorder)
    return recorder.challenge


class Borrower:
    """A passkey authenticator that signs a challenge of its own choice, all else being as it was asked."""

    def __init__(self, key: PasskeyAuthenticator, challenge: str) -> None:
        self._key = key
        self._challenge = challenge

    def create(
        self, options: Mapping[str, Any], /, *, origin: str, fault: str | None = None
    ) -> dict[str, Any]:
        """As the authenticator does, for the other challenge."""
        return self._key.create({**options, "challenge": self._challenge}, origin=origin, fault=fault)

    def get(self, options: Mapping[str, Any], /, *, origin: str, fault: str | None = None) -> dict[str, Any]:
        """As the authenticator does, for the other challenge."""
        return self._key.get({**options, "challenge": self._challenge}, origin=origin, fault=fault)


def _answer(actor: Actor, challenge: str | None) -> Any:
    return actor.client.authenticate_passkey_mfa(passkey=_signing(actor.person.key, challenge))


def _register(actor: Actor, challenge: str | None) -> Any:
    return actor.client.register_passkey(passkey=_signing(actor.person.new_key(), challenge))


def _sign_in(actor: Actor, challenge: str | None) -> Any:
    client = actor.open_browser() if actor.client.state.signed_in else actor.client
    return client.sign_in_with_passkey(passkey=_signing(actor.person.key, challenge))


def _signing(key: PasskeyAuthenticator, challenge: str | None) -> PasskeyAuthenticator:
    return key if challenge is None else Borrower(key, challenge)


_CEREMONIES: dict[str, Callable[[Actor, str | None], Any]] = {
    "answers the passkey challenge": _answer,
    "registers another passkey": _register,
    "signs in with her passkey": _sign_in,
}


@sentence(
    "{who} {ceremony} by a response to {challenge}",
    example="When she answers the passkey challenge by a response to the challenge of a registration",
    ceremony=_CEREMONIES,
    challenge=CHALLENGES,
)
def answers_other(world: World, who: str, ceremony: str, challenge: str) -> None:
    """Go through a ceremony honestly but for the challenge: it was issued, and for something else."""
    world.need("passkey-sign-in" if "signs in" in ceremony else "passkeys")
    actor = world.actor(who)
    do = _CEREMONIES[ceremony]
    borrowed = CHALLENGES.resolve(challenge, world, actor)
    if do is _sign_in:
        actor.open_browser()  # in front of her before and after, or the witness would see two browsers
    world.attempt(
        actor,
        f"{ceremony.replace('answers', 'answering').replace('registers', 'registering').replace('signs', 'signing')} "
        f"by a response to {challenge}",
        lambda a: do(a, borrowed),
        honest=lambda twin: do(twin, None),
    )


@ACTS.phrase("signs out and in again before she answers the passkey challenge")
def answers_after_signing_out(world: World, actor: Actor) -> None:
    """What the session that she ended was asked is answered in a new one."""
    world.need("passkeys")
    asked = _of_mfa(world, actor)
    actor.client.logout()
    actor.sign_in()
    world.attempt(
        actor,
        "answering the challenge of a session that was signed out",
        lambda a: _answer(a, asked),
        honest=lambda twin: _answer(twin, None),
    )
