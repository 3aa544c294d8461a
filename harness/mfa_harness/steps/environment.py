"""Given: how the environment is set up, in the dashboard's words; and time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mfa_harness.steps.sentence import nearest, sentence
from mfa_harness.targets.matching import understood
from mfa_harness.targets.tolerances import Tolerances
from mfa_harness.verdicts import NotApplicable, ScenarioError
from mfa_simulators.server.settings import SettingsError

if TYPE_CHECKING:
    from mfa_harness.scenario.world import World

_SWITCHES = {
    '"Require at onboarding"': ("require_at_onboarding", "onboarding"),
    "session-based MFA": ("session_based", "session-based"),
    "TOTP": ("totp", "totp"),
    "passkeys": ("passkeys", "passkeys"),
}
_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_LONGEST_WAIT = 315_360_000
_INTO_A_STEP = " into a time step"


@sentence(
    "{switch} (is|are)[ switched] {on}",
    example="Given session-based MFA is on",
    kind="given",
    switch=_SWITCHES,
)
def switched(world: World, switch: str, on: str) -> None:
    """A switch of the dashboard. Unless said, both methods are on and both requirements are off."""
    setting, capability = _SWITCHES[switch]
    if on == "on":
        world.need(capability)
    world.wish(**{setting: on == "on"})


@sentence('the API version is "{text}"', example='Given the API version is "2026_04_01"', kind="given")
def api_version(world: World, text: str) -> None:
    """The environment's minimum API version; 2026_04_01 enforces step-up."""
    world.need("step-up")
    _wish(world, min_api_version=text)


@sentence(
    'the action "{text}" needs MFA[ with a {behaviour} token]',
    example='Given the action "wallet.waas.export" needs MFA with a single-use token',
    kind="given",
    behaviour=("single-use", "time-bound"),
)
def action_needs_mfa(world: World, text: str, behaviour: str | None) -> None:
    """Switch on action-based MFA for one action."""
    world.need("actions")
    action: dict[str, Any] = {"action": text, "required": True}
    if behaviour:
        action["tokenBehavior"] = behaviour.replace("single-use", "single_use").replace(
            "time-bound", "time_bound"
        )
    _wish(world, actions=[*world.wishes.get("actions", ()), action])


def _wish(world: World, **settings: Any) -> None:
    """A setting in the scenario's own words, which is looked at where it stands."""
    try:
        understood(settings)
    except SettingsError as error:
        raise ScenarioError(str(error)) from None
    world.wish(**settings)


def _json(value: str) -> Any:
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        raise ScenarioError(
            f"{value} is no JSON: write a number, true, false, null or text in quotes"
        ) from None


@sentence(
    'the setting "{text}" is {value}',
    example='Given the setting "totp_digits" is 8',
    kind="given",
    value=".+",
)
def setting(world: World, text: str, value: str) -> None:
    """Any other setting of an environment, by name; the value is JSON."""
    _wish(world, **{text: _json(value)})


@sentence(
    'the profile says that "{text}" is {value}',
    example='Given the profile says that "older_step" is "refused"',
    kind="given",
    value=".+",
)
def profile_says(world: World, text: str, value: str) -> None:
    """Only for targets whose profile declares this tolerance; n/a for any other."""
    known = Tolerances.__struct_fields__
    if text not in known:
        raise ScenarioError(f'a profile has no tolerance "{text}"; the nearest is "{nearest(text, known)}"')
    declared = getattr(world.profile.tolerances, text)
    if declared != _json(value):
        raise NotApplicable(f"the profile does not declare {text} = {value} (it says {json.dumps(declared)})")


@sentence(
    "{switch} (is|are) switched {on} for everybody",
    example="When session-based MFA is switched on for everybody",
    switch=_SWITCHES,
)
def switched_for_everybody(world: World, switch: str, on: str) -> None:
    """Change the environment while it has users already."""
    world.need("settings-change")
    world.environment.change(**{_SWITCHES[switch][0]: on == "on"})
    world.changed = True


@sentence("{n} {unit}[s] pass[es]", example="When 31 seconds pass", unit=_UNITS)
def time_passes(world: World, n: str, unit: str) -> None:
    """Move time on: at once where the clock is ours, else by waiting, if it is not long."""
    seconds = int(n) * _UNITS[unit]
    if seconds > _LONGEST_WAIT:
        raise ScenarioError(f"{n} {unit}s are more than ten years, after which nothing is left to test")
    if world.follows(_INTO_A_STEP):
        world.need("clock")  # decided now: nobody waits for what cannot be tested after all
    world.environment.wait(seconds)


@sentence("it is {n} second[s] into a time step", example="Given it is 29 seconds into a time step")
def into_a_step(world: World, n: str) -> None:
    """Move time on to such a moment of the authenticator app's next time step but one."""
    world.need("clock")
    app = world.actor("she").app
    world.environment.advance(app.seconds_left + app.period + int(n))


@sentence(
    "her phone's clock is {n} seconds {way}",
    example="Given her phone's clock is 30 seconds slow",
    way=("fast", "slow"),
)
def phone_clock(world: World, n: str, way: str) -> None:
    """Set the error of the clock that her authenticator app reads."""
    actor = world.actor("she")
    if int(n) > actor.person.drift_steps * actor.app.period:
        raise NotApplicable(f"the profile lets a code be only {actor.person.drift_steps} time steps off")
    actor.app.drift(seconds=int(n) if way == "fast" else -int(n))
