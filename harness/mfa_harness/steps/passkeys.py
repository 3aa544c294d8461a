"""Actions: registering a passkey and answering its challenge, honestly or with one thing wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mfa_harness.scenario.outcome import require
from mfa_harness.steps.lexicons import ACTS, FACTS
from mfa_harness.steps.sentence import sentence
from mfa_harness.verdicts import NotApplicable, ScenarioError
from mfa_simulators.webauthn import creation_options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_harness.scenario.actor import Actor
    from mfa_harness.scenario.world import World
    from mfa_simulators.client.protocol import PasskeyAuthenticator

WRONG = {
    "to another challenge": "challenge-other",
    "made on another website": "origin-foreign",
    "made on a subdomain of the website": "origin-subdomain",
    "made on a look-alike of the website": "origin-suffix",
    "made on the website without TLS": "origin-http",
    "for another relying party": "rp-id-hash-other",
    "of the wrong type": "type-swapped",
    "given while nobody was present": "user-present-cleared",
    "given without user verification": "user-verified-cleared",
    "whose signature does not fit": "signature-flipped",
    "signed by another key": "signature-other-key",
    "whose backup flags contradict each other": "backup-state-without-eligible",
    "from an unknown credential": "credential-id-unknown",
    "that names another user": "user-handle-other",
    "cut short": "truncated-authenticator-data",
    "whose client data is not JSON": "client-data-not-json",
    "in another encoding": "wrong-base64",
    "whose attestation is cut short": "truncated-attestation",
    "whose key is of an algorithm that was not offered": "algorithm-not-offered",
    "whose credential id is too long": "credential-id-long",
    "from within a frame of another website": "cross-origin",
    "made on a website whose name ends like ours": "origin-prefix",
    "made on a website that has our name as a user": "origin-userinfo",
    "made on no website": "origin-null",
    "made on another port of the website": "origin-port",
    "that says that it is a payment": "type-payment",
    "without a signature": "signature-empty",
    "signed over something else": "signature-other-message",
    "whose backup flags have changed": "backup-eligible-changed",
    "with a member of a later version": "client-data-extra-member",
    "whose signature is in its other form": "signature-high-s",
}
"""What may be wrong with a passkey's response, and the virtual passkey's fault that makes it so."""


class Recorder:
    """A passkey authenticator that keeps the last challenge that it was given, and the last answer to send again."""

    def __init__(self, key: PasskeyAuthenticator) -> None:
        self._key = self.lends = key
        self.challenge = ""
        self.assertion: dict[str, Any] | None = None

    def create(
        self, options: Mapping[str, Any], /, *, origin: str, fault: str | None = None
    ) -> dict[str, Any]:
        """As the authenticator does."""
        self.challenge = options["challenge"]
        return self._key.create(dict(options), origin=origin, fault=fault)

    def get(self, options: Mapping[str, Any], /, *, origin: str, fault: str | None = None) -> dict[str, Any]:
        """As the authenticator does, and remember it."""
        self.challenge = options["challenge"]
        self.assertion = self._key.get(dict(options), origin=origin, fault=fault)
        return self.assertion


class Replayer:
    """A passkey authenticator that gives an old answer to every challenge."""

    def __init__(self, assertion: dict[str, Any]) -> None:
        self._assertion = assertion

    def create(
        self, options: Mapping[str, Any], /, *, origin: str, fault: str | None = None
    ) -> dict[str, Any]:
        """Not asked for."""
        raise ScenarioError("an old answer is no new passkey")

    def get(self, options: Mapping[str, Any], /, *, origin: str, fault: str | None = None) -> dict[str, Any]:
        """The old answer."""
        return self._assertion


class Stranger:
    """A passkey authenticator that answers with a credential of its own, whatever the allow list says."""

    def __init__(self, key: PasskeyAuthenticator) -> None:
        self._key = key

    def create(
        self, options: Mapping[str, Any], /, *, origin: str, fault: str | None = None
    ) -> dict[str, Any]:
        """As the authenticator does."""
        return self._key.create(dict(options), origin=origin, fault=fault)

    def get(self, options: Mapping[str, Any], /, *, origin: str, fault: str | None = None) -> dict[str, Any]:
        """An honest signature over the challenge, by a credential that was not asked for."""
        return self._key.get({**options, "allowCredentials": []}, origin=origin, fault=fault)


@sentence(
    "{who} registers a[nother] passkey[ with a response {wrong}]",
    example="When she registers a passkey with a response made on another website",
    wrong=WRONG,
)
def registers(world: World, who: str, wrong: str | None) -> None:
    """Register a passkey of a new authenticator; with `wrong`, its response has that one thing wrong."""
    world.need("passkeys")
    actor = world.actor(who)

    def register(actor: Actor, fault: str | None = None) -> Any:
        return actor.client.register_passkey(passkey=actor.person.new_key(), fault=fault)

    world.attempt(
        actor,
        f"registering a passkey{' with a response ' + wrong if wrong else ''}",
        lambda a: register(a, WRONG[wrong] if wrong else None),
        honest=register,
    )


@sentence(
    "{who} answers the passkey challenge[ with a response {wrong}]",
    example="When she answers the passkey challenge with a response whose signature does not fit",
    wrong=WRONG,
)
def answers(world: World, who: str, wrong: str | None) -> None:
    """Meet a challenge with a passkey; with `wrong`, its response has that one thing wrong."""
    world.need("passkeys")
    actor = world.actor(who)
    recorder = Recorder(actor.person.key)
    world.attempt(
        actor,
        f"answering the passkey challenge{' with a response ' + wrong if wrong else ''}",
        lambda a: a.client.authenticate_passkey_mfa(passkey=recorder, fault=WRONG[wrong] if wrong else None),
        honest=lambda twin: twin.client.authenticate_passkey_mfa(),
    )
    world.noted["assertion"] = recorder.assertion


@ACTS.phrase("sends the same passkey response again")
def answers_again(world: World, actor: Actor) -> None:
    """Replay the last answer, byte for byte."""
    if "assertion" not in world.noted:
        raise ScenarioError("no passkey challenge was answered yet")
    assertion = world.noted["assertion"]
    if assertion is None:
        raise NotApplicable("the answer was made in a browser, and nobody has seen it")
    world.attempt(
        actor,
        "sending the same passkey response again",
        lambda a: a.client.authenticate_passkey_mfa(passkey=Replayer(assertion)),
        proved="the first time the answer was accepted",
    )


@sentence(
    "{who} answers the passkey challenge with {whose} passkey",
    example="When she answers the passkey challenge with the other user's passkey",
    whose=("the other user's", "the deleted", "her second"),
)
def answers_with(world: World, who: str, whose: str) -> None:
    """Meet a challenge with a credential of somebody else's, one that is no longer hers, or another of hers."""
    actor = world.actor(who)
    holder = world.actor("the other user") if whose == "the other user's" else actor
    key = holder.person.passkeys[1] if whose == "her second" else holder.person.key
    world.attempt(
        actor,
        f"answering the passkey challenge with {whose} passkey",
        lambda a: a.client.authenticate_passkey_mfa(passkey=Stranger(key)),
        honest=lambda twin: twin.client.authenticate_passkey_mfa(),
    )


