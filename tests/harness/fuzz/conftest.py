"""Explorations of our reference server, with a fault or without, small and always the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from mfa_harness.fuzz.exploring import Explorer
from mfa_harness.scenario.run import Run
from mfa_harness.targets.parse import open_target

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Opened = Callable[..., Run]


class Explore(Protocol):
    """What the fixture `explore` is."""

    def __call__(
        self, target: str, *, steps: int, seed: int = 1, known: tuple[str, ...] = ()
    ) -> Explorer: ...


@pytest.fixture(scope="session")
def opened() -> Opened:
    """Opens a target."""

    def opened(spec: str, profile: Path | None = None) -> Run:
        target = open_target(spec, profile)
        target.open()
        return Run(target, seed="0")

    return opened


@pytest.fixture(scope="session")
def explore(opened: Opened) -> Explore:
    """Explores a target for so many steps."""

    def explore(
        target: str,
        *,
        steps: int,
        seed: int = 1,
        known: tuple[str, ...] = (),
        only_first: bool = False,
    ) -> Explorer:
        explorer = Explorer(opened(target), seed=seed, steps=steps, known=known, only_first=only_first)
        explorer.explore()
        return explorer

    return explore
