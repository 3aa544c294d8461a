"""Actions: passkeys of a certain kind, and signing in with one: a clone, one that counts or was backed up later."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mfa_harness.passkey_audit.sequence import decode, with_id
from mfa_harness.scenario.outcome import require
from mfa_harness.steps.lexicons import ACTS, FACTS, WAYS, Way
from mfa_harness.steps.operations import creation_response
from mfa_harness.steps.passkeys import WRONG, Stranger
from mfa_harness.steps.sentence import sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfa_harness.scenario.actor import Actor
    from mfa_harness.scenario.world import World
    from mfa_simulators.client.protocol import PasskeyAuthenticator
    from mfa_simulators.client.values import Session
    from mfa_simulators.passkey import VirtualPasskey

_ONE_DEVICE = {"backup_eligible": False, "backup_state": False}
_JUMP = 40


@sentence(
    "{who} signs in with a passkey response {wrong}",
    example="When she signs in with a passkey response made on another website",
    wrong=WRONG,
)
def signs_in_wrongly(world: World, who: str, wrong: str) -> None:
    """Sign in with her passkey, whose response has that one thing wrong."""
    world.need("passkey-sign-in")
    world.attempt(
        world.actor(who),
        f"signing in with a passkey response {wrong}",
        lambda a: a.sign_in_by_passkey(fault=WRONG[wrong]),
        honest=_honest,
    )


def _honest(twin: Actor) -> Session:
    return twin.sign_in_by_passkey()


def _by(key: PasskeyAuthenticator, actor: Actor) -> Session:
    return actor.sign_in_by_passkey(passkey=key)


@WAYS.phrase("her second passkey")
def _by_second(world: World) -> Way:
    world.need("passkey-sign-in")
    return Way(lambda actor: _by(actor.person.passkeys[1], actor), honest=_honest)


@WAYS.phrase("the deleted passkey")
def _by_deleted(world: World) -> Way:
    world.need("passkey-sign-in")
    return Way(lambda actor: _by(Stranger(actor.person.key), actor), honest=_honest)


def _cloned(actor: Actor) -> tuple[VirtualPasskey, VirtualPasskey]:
    """A new passkey of hers that counts, and a copy of it as it was when it was new."""
    key = actor.person.new_key(counter="per-credential", **_ONE_DEVICE)
    actor.client.register_passkey(passkey=key)
    return key, key.clone()


def _clone_after(actor: Actor, uses: int) -> VirtualPasskey:
    """A copy of a new passkey of hers, which was used so many times after it was copied."""
    key, clone = _cloned(actor)
    for _ in range(uses):
        actor.client.authenticate_passkey_mfa(passkey=key)
    return clone


def _try_clone(world: World, actor: Actor, what: str, do: Callable[[Actor], Any]) -> None:
    world.attempt(actor, what, do, proved="the original was accepted")


@ACTS.phrase("answers the passkey challenge from a cloned passkey")
def answers_from_clone(world: World, actor: Actor) -> None:
    """A copy of the passkey, made before its last two uses, answers: its counter is behind."""
    clone = _clone_after(actor, 2)
    what = "answering the passkey challenge from a cloned passkey"
    _try_clone(world, actor, what, lambda a: a.client.authenticate_passkey_mfa(passkey=clone))


@ACTS.phrase("answers the passkey challenge from a cloned passkey that counts as far")
def answers_from_equal_clone(world: World, actor: Actor) -> None:
    """A copy of the passkey, made before its last use, answers: its counter is where the other's was."""
    clone = _clone_after(actor, 1)
    what = "answering from a cloned passkey whose counter stands still"
    _try_clone(world, actor, what, lambda a: a.client.authenticate_passkey_mfa(passkey=clone))


@ACTS.phrase("signs in from a cloned passkey")
def signs_in_from_clone(world: World, actor: Actor) -> None:
    """A copy of the passkey, made before its last two uses, signs in: its counter is behind."""
    world.need("passkey-sign-in")
    clone = _clone_after(actor, 2)
    what = "signing in from a cloned passkey"
    _try_clone(world, actor, what, lambda a: a.sign_in_by_passkey(passkey=Stranger(clone)))


@ACTS.phrase("answers the passkey challenge with a passkey that counts for all websites")
def answers_with_jumps(world: World, actor: Actor) -> None:
    """The counter of a security key that has one for all its credentials grows by more than one at a time."""
    key = actor.person.new_key(counter="global", counter_step=_JUMP, **_ONE_DEVICE)
    actor.client.register_passkey(passkey=key)
    actor.client.authenticate_passkey_mfa(passkey=key)
    world.attempt(
        actor,
        "answering with a passkey whose counter jumps",
        lambda a: a.client.authenticate_passkey_mfa(passkey=key),
    )


