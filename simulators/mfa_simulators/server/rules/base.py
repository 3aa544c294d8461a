"""What every book of rules has: the environment's settings. No clock, store, randomness or HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mfa_simulators.server.settings import Settings


class RuleBook:
    """Rules under one environment's settings."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
