"""Actions: asking for MFA tokens and elevated tokens, and whether step-up is needed; and session tokens themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mfa_harness.scenario import forgery, permits
from mfa_harness.scenario.outcome import require
from mfa_harness.scenario.tokens import claims, header
from mfa_harness.steps.lexicons import ACTS, ENDINGS
from mfa_harness.steps.sentence import Lexicon, sentence
from mfa_harness.verdicts import Blocked, Breach, NotApplicable, ScenarioError
from mfa_simulators.client.wire import Answer, read_refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.scenario.actor import Actor
    from mfa_harness.scenario.world import World

_FAR_FUTURE = 4102444800  # 2100-01-01
FACTORS = ("a code", "the same code again", "a recovery code", "her passkey")
WISHES: Lexicon[dict[str, Any]] = Lexicon("token to ask for")

WISHES.phrase("without asking for a token")(dict)
WISHES.phrase("and asks for an MFA token")(lambda: {"create_mfa_token": True})
WISHES.phrase('and asks for an elevated token for "{text}"')(lambda text: {"requested_scopes": text.split()})


@WISHES.phrase("and asks for a reusable MFA token")
def _reusable() -> dict[str, Any]:
    """With singleUse false; that such a token outlives its first call is documented nowhere (D-78)."""
    return {"create_mfa_token": False}


@sentence(
    "{who} completes MFA with {factor} {wish}",
    example="When she completes MFA with a code and asks for an MFA token",
    factor=FACTORS,
    wish=WISHES,
)
def completes_mfa(world: World, who: str, factor: str, wish: str) -> None:
    """Meet a challenge, and ask for a token with it."""
    actor = world.actor(who)
    wishes = WISHES.resolve(wish)

    def complete(actor: Actor) -> Any:
        if "code" in factor and "recovery" not in factor:
            code = actor.last_code if "same" in factor else actor.fresh_code()
            session = actor.client.authenticate_totp_mfa_device(code, **wishes)
        elif factor == "a recovery code":
            session = actor.client.authenticate_mfa_recovery_code(actor.take_recovery_code(), **wishes)
        else:
            session = actor.client.authenticate_passkey_mfa(**wishes)
        actor.mfa_token = session.mfa_token or actor.mfa_token
        actor.elevated_token = session.elevated_access_token or actor.elevated_token
        return session

    def honest(twin: Actor) -> Any:
        return twin.meet_challenge()

    world.attempt(actor, f"completing MFA with {factor} {wish}", complete, honest=honest)


@sentence(
    '{who} re-authenticates by e-mail for "{text}"',
    example='When she re-authenticates by e-mail for "credential:link"',
)
def re_authenticates(world: World, who: str, text: str) -> None:
    """Give an e-mail code within the session and ask for an elevated token with it."""

    def again(actor: Actor) -> Any:
        verification = actor.client.send_email_otp(actor.person.email)
        session = actor.client.verify_otp(
            verification, actor.person.read_mail(), requested_scopes=text.split()
        )
        actor.elevated_token = session.elevated_access_token or ""
        return session

    actor = world.actor(who)
    world.attempt(actor, f"re-authenticating by e-mail for {text}", again)


@ENDINGS.phrase("is given no elevated token")
def no_elevated_token(world: World, actor: Actor) -> None:
    """Whether it was refused or answered without one is the server's choice."""
    token = getattr(world.outcome.value, "elevated_access_token", None)
    require(not token, "no elevated token in the answer", f"{world.outcome.what}: an elevated token")


@sentence(
    '{who} asks whether "{text}" needs step-up', example='When she asks whether "wallet:export" needs step-up'
)
def asks_step_up(world: World, who: str, text: str) -> None:
    """POST stepUp/check for one scope."""
    world.need("step-up")
    world.attempt(
        world.actor(who), f"asking whether {text} needs step-up", lambda a: a.client.check_step_up_auth(text)
    )


@sentence(
    "step-up is {answer}",
    example="Then step-up is needed, by her authenticator app",
    kind="then",
    answer=("needed", "not needed", "needed, by her authenticator app", "needed, by her passkey"),
)
def step_up_is(world: World, answer: str) -> None:
    """The answer, and whether the credentials it names are her verified methods and nobody else's."""
    found = world.outcome.value
    required = answer != "not needed"
    require(
        found.is_required == required,
        f"isRequired {str(required).lower()} in the answer",
        f"{world.outcome.what}: isRequired {str(found.is_required).lower()}",
    )
    ids = {credential.id for credential in found.credentials}
    if not required:
        require(not ids, "no credentials, since none is needed", f"{len(ids)} credentials")
        return
    actor = world.outcome.actor
    methods = actor.client.get_mfa_methods(verified_only=True)
    own = {device.id for device in methods.devices if device.verified} | {key.id for key in methods.passkeys}
    if answer != "needed":
        wanted = actor.app_id if "app" in answer else actor.passkey_id
        require(
            wanted in ids, f"{answer.removeprefix('needed, by ')} among the credentials", f"{len(ids)} others"
        )
        require(ids <= own, "only her own verified methods", f"{len(ids - own)} others")
        if found.default_credential_id is not None:
            require(found.default_credential_id in ids, "a default among the credentials", "another id")


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
    return _given(permits.mfa_token(actor).value, "an MFA token")


@FORGERIES.phrase('an elevated token for "{text}" as a session token')
def _elevated_token(world: World, actor: Actor, text: str) -> str:
    world.need("elevated-tokens")
    return _given(permits.elevated_token(actor, text).value, "an elevated token")


def _given(token: str, what: str) -> str:
    if not token:
        raise Blocked(f"present {what}", "the target gave none when it was asked for one")
    return token


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