@ACTS.phrase("answers the passkey challenge with a passkey that was backed up meanwhile")
def answers_backed_up(world: World, actor: Actor) -> None:
    """A passkey that may be backed up, and was not yet when it was registered (BE set, BS clear), now is."""
    key = actor.person.new_key(backup_eligible=True, backup_state=False)
    actor.client.register_passkey(passkey=key)
    key.configure(backup_state=True)
    world.attempt(
        actor,
        "answering with a passkey that was backed up meanwhile",
        lambda a: a.client.authenticate_passkey_mfa(passkey=key),
    )


@ACTS.phrase("registers {n} passkeys at once")
def registers_at_once(world: World, actor: Actor, n: str) -> None:
    """As many registrations, begun one by one and finished in parallel, each by an authenticator of its own."""
    world.need("passkeys")
    path = "users/passkeys/register"
    made = [creation_response(actor, world.send("GET", path, actor).json()) for _ in range(int(n))]
    world.at_once(
        actor, f"{n} registrations at once", [partial(world.send, "POST", path, actor, body) for body in made]
    )


class Usurper:
    """A passkey authenticator that gives its new credentials an id that is somebody else's.

    No attestation is given, so nothing in a registration signs the id.
    """

    def __init__(self, key: VirtualPasskey, identifier: bytes) -> None:
        self._key = key
        self._identifier = identifier

    def create(
        self, options: Mapping[str, Any], /, *, origin: str, fault: str | None = None
    ) -> dict[str, Any]:
        """A key of its own under the other id."""
        return with_id(self._key, dict(options), origin, self._identifier)

    def get(self, options: Mapping[str, Any], /, *, origin: str, fault: str | None = None) -> dict[str, Any]:
        """As the authenticator does."""
        return self._key.get(dict(options), origin=origin, fault=fault)


@ACTS.phrase("registers a passkey under the id of the other user's passkey")
def registers_taken_id(world: World, actor: Actor) -> None:
    """A key of her own, in whose registration stands the id of a credential that belongs to somebody else."""
    world.need("passkeys")
    (theirs,) = world.actor("the other user").person.key.credentials
    world.attempt(
        actor,
        "registering a passkey under the id of another user's",
        lambda a: a.client.register_passkey(passkey=Usurper(a.person.new_key(), theirs.id)),
        honest=lambda twin: twin.client.register_passkey(passkey=twin.person.new_key()),
    )


@FACTS.phrase("the passkey challenge names her passkeys and nobody else's")
def names_hers(world: World) -> None:
    """The options' allowCredentials are the passkeys of her list."""
    actor = world.actor("she")
    options = world.send("GET", "users/passkeys/authenticate", actor).json()
    named = {credential.get("id") for credential in options.get("allowCredentials") or ()}
    own = {passkey.credential_id for passkey in actor.client.get_mfa_methods().passkeys}
    foreign, missing = len(named - own), len(own - named)
    require(
        not foreign and not missing,
        f"her {len(own)} passkey(s) in allowCredentials, and no other",
        f"{foreign} of somebody else's in it, {missing} of hers missing from it",
    )


@FACTS.phrase("the registration options name the website, her account and algorithms")
def options_complete(world: World) -> None:
    """Relying party, user and at least one algorithm, as the wire documents them; the RP ID is the configured one."""
    options = world.send("GET", "users/passkeys/register", world.actor("she")).json()
    party, user = options.get("rp") or {}, options.get("user") or {}
    configured = world.environment.rp_id
    require(bool(party.get("name")), "a name of the website (rp.name)", "none")
    require(party.get("id") in (None, configured), f"the RP ID {configured}", f"{party.get('id')!r}")
    require(bool(user.get("id") and user.get("name")), "an id and a name of her account", "one is missing")
    algorithms = [each.get("alg") for each in options.get("pubKeyCredParams") or ()]
    require(bool(algorithms), "at least one algorithm in pubKeyCredParams", "none")


@FACTS.phrase("her passkey is told an account id that does not give her away")
def handle_is_opaque(world: World) -> None:
    """The user handle, which an authenticator gives to whoever holds it, has no e-mail address in it."""
    actor = world.actor("she")
    options = world.send("GET", "users/passkeys/register", actor).json()
    handle = decode(str((options.get("user") or {}).get("id", "")))
    require(
        actor.person.email.encode() not in handle,
        "a user handle that says nothing of the person",
        "her e-mail address",
    )
