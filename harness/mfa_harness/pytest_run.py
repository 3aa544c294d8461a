"""Has pytest run our checks, and nothing that it is told by the environment of whoever calls us.

PYTEST_ADDOPTS, plugins that load themselves, somebody's ini file: a verdict must not depend on them.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from mfa_harness import interrupts
from mfa_harness.feature_files import suite_dir
from mfa_harness.plugin_state import CHECK_KEY, SESSION

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence

    from mfa_harness.scenario.session import ScenarioSession
    from mfa_harness.suite import Check

_NOT_WANTED = (
    "no:cacheprovider",
    "no:terminal",
    "no:unraisableexception",
    "no:threadexception",
    "no:doctest",
)
_KEPT_OUT = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD")


class Choice(Protocol):
    """Which of the collected checks run, in which order; an item may come more than once, as copies of it."""

    def __call__(self, items: list[pytest.Item]) -> list[pytest.Item]:
        """The items to run, of those that were collected."""
        ...


class _Conductor:
    """The pytest plugin of one run."""

    def __init__(self, session: ScenarioSession, choice: Choice) -> None:
        self.session = session
        self.choice = choice
        self.uncollected: list[str] = []
        self.interrupted = False

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[SESSION] = self.session

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = self.choice([item for item in items if CHECK_KEY in item.stash])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.uncollected.append(str(report.longrepr))

    def pytest_keyboard_interrupt(self) -> None:
        self.interrupted = True


def in_order(checks: Sequence[Check]) -> Choice:
    """Chooses these checks among what pytest has collected, and puts them in this order."""
    order = {(check.path, check.id): number for number, check in enumerate(checks)}

    def key(item: pytest.Item) -> int | None:
        check = item.stash[CHECK_KEY]
        return order.get((check.path, check.id))

    def choose(items: list[pytest.Item]) -> list[pytest.Item]:
        chosen = [(number, item) for item in items if (number := key(item)) is not None]
        return [item for _, item in sorted(chosen, key=itemgetter(0))]

    return choose


def conduct(session: ScenarioSession, files: Iterable[Path], choice: Choice) -> bool:
    """Have pytest run the chosen checks of these feature files; `session` is told of each.

    Returns:
        Whether somebody interrupted it.

    Raises:
        RuntimeError: a file that was read before could not be collected, which is a bug of ours.
    """
    conductor = _Conductor(session, choice)
    with (
        interrupts.held(),
        tempfile.TemporaryDirectory(prefix="mfa-harness-") as folder,
        _clean_environment(),
    ):
        ini = Path(folder) / "pytest.ini"
        ini.write_text("[pytest]\naddopts =\n", encoding="utf-8")
        arguments = ["-c", str(ini), "--rootdir", str(suite_dir())]
        arguments += ["--strict-markers", "--noconftest", "--capture=sys"]
        for plugin in (*_NOT_WANTED, "pytest_bdd.plugin", "mfa_harness.pytest_plugin"):
            arguments += ["-p", plugin]
        try:
            with interrupts.allowed():
                pytest.main([*arguments, *map(str, dict.fromkeys(files))], plugins=[conductor])
        except KeyboardInterrupt:  # outside of what pytest watches over, as it starts or ends
            conductor.interrupted = True
        session.abandon()
    if interrupts.asked() or conductor.interrupted:
        return True
    if conductor.uncollected:
        raise RuntimeError("pytest could not collect the suite:\n" + "\n".join(conductor.uncollected))
    return False


@contextmanager
def _clean_environment() -> Generator[None, None, None]:
    kept = {name: os.environ.pop(name) for name in _KEPT_OUT if name in os.environ}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        os.environ.update(kept)
