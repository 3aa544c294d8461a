"""What the plugin keeps in pytest's stash; light enough to import in every pytest run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from mfa_harness.scenario.run import Run
    from mfa_harness.scenario.session import ScenarioSession
    from mfa_harness.scenario.world import World
    from mfa_harness.suite import Check

CHECK_KEY: pytest.StashKey[Check] = pytest.StashKey()
RUN_KEY: pytest.StashKey[Run] = pytest.StashKey()
"""The run that an item belongs to, where one session serves several."""
WORLD_KEY: pytest.StashKey[World] = pytest.StashKey()
SESSION: pytest.StashKey[ScenarioSession] = pytest.StashKey()


def session_of(config: pytest.Config) -> ScenarioSession:
    """The run that this pytest session's checks belong to."""
    session = config.stash.get(SESSION, None)
    if session is None:
        from mfa_harness.scenario.session import ScenarioSession  # noqa: PLC0415

        session = config.stash[SESSION] = ScenarioSession.of_plain_pytest(config)
    return session
