"""How pytest comes by our scenarios: a .feature file is a module whose tests are its checks, named by their ids."""

from __future__ import annotations

import re
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from pytest_bdd import scenario

from mfa_harness import steps, suite
from mfa_harness.plugin_state import CHECK_KEY
from mfa_harness.steps.sentence import matching, suggestion
from mfa_harness.suite import FeatureError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mfa_harness.suite import Check


_BOUND_ELSEWHERE = re.compile(r"^\s*(?:@?scenarios?|.*=\s*scenario)\s*\(", re.MULTILINE)


class FeatureModule(pytest.Module):
    """One .feature file."""

    def _getobj(self) -> ModuleType:
        _load_steps(self.config)
        checks = self._checks()
        for tag in sorted({tag for check in checks for tag in check.tags}):
            self.config.addinivalue_line("markers", f"{tag}: of the suite")  # --strict-markers asks for it
        by_scenario: dict[str, list[Check]] = {}
        for check in checks:
            by_scenario.setdefault(check.scenario, []).append(check)
        module = ModuleType(self.path.stem)
        module.__file__ = str(self.path)
        self._by_function: dict[str, list[Check]] = {}
        for name, rows in by_scenario.items():
            function = _bind(self.path, name, rows)
            function_name = rows[0].id.partition("[")[0]
            self._by_function[function_name] = rows
            setattr(module, function_name, function)
        return module

    def _checks(self) -> tuple[Check, ...]:
        try:
            checks = suite.read(self.path)
            refuse_unknown_sentences(checks, self.path)
        except FeatureError as error:
            raise self.CollectError(str(error)) from None
        return checks

    def funcnamefilter(self, name: str) -> bool:
        """Tests are called by their check ids, which begin with anything."""
        return name in self._by_function

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """The checks, each with its data at hand."""
        for item in super().collect():
            if isinstance(item, pytest.Function):
                checks = self._by_function[item.originalname]
                row = tuple(_example(item).values())
                item.stash[CHECK_KEY] = next(check for check in checks if check.row == row)
            yield item


def _example(item: pytest.Function) -> dict[str, str]:
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("_pytest_bdd_example", {}) if callspec else {}


def _bind(path: Path, name: str, checks: list[Check]) -> Any:
    """pytest-bdd's test function of a scenario; the rows of an outline are called by their checks' ids."""

    @scenario(path.name, name, features_base_dir=str(path.parent))
    def run() -> None:
        """Nothing is left to do when the steps are through."""

    cases = {check.row: check.id.partition("[")[2].rstrip("]") for check in checks}
    for number, mark in enumerate(run.pytestmark if checks[0].row else ()):  # type: ignore[attr-defined]
        if mark.name == "parametrize":
            rows = [row._replace(id=cases[tuple(row.values[0].values())]) for row in mark.args[1]]
            run.pytestmark[number] = pytest.mark.parametrize(mark.args[0], rows).mark  # type: ignore[attr-defined]
    return run


def _load_steps(config: pytest.Config) -> None:
    """Make the step definitions known, the first time that a feature of ours is met."""
    for module in steps.modules():
        if not config.pluginmanager.is_registered(module):
            config.pluginmanager.register(module, module.__name__)


def refuse_unknown_sentences(checks: Iterable[Check], path: Path) -> None:
    """Refuse steps that no sentence matches, or more than one, before anything runs.

    Where somebody has step definitions of her own (a conftest.py beside the file), only running can tell.

    Raises:
        FeatureError: with the nearest sentence for each.
    """
    if (path.parent / "conftest.py").exists():
        return
    findings: dict[str, None] = {}
    steps.modules()
    for check in checks:
        for step in check.steps:
            matches = list(matching(step.text))
            where = f"{check.feature}:{step.line}"
            if not matches:
                findings[
                    f'{where}: no step is called "{step.text}". The nearest: {suggestion(step.text)}'
                ] = None
            elif len(matches) > 1:
                both = " / ".join(match.pattern for match in matches)
                findings[f'{where}: "{step.text}" can be read in two ways: {both}'] = None
            elif matches[0].kind == "then" and step.kind != "then":
                findings[
                    f'{where}: "{step.text}" judges; it belongs after Then, not after {step.keyword}'
                ] = None
            elif matches[0].kind == "given" and step.kind != "given":
                findings[f'{where}: "{step.text}" only sets the scene; it belongs after Given'] = None
            elif matches[0].kind == "when" and step.kind == "then":
                findings[f'{where}: "{step.text}" does something; it belongs after When'] = None
    if findings:
        raise FeatureError(findings)


def is_ours(path: Path, config: pytest.Config) -> bool:
    """Whether to collect a .feature file: one of our suite, or in a folder that was asked for by name.

    Where a Python module beside it binds scenarios itself, they are left to that.
    """
    if path.is_relative_to(suite.suite_dir()):
        return True
    asked = [config.invocation_params.dir / argument.partition("::")[0] for argument in config.args]
    roots = [root for root in asked if path.is_relative_to(root)]
    if not roots:
        return False
    root = roots[0] if roots[0].is_dir() else path.parent
    return not any(_BOUND_ELSEWHERE.search(_text(module)) for module in sorted(root.rglob("*.py")))


def _text(module: Path) -> str:
    try:
        return module.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
