"""Session tokens: forged, old, of elsewhere, and what an honest one says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_harness.scenario import forgery, permits
from mfa_harness.scenario.outcome import require
from mfa_harness.scenario.tokens import claims, header
from mfa_harness.steps.lexicons import ACTS
from mfa_harness.steps.sentence import Lexicon, sentence
from mfa_harness.verdicts import Breach, NotApplicable, ScenarioError
from mfa_simulators.client.wire import Answer, read_refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.scenario.actor import Actor
    from mfa_harness.scenario.world import World

_FAR_FUTURE = 4102444800  # 2100-01-01

FORGERIES: Lexicon[str] = Lexicon("forged session token")


@FORGERIES.phrase("her session token unsigned")
def _unsigned(world: World, actor: Actor) -> str:
    return forgery.unsigned(forgery.token_of(actor))


@FORGERIES.phrase("her session token signed with the public key as a secret")
def _confused(world: World, actor: Actor) -> str:
    return forgery.signed_with_public_key(forgery.token_of(actor), forgery.published_keys(world))


@FORGERIES.phrase("her session token signed by another key")
def _other_key(world: World, actor: Actor) -> str:
    return forgery.other_key(forgery.token_of(actor))


@FORGERIES.phrase("her session token bringing a key of its own")
def _own_key(world: World, actor: Actor) -> str:
    return forgery.other_key(forgery.token_of(actor), enclosed=True)


@FORGERIES.phrase("her session token with its scope changed")
def _scope_changed(world: World, actor: Actor) -> str:
    return forgery.with_claims(forgery.token_of(actor), scope="user:basic")


@FORGERIES.phrase("her session token with its expiry changed")
def _expiry_changed(world: World, actor: Actor) -> str:
    return forgery.with_claims(forgery.token_of(actor), exp=_FAR_FUTURE)


@FORGERIES.phrase("her session token with its user changed")
def _user_changed(world: World, actor: Actor) -> str:
    other = claims(forgery.token_of(world.actor("the other user")))
    return forgery.with_claims(forgery.token_of(actor), sub=other.get("sub", "somebody"))


@FORGERIES.phrase("no session token")
def _missing(world: World, actor: Actor) -> str:
    return ""


@FORGERIES.phrase("nonsense as a session token")
def _nonsense(world: World, actor: Actor) -> str:
    return "nonsense"


@FORGERIES.phrase("an MFA token as a session token")
def _mfa_token(world: World, actor: Actor) -> str:
    world.need("mfa-tokens")
    return permits.mfa_token(actor).value


@FORGERIES.phrase('an elevated token for "{text}" as a session token')
def _elevated_token(world: World, actor: Actor, text: str) -> str:
    world.need("elevated-tokens")
    return permits.elevated_token(actor, text).value


@sentence(
    "{who} presents {forged}",
    example="When she presents her session token unsigned",
    forged=FORGERIES,
)
def presents_forged(world: World, who: str, forged: str) -> None:
    """Read the device list with what the server never gave out as a session token."""
    actor = world.actor(who)
    world.need("jwks")
    token = FORGERIES.resolve(forged, world, actor)
    _present(world, actor, f"presenting {forged}", token)


@ACTS.phrase("presents her old session token")
def presents_old(world: World, actor: Actor) -> None:
    """Read the device list with the token of a session that has ended."""
    _present(world, actor, "presenting the old session token", _old_token(world))


@ACTS.phrase("refreshes with her old session token")
def refreshes_old(world: World, actor: Actor) -> None:
    """Ask for a new token with that of a session that has ended (POST refresh)."""
    token = _old_token(world)
    world.attempt(
        actor,
        "refreshing with the old session token",
        lambda _: _raising(world, world.environment.request("POST", "refresh", token=token)),
        honest=lambda twin: twin.client.refresh_auth(),
    )


def _old_token(world: World) -> str:
    if world.noted.get("old token", "") is None:
        raise NotApplicable("the client does not tell its session token")
    token = world.noted.get("old token")
    if not token:
        raise ScenarioError("no session was ended yet")
    return str(token)


@ACTS.phrase("presents her session token in another environment")
def presents_elsewhere(world: World, actor: Actor) -> None:
    """Read the device list of another environment of the same server."""
    world.need("two-environments")
    other = world.another_environment()
    token = forgery.token_of(actor)
    world.attempt(
        actor,
        "presenting the session token in another environment",
        lambda _: _raising(world, other.request("GET", "users/mfa", token=token)),
        honest=lambda twin: twin.client.get_mfa_devices(),
    )


def _present(world: World, actor: Actor, what: str, token: str) -> None:
    world.attempt(
        actor,
        what,
        lambda _: _raising(world, world.environment.request("GET", "users/mfa", token=token or None)),
        honest=lambda twin: _raising(
            world, world.environment.request("GET", "users/mfa", token=forgery.token_of(twin))
        ),
    )


def _raising(world: World, answer: Answer) -> Answer:
    if not answer.succeeded:
        raise read_refusal(answer, world.environment.clock)
    return answer


_ALWAYS = ("iss", "aud", "sub", "iat", "exp", "sid", "environment_id")


def _names_everything(world: World, token: str) -> None:
    found = claims(token)
    missing = [name for name in _ALWAYS if name not in found]
    require(not missing, f"the claims {', '.join(_ALWAYS)}", f"no {', '.join(missing)}")
    require(found["environment_id"] == world.environment.id, "this environment's id", "another")
    require(found["sub"] == world.actor("she").user_id, "her user id as the subject", "another")
    audience = found["aud"] if isinstance(found["aud"], list) else [found["aud"]]
    require(
        world.environment.origin in audience,
        f"the website that she uses, {world.environment.origin}, as the audience",
        ", ".join(map(str, audience)),
    )
    require(
        str(found["iss"]).endswith(world.environment.id),
        "an issuer that names the environment",
        str(found["iss"]),
    )


def _published_key(world: World, token: str) -> None:
    keys = forgery.published_keys(world)
    kid = header(token).get("kid")
    require(
        kid in {key.get("kid") for key in keys},
        "signed by a key published at .well-known/jwks",
        "an unknown kid",
    )
    require(
        forgery.verifies(token, keys), "a signature that the published key verifies", "one that it does not"
    )


def _lives_as_told(world: World, token: str) -> None:
    found = claims(token)
    told = world.actor("she").client.state.expires_at
    issued, expires = found.get("iat"), found.get("exp")
    if not isinstance(issued, int | float) or not isinstance(expires, int | float):
        raise Breach("the claims iat and exp as numbers", f"iat = {issued!r}, exp = {expires!r}")
    require(told is not None and abs(expires - told) <= 1, "exp as the answer's expiresAt", "another instant")
    require(expires > issued, "exp after iat", "exp not after iat")


def _scope_is_words(world: World, token: str) -> None:
    scope = claims(token).get("scope")
    require(isinstance(scope, str), "a scope that is one string", f"a {type(scope).__name__}")
    words = str(scope).split(" ")
    require(
        all(words) and len(set(words)) == len(words),
        "words with one space between them, none twice",
        repr(scope),
    )
    user = world.actor("she").client.state.user
    require(
        user is not None and set(user.scopes) == set(words),
        f"the user's scope: {' '.join(user.scopes) if user else 'none'}",
        str(scope),
    )


_TOKEN_PROPERTIES: dict[str, Callable[[World, str], None]] = {
    "names its issuer, audience, subject, session and environment": _names_everything,
    "is signed by a published key": _published_key,
    "expires when the server said it would": _lives_as_told,
    "has its scope as one string of words": _scope_is_words,
}


@sentence(
    "her session token {property}",
    example="Then her session token is signed by a published key",
    kind="then",
    property=_TOKEN_PROPERTIES,
)
def token_property(world: World, property: str) -> None:  # noqa: A002 - as the sentence says
    """What the session token in front of her looks like to a backend that verifies it."""
    world.need("jwks")
    _TOKEN_PROPERTIES[property](world, forgery.token_of(world.actor("she")))
