"""What else a session may do: calls that few apps make, and that an attacker would find in the API's documentation."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from mfa_harness.scenario.permits import NONE, Permit
from mfa_harness.steps.lexicons import ACTS
from mfa_harness.steps.operations import OPERATIONS, Operation, creation_response
from mfa_harness.steps.sentence import sentence
from mfa_harness.verdicts import NotApplicable
from mfa_simulators.client.errors import ClientError
from mfa_simulators.client.wire import read_refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.scenario.actor import Actor
    from mfa_harness.scenario.world import World

_NO_SUCH_ROUTE: Final = (404, 405)
_NEWER, _OLDER = "users/passkeys/register", "users/mfa/register/passkey"


@OPERATIONS.phrase("look up her authenticator app")
def _look_up(_world: World) -> Operation:
    return Operation(lambda actor, _: actor.client.get_mfa_device(actor.app_id))


@OPERATIONS.phrase("change her e-mail address")
def _change_address(world: World) -> Operation:
    """To another of hers, by a code sent there (PROTOCOL 4: profile change)."""
    world.need("email-sign-in")

    def do(actor: Actor, _permit: Permit) -> Any:
        address = world.environment.new_email("moved")
        verification = actor.client.send_email_otp(address)
        return actor.client.verify_otp(verification, world.environment.inbox(address)())

    return Operation(do, honest=_if_served(lambda twin: do(twin, NONE), "change an e-mail address"))


@OPERATIONS.phrase("add a passkey by the older call")
def _older_passkey(world: World) -> Operation:
    """GET users/mfa/register/passkey, which the vendor's clients of today no longer make."""

    def begin(actor: Actor) -> Any:
        return world.send("GET", _OLDER, actor)

    return Operation(
        lambda actor, _: begin(actor),
        honest=_if_served(begin, "add a passkey by that call"),
        needs="passkeys",
    )


def _finishing(phrase: str, path: str) -> None:
    @OPERATIONS.phrase(phrase)
    def _finish(world: World) -> Operation:
        """What was begun in the browser that she used before is finished in the one in front of her."""

        def finish(actor: Actor, begun_in: Any) -> Any:
            response = creation_response(actor, begun_in.passkey_creation_options())
            body = {"id": response["id"], "attestation": response} if path == _OLDER else response
            return world.send("POST", path, actor, body)

        return Operation(
            lambda actor, _: finish(actor, actor.sessions[-2]),
            honest=_if_served(lambda twin: finish(twin, twin.client), "finish a registration by that call"),
            needs="passkeys",
        )


_finishing("finish adding a passkey that she began in her other session", _NEWER)
_finishing("finish adding a passkey by the older call that she began in her other session", _OLDER)


def _if_served(do: Callable[[Actor], Any], what: str) -> Callable[[Actor], Any]:
    """The honest way, where the target has it; what the vendor's clients never call a target may lack."""

    def honest(twin: Actor) -> Any:
        try:
            return do(twin)
        except ClientError as error:
            if error.status in _NO_SUCH_ROUTE:
                raise NotApplicable(f"the target has no way to {what}: it answers {error.status}") from error
            raise

    return honest


# The word of the customer's own identity provider, in place of MFA.


def _asserts(world: World, actor: Actor, scope: str) -> SimpleNamespace:
    jwt = world.environment.external_jwt(actor.person.email, scope=scope)
    answer = world.send("POST", "externalAuth/verify", actor, {"jwt": jwt}).json()
    return SimpleNamespace(elevated_access_token=answer.get("elevatedAccessToken") or "")


@sentence(
    '{who} re-authenticates by her external account for "{text}"',
    example='When she re-authenticates by her external account for "credential:link"',
)
def re_authenticates_externally(world: World, who: str, text: str) -> None:
    """Have the customer's identity provider vouch for her within the session, and ask for an elevated token."""
    world.need("external-jwt")
    actor = world.actor(who)

    def honest(twin: Actor) -> Any:
        twin.environment = world.another_environment(require_at_onboarding=False)
        twin.sign_in_externally()
        jwt = twin.environment.external_jwt(twin.person.email, scope=text)
        answer = twin.environment.request(
            "POST",
            "externalAuth/verify",
            token=twin.client.state.token,
            body=json.dumps({"jwt": jwt}).encode(),
        )
        if not answer.succeeded:
            raise read_refusal(answer, world.environment.clock)
        return answer

    world.attempt(
        actor,
        f"re-authenticating by the external account for {text}",
        lambda a: _asserts(world, a, text),
        honest=honest,
    )


@ACTS.phrase("signs in again and asks to add a method")
def signs_in_to_link(world: World, actor: Actor) -> None:
    """Sign in with `allowNewMFALinking`, by which who has no method gets an elevated token for credential:link."""
    world.need("email-sign-in")

    def sign_in(actor: Actor) -> Any:
        actor.open_browser()
        return actor.sign_in_here(allow_new_mfa_linking=True)

    world.attempt(actor, "signing in and asking to add a method", sign_in)