@ACTS.phrase("answers the passkey challenge of another session of hers")
def answers_from_other_session(world: World, actor: Actor) -> None:
    """What one session was asked is answered by another, signed in to by the same person."""
    if not actor.person.key.credentials:
        raise ScenarioError(f"{actor.role} has no passkey to answer with")
    asked = actor.client
    actor.sign_in()

    def answer(who: Actor, of: Any) -> Any:
        response = who.person.key.get(dict(of.passkey_request_options()), origin=who.environment.origin)
        return who.client.authenticate_passkey_mfa(passkey=Replayer(response))

    def own(who: Actor) -> Any:
        return who.client.authenticate_passkey_mfa()

    world.attempt(
        actor,
        "answering the passkey challenge of another session of hers",
        lambda a: answer(a, asked),
        honest=own,
    )


@FACTS.phrase("registering again excludes the passkeys that she has")
def leaves_out(world: World) -> None:
    """ExcludeCredentials of the creation options names every passkey of hers."""
    actor = world.actor("she")
    options = world.send("GET", "users/passkeys/register", actor).json()
    left_out = {credential.get("id") for credential in options.get("excludeCredentials") or ()}
    own = {passkey.credential_id for passkey in actor.client.get_mfa_methods().passkeys}
    require(
        own <= left_out,
        f"her {len(own)} passkey(s) in excludeCredentials",
        f"{len(own - left_out)} missing from it",
    )


@sentence("{n} passkey[s] (is|are) listed", example="And 2 passkeys are listed", kind="then")
def passkeys_listed(world: World, n: str) -> None:
    """The passkey list as it stands."""
    found = len(world.actor("she").client.get_passkeys())
    require(found == int(n), f"{n} passkey(s) in the list", f"{found} in the list")


@ACTS.phrase("signs in with a passkey that was never registered")
def signs_in_unregistered(world: World, actor: Actor) -> None:
    """A discoverable passkey for this website, made without its server: it opens no session and makes no account."""
    world.need("passkey-sign-in")
    key = actor.person.new_key()
    key.create(
        creation_options(
            challenge=b"made without the server",
            rp_id=world.environment.rp_id,
            rp_name="somebody",
            user_id=b"nobody",
            user_name="nobody",
        ),
        origin=world.environment.origin,
    )

    def sign_in(actor: Actor) -> Any:
        return actor.open_browser().sign_in_with_passkey(passkey=Stranger(key))

    def honest(twin: Actor) -> Any:
        if not twin.sign_ins:
            twin.sign_in()
        twin.client.register_passkey()
        return twin.sign_in_by_passkey()

    world.attempt(actor, "signing in with an unregistered passkey", sign_in, honest=honest)
