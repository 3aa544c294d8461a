"""Which of a profile's environments has the settings that a scenario asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from mfa_harness.verdicts import ScenarioError
from mfa_simulators.server.settings import Action, Settings, SettingsError, make_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mfa_harness.targets.profile import NamedEnvironment

_INCIDENTAL: Final = frozenset(
    {
        "email_code",
        "email_code_seconds",
        "environment_name",
        "origins",
        "rp_id",
        "session_seconds",
        "token_algorithm",
        "own_key",
        "attempts",
        "attempts_window_seconds",
        "requests_per_address",
        "requests_window_seconds",
        "challenge_seconds",
    }
)
"""Settings that an environment may have as it likes, unless a scenario asks for them."""


def understood(settings: Mapping[str, Any]) -> Settings:
    """Settings as one value: aliases resolved, and what is not named at its default.

    Raises:
        SettingsError: one that does not exist, or a wrong value.
    """
    return make_settings(dict(settings))


def find_environment(
    environments: Sequence[NamedEnvironment], asked: Mapping[str, Any]
) -> NamedEnvironment | None:
    """The first environment whose settings are those asked for; None when there is none.

    What neither names is at its default on both sides.

    Raises:
        ScenarioError: the scenario asks for a setting that does not exist.
    """
    try:
        wanted = understood(asked)
    except SettingsError as error:
        raise ScenarioError(str(error)) from error
    ignored = _INCIDENTAL - set(asked)
    compared = [name for name in Settings.__struct_fields__ if name not in ignored]
    for environment in environments:
        has = understood(environment.settings)
        if all(getattr(has, name) == getattr(wanted, name) for name in compared):
            return environment
    return None


def no_environment(asked: Mapping[str, Any]) -> str:
    """The reason for n/a: "no environment with session_based = true in the profile"."""
    wanted, usual = understood(asked), Settings()
    named = [
        f"{name} = {_toml(getattr(wanted, name))}"
        for name in Settings.__struct_fields__
        if getattr(wanted, name) != getattr(usual, name)
    ]
    return f"no environment with {', '.join(named) or 'every setting at its default'} in the profile"


def _toml(value: Any) -> str:
    """A setting as one writes it in TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(item) for item in value)}]"
    if isinstance(value, str):
        return f'"{value}"'
    return _action(value) if isinstance(value, Action) else str(value)


def _action(action: Action) -> str:
    """By its name alone where that says all."""
    if action == Action(action.action):
        return f'"{action.action}"'
    members: dict[str, Any] = msgspec.to_builtins(action)
    return f"{{ {', '.join(f'{name} = {_toml(value)}' for name, value in members.items() if value is not None)} }}"
