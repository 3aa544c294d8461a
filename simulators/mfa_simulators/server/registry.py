"""The environments of a server, by id."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mfa_simulators.server.environment import Environment


class Registry(dict[str, "Environment"]):
    """Environments by id."""
