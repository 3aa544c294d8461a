"""The one fixture that steps use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mfa_harness.plugin_state import WORLD_KEY

if TYPE_CHECKING:
    from mfa_harness.scenario.world import World


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    """Everything that the scenario knows."""
    world: World = request.node.stash[WORLD_KEY]
    return world
