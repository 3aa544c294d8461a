"""Drivers to talk to: the miniatures beside this file, and the ones that ship."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mfa_harness import check_run
from mfa_harness.events import CheckFinished, RunFinished
from mfa_harness.options import CheckOptions
from mfa_harness.targets.driving.driver import Driver
from mfa_harness.targets.driving.driver_client import DriverClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mfa_harness.events import Event

    Start = Callable[..., Driver]

MINIATURES = Path(__file__).with_name("miniatures.py")
ROOT = Path(__file__).parents[3]
PYTHON_REFERENCE = shlex.join([sys.executable, "-m", "mfa_harness.drivers.python_reference"])
DYNAMIC_JS = shlex.join([sys.executable, "-m", "mfa_harness.drivers.dynamic_js"])
DYNAMIC_REACT = shlex.join([sys.executable, "-m", "mfa_harness.drivers.dynamic_react"])


def miniature(name: str) -> str:
    """The command of a miniature."""
    return shlex.join([sys.executable, str(MINIATURES), name])


@pytest.fixture
def start() -> Iterator[Start]:
    """Makes drivers, and stops them in the end."""
    made: list[Driver] = []

    def make(spec: str, **how: Any) -> Driver:
        driver = Driver(spec, **{"start_seconds": 20.0, "call_seconds": 20.0, **how})
        made.append(driver)
        return driver

    yield make
    for driver in made:
        driver.close()


def client_of(driver: Driver, **more: Any) -> DriverClient:
    """A client of a driver, in an environment that nobody visits."""
    place = {"base_url": "http://localhost:9/api/v0", "environment_id": "0", "origin": "http://localhost"}
    return DriverClient(driver, **{**place, **more})


class Ran:
    """A run through a client: its events, and how it ended."""

    def __init__(self, client: str, *only: str, target: str = "reference", **options: Any) -> None:
        self.events: list[Event] = []
        chosen = CheckOptions(target=target, only=only, client=client, **options)
        self.code = check_run.run_check(chosen, [self])
        self.checks = {event.id: event for event in self.events if isinstance(event, CheckFinished)}
        self.verdicts = {id_: check.verdict.value for id_, check in self.checks.items()}

    def on_event(self, event: Event) -> None:
        self.events.append(event)

    def close(self) -> None:
        pass

    @property
    def end(self) -> RunFinished:
        [end] = [event for event in self.events if isinstance(event, RunFinished)]
        return end


@pytest.fixture(scope="session")
def dynamic_js() -> str:
    """The vendor's JavaScript SDK, where somebody has installed it."""
    home = Path(os.environ.get("DYNAMIC_JS_HOME", ROOT / "build" / "drivers" / "dynamic-js"))
    if not (home / "node_modules" / "@dynamic-labs-sdk" / "client").is_dir() or not shutil.which("node"):
        pytest.skip("the vendor's SDK is not installed here: make drivers")
    return f"env DYNAMIC_JS_HOME={shlex.quote(str(home))} {DYNAMIC_JS}"


@pytest.fixture(scope="session")
def dynamic_react() -> str:
    """The vendor's React SDK, where somebody has installed it."""
    home = Path(os.environ.get("DYNAMIC_REACT_HOME", ROOT / "build" / "drivers" / "dynamic-react"))
    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    if not (home / "page.js").is_file() or not shutil.which("node") or not shutil.which(chromium):
        pytest.skip("the vendor's React SDK is not installed here: make drivers")
    return f"env DYNAMIC_REACT_HOME={shlex.quote(str(home))} {DYNAMIC_REACT}"
