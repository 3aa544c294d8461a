"""Steps about an app's backend: a token is shown to it, and it lets its bearer in or does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_harness import requirements
from mfa_harness.steps.backend_tokens import FULL, NEW, TOKENS, WITHDRAWN
from mfa_harness.steps.lexicons import FACTS
from mfa_harness.steps.sentence import sentence
from mfa_harness.targets.backend.target import BackendEnvironment
from mfa_harness.verdicts import Blocked, Breach, NotApplicable, ScenarioError

if TYPE_CHECKING:
    from mfa_harness.scenario.world import World
    from mfa_harness.targets.backend.answers import Presented


@sentence(
    "{token} is presented to the backend",
    example="When a full session's token is presented to the backend",
    token=TOKENS,
)
def presents(world: World, token: str) -> None:
    """Send the profile's requests with this token; those of a full session were let in just before."""
    environment = _backend(world)
    if token != FULL:
        _control(world, environment)
    world.noted["presented"] = (token, environment.present(TOKENS.resolve(token, environment)))


@FACTS.phrase("the backend lets it in")
def lets_in(world: World) -> None:
    """Every request is answered as the profile says that somebody let in is."""
    environment = _backend(world)
    token, found = _presented(world)
    if token == NEW and not _all_let_in(found):
        found = environment.wait_until_let_in()
    if not _all_let_in(found):
        mend = f"`mfa-harness doctor --backend {environment.base_url}` looks for the reason"
        raise Breach(f"{token} is let in", _told(found), _holds_keys(environment) if token == NEW else mend)


@FACTS.phrase("the backend refuses it")
def refuses(world: World) -> None:
    """Every request is refused as the profile says, and none answered in a way that is neither."""
    token, found = _presented(world)
    if all(each.verdict == "refused" for each in found):
        return
    details = ""
    if any(each.verdict == "let in" for each in found):
        details = f"what an attacker gains: {_stakes(world)}"
        if token == WITHDRAWN:
            details += f"\n{_holds_keys(_backend(world))}"
    elif not any(each.verdict == "refused" for each in found):
        details = "if this answer is a refusal, say so: [backend] refused_statuses or refused_text"
    raise Breach(f"{token} is refused", _told(found), details)


def _holds_keys(environment: BackendEnvironment) -> str:
    """What to do where a backend goes by the keys of before a rotation."""
    said = environment.target.declared.keys_seconds
    if not said:
        return "if it may hold the keys for a while, say how long, and we wait: [backend] keys_seconds = 35"
    return (
        f"the profile says that it holds keys for {said:g} s at most, and it held them for longer: "
        "have it read them again within that time, or correct [backend] keys_seconds"
    )


def _backend(world: World) -> BackendEnvironment:
    environment = world.environment
    if not isinstance(environment, BackendEnvironment):
        raise NotApplicable("it tests a backend: mfa-harness check --backend URL --request 'GET /me'")
    return environment


def _control(world: World, environment: BackendEnvironment) -> None:
    found = environment.wait_until_let_in()
    if _all_let_in(found):
        world.controls.append("a full session was let in by the same request")
    elif environment.target.rotated:
        required = "a full session is let in after the issuer's keys were rotated"
        raise Breach(required, _told(found), _holds_keys(environment))
    else:
        mend = f"mfa-harness doctor --backend {environment.base_url}"
        raise Blocked("have a full session let in (the control)", f"{_told(found)}; `{mend}` says why")


def _presented(world: World) -> tuple[str, list[Presented]]:
    if "presented" not in world.noted:
        raise ScenarioError("no token was presented to the backend: a Then needs a When before it")
    token, found = world.noted["presented"]
    return token, found


def _all_let_in(found: list[Presented]) -> bool:
    return all(each.verdict == "let in" for each in found)


def _told(found: list[Presented]) -> str:
    return "; ".join(map(str, found))


def _stakes(world: World) -> str:
    requirement = requirements.load().get(world.check.requirement or "")
    return requirement.why if requirement else "whatever a full session may do"
