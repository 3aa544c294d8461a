"""Actions: asking for MFA tokens and elevated tokens, and whether step-up is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from mfa_harness.scenario.outcome import require
from mfa_harness.steps.lexicons import ENDINGS
from mfa_harness.steps.sentence import Lexicon, sentence
from mfa_harness.verdicts import ScenarioError

if TYPE_CHECKING:
    from mfa_harness.scenario.actor import Actor
    from mfa_harness.scenario.world import World
    from mfa_simulators.client.values import StepUp

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


def _told(world: World) -> StepUp:
    found = world.outcome.value
    if not hasattr(found, "is_required"):
        raise ScenarioError("nobody has asked whether step-up is needed: this sentence must follow that")
    return cast("StepUp", found)


@sentence(
    "step-up is {answer}",
    example="Then step-up is needed, by her authenticator app",
    kind="then",
    answer=("needed", "not needed", "needed, by her authenticator app", "needed, by her passkey"),
)
def step_up_is(world: World, answer: str) -> None:
    """The answer, and whether the credentials it names are her verified methods and nobody else's."""
    found = _told(world)
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
