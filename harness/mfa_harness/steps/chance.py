"""Steps about randomness, lateness and haste: what must not be guessed, kept too long, or raced."""

from __future__ import annotations

import base64
from functools import partial
from typing import TYPE_CHECKING, Any

from mfa_harness.scenario.outcome import require
from mfa_harness.steps.lexicons import ACTS, FACTS
from mfa_harness.verdicts import NotApplicable, ScenarioError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_harness.scenario.actor import Actor
    from mfa_harness.scenario.world import World
    from mfa_simulators.client.protocol import PasskeyAuthenticator

_TOO_MANY = 429
_CHALLENGES = 20
_CHALLENGE_BYTES = 16  # WebAuthn Level 3, 13.4.3
_FEWEST_CHARACTERS = 10  # ten codes of ten characters drawn from fewer are no 2^20 apiece (ASVS 5.0, 6.5.4)


class Dawdler:
    """A passkey authenticator whose user takes her time before she touches it."""

    def __init__(self, key: PasskeyAuthenticator, world: World, seconds: float) -> None:
        self._key = key
        self._world = world
        self._seconds = seconds

    def create(
        self, options: Mapping[str, Any], /, *, origin: str, fault: str | None = None
    ) -> dict[str, Any]:
        """As the authenticator does, later."""
        self._world.environment.wait(self._seconds)
        return self._key.create(dict(options), origin=origin, fault=fault)

    def get(self, options: Mapping[str, Any], /, *, origin: str, fault: str | None = None) -> dict[str, Any]:
        """As the authenticator does, later."""
        self._world.environment.wait(self._seconds)
        return self._key.get(dict(options), origin=origin, fault=fault)


@ACTS.phrase("answers the passkey challenge {n} minutes late")
def answers_late(world: World, actor: Actor, n: str) -> None:
    """Let a challenge grow old before it is answered."""
    late = Dawdler(actor.person.key, world, int(n) * 60)
    world.attempt(
        actor,
        f"answering the passkey challenge {n} minutes late",
        lambda a: a.client.authenticate_passkey_mfa(passkey=late),
        honest=lambda twin: twin.client.authenticate_passkey_mfa(),
    )


@ACTS.phrase("registers a passkey {n} minutes late")
def registers_late(world: World, actor: Actor, n: str) -> None:
    """Let the challenge of a registration grow old before it is answered."""
    world.need("passkeys")
    late = Dawdler(actor.person.new_key(), world, int(n) * 60)
    world.attempt(
        actor,
        f"registering a passkey {n} minutes late",
        lambda a: a.client.register_passkey(passkey=late),
        honest=lambda twin: twin.client.register_passkey(passkey=twin.person.new_key()),
    )


@ACTS.phrase("answers the challenge of a sign-in {n} minutes late")
def signs_in_late(world: World, actor: Actor, n: str) -> None:
    """Let the challenge of a sign-in with her passkey grow old before it is answered."""
    world.need("passkey-sign-in")
    late = Dawdler(actor.person.key, world, int(n) * 60)
    world.attempt(
        actor,
        f"answering the challenge of a sign-in {n} minutes late",
        lambda a: a.sign_in_by_passkey(passkey=late),
        honest=lambda twin: twin.sign_in_by_passkey(),
    )


@FACTS.phrase("passkey challenges are long, and no two are alike")
def challenges_differ(world: World) -> None:
    """Twenty challenges in a row: 16 bytes or more each, all different."""
    actor = world.actor("she")
    found = [
        _bytes(world.send("GET", "users/passkeys/authenticate", actor).json().get("challenge", ""))
        for _ in range(_CHALLENGES)
    ]
    shortest = min(map(len, found))
    require(
        len(set(found)) == _CHALLENGES,
        f"{_CHALLENGES} different challenges",
        f"{len(set(found))} different ones",
    )
    require(shortest >= _CHALLENGE_BYTES, f"{_CHALLENGE_BYTES} bytes or more", f"{shortest} bytes")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@FACTS.phrase("the recovery codes are too random to guess")
def codes_are_random(world: World) -> None:
    """The ten codes of the sheet are made of many different characters."""
    codes = world.actor("she").person.sheet.codes
    if not codes:
        raise ScenarioError("she has read no recovery codes yet")
    characters = len(set("".join(codes)))
    required = f"codes made of {_FEWEST_CHARACTERS} different characters or more"
    require(characters >= _FEWEST_CHARACTERS, required, f"only {characters} in all ten codes")


@ACTS.phrase("proves her e-mail address again")
def proves_email(world: World, actor: Actor) -> None:
    """Give an e-mail code within the session, as for a change of profile: it proves the first factor once more."""

    def again(actor: Actor) -> Any:
        verification = actor.client.send_email_otp(actor.person.email)
        return actor.client.verify_otp(verification, actor.person.read_mail())

    world.try_out(actor, "proving the e-mail address again", again)


@ACTS.phrase("enters {n} wrong codes at once")
def guesses_at_once(world: World, actor: Actor, n: str) -> None:
    """As many guesses in parallel, before any of them can be counted."""
    world.need("rate-limits")
    if int(n) <= world.profile.tolerances.attempts:
        raise NotApplicable(
            f"the profile allows {world.profile.tolerances.attempts} wrong codes, and these are {n}"
        )
    guesses = actor.wrong_codes(int(n))
    calls = [partial(actor.client.authenticate_totp_mfa_device, guess) for guess in guesses]
    world.at_once(actor, f"{n} wrong codes at once", calls)


@FACTS.phrase("no more of them are checked than the limit allows")
def limited_all_the_same(world: World) -> None:
    """Of the guesses made at once, all beyond the limit were stopped with 429."""
    if world.tally is None:
        raise ScenarioError("nothing was done at once: this sentence must follow such an action")
    errors = [outcome.error for outcome in world.tally.outcomes]
    looked_at = sum(error is None or error.status != _TOO_MANY for error in errors)
    most = world.profile.tolerances.attempts
    require(
        looked_at <= most,
        f"at most {most} of {len(errors)} looked at, the rest stopped",
        f"{looked_at} looked at",
    )
