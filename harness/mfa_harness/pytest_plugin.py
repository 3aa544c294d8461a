"""The pytest face of the suite. Loaded in every pytest run of its users, so it imports nothing heavy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from mfa_harness.scenario.session import ScenarioSession


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of a plain pytest run; `mfa-harness check` has its own."""
    group = parser.getgroup("mfa-harness", "MFA scenarios (.feature files)")
    group.addoption(
        "--mfa-target", default=None, metavar="TARGET", help="what to test (default: our reference server)"
    )
    group.addoption("--mfa-client", default="", metavar="COMMAND", help="through a client SDK's driver")
    group.addoption("--mfa-profile", default=None, metavar="FILE", help="the target's profile")
    group.addoption("--mfa-seed", default="0", metavar="SEED", help="the same seed gives the same run")


def pytest_configure(config: pytest.Config) -> None:
    """Know the mark of what `mfa-harness fuzz --save` writes."""
    config.addinivalue_line("markers", "fuzz: a story that mfa-harness fuzz has found, or tells")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect .feature files of our suite, and of folders that were asked for."""
    plugins = parent.config.pluginmanager
    if file_path.suffix != ".feature" or not (
        plugins.hasplugin("pytest-bdd") or plugins.hasplugin("pytest_bdd.plugin")
    ):
        return None
    from mfa_harness.collection import FeatureModule, is_ours  # noqa: PLC0415

    if not is_ours(file_path, parent.config):
        return None
    return FeatureModule.from_parent(parent, path=file_path)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Open the target before anything runs: where it cannot be used, that is told once."""
    if not session.config.option.collectonly:
        next(filter(None, map(_session, session.items)), None)


@pytest.hookimpl(optionalhook=True)
def pytest_bdd_before_scenario(request: pytest.FixtureRequest, scenario: Any) -> None:
    """Make the scenario's world."""
    if session := _session(request.node):
        session.before_scenario(request.node, scenario)


@pytest.hookimpl(optionalhook=True)
def pytest_bdd_before_step(request: pytest.FixtureRequest, step_func: Callable[..., object]) -> None:
    """Know where in the scenario we are."""
    if session := _session(request.node):
        session.before_step(request.node, step_func)


@pytest.hookimpl(optionalhook=True)
def pytest_bdd_step_func_lookup_error(request: pytest.FixtureRequest, step: Any) -> None:
    """Name the nearest sentence to one that nobody has defined."""
    if session := _session(request.node):
        session.reached(request.node)
        from mfa_harness.steps.sentence import unknown_sentence  # noqa: PLC0415
        from mfa_harness.verdicts import ScenarioError  # noqa: PLC0415

        raise ScenarioError(unknown_sentence(step.name))


@pytest.hookimpl(optionalhook=True)
def pytest_bdd_after_step(request: pytest.FixtureRequest) -> None:
    """A step went well."""
    if session := _session(request.node):
        session.after_step(request.node)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn what happened into the check's verdict, and the verdict into pytest's words."""
    report = yield
    if session := _session(item):
        session.report(item, call, report)
    return report


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let go of a target that was opened for a plain pytest run."""
    from mfa_harness.plugin_state import SESSION  # noqa: PLC0415

    session = config.stash.get(SESSION, None)
    if session is not None:
        session.close()


def _session(item: pytest.Item) -> ScenarioSession | None:
    """The session of an item that is one of our checks; made when the first is met."""
    from mfa_harness.plugin_state import CHECK_KEY, session_of  # noqa: PLC0415

    return session_of(item.config) if CHECK_KEY in item.stash else None
