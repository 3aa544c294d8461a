"""The reference server. Nothing is loaded before it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mfa_simulators.server.environment import Environment
    from mfa_simulators.server.reference import ReferenceServer
    from mfa_simulators.server.settings import Settings, SettingsError

__all__ = ["Environment", "ReferenceServer", "Settings", "SettingsError"]

_HOMES = {
    "Environment": "environment",
    "ReferenceServer": "reference",
    "Settings": "settings",
    "SettingsError": "settings",
}


def __getattr__(name: str) -> object:
    """Loads a public name on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
