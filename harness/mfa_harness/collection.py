"""How pytest comes by our scenarios: a .feature file is a module whose tests are its checks, named by their ids."""

from __future__ import annotations

import os
import re
from functools import cache, partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from pytest_bdd import scenario

from mfa_harness import steps, suite
from mfa_harness.feature_files import ENCODING, FeatureError, suite_dir
from mfa_harness.plugin_state import CHECK_KEY, SESSION
from mfa_harness.steps.sentence import matching, unknown_sentence
from mfa_harness.verdicts import OUR_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mfa_harness.suite import Check

_STEP = re.compile(r"^\s*(?:Given|When|Then|And|But|\*)\s+(.*?)\s*$", re.MULTILINE)
_BOUND_ELSEWHERE = re.compile(r"^\s*(?:@?scenarios?|.*=\s*scenario)\s*\(", re.MULTILINE)
_FOREIGN = {"node_modules", "site-packages", "build", "dist"}


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
            if not _may_have_steps_of_its_own(self.path, self.config):
                refuse_unknown_sentences(checks)
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
                check = item.stash[CHECK_KEY] = next(check for check in checks if check.row == row)
                item.location = (item.location[0], check.line - 1, check.title)
                item.repr_failure = partial(_told_briefly, item.repr_failure)  # type: ignore[method-assign]
            yield item


def _told_briefly(
    otherwise: Callable[..., Any], excinfo: pytest.ExceptionInfo[BaseException], **how: Any
) -> Any:
    """A verdict needs no traceback, and making one takes longer than running the scenario did."""
    return str(excinfo.value) if isinstance(excinfo.value, OUR_WORDS) else otherwise(excinfo, **how)


def _example(item: pytest.Function) -> dict[str, str]:
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("_pytest_bdd_example", {}) if callspec else {}


def _bind(path: Path, name: str, checks: list[Check]) -> Any:
    """pytest-bdd's test function of a scenario; the rows of an outline are called by their checks' ids."""

    @scenario(path.name, name, encoding=ENCODING, features_base_dir=str(path.parent))
    def run() -> None:
        """Nothing is left to do when the steps are through."""

    cases = {check.row: check.id.partition("[")[2].removesuffix("]") for check in checks}
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


def _may_have_steps_of_its_own(path: Path, config: pytest.Config) -> bool:
    """Whether a conftest.py, beside the file or above it, may define sentences that only running can tell."""
    if SESSION in config.stash:  # `mfa-harness check` runs nobody's Python
        return False
    within = [folder for folder in path.parents if folder.is_relative_to(config.rootpath)] or [path.parent]
    return any((folder / "conftest.py").exists() for folder in within)


def refuse_unknown_sentences(checks: Iterable[Check]) -> None:
    """Refuse steps that no sentence matches, or more than one, before anything runs.

    Raises:
        FeatureError: with the nearest sentence for each.
    """
    findings: dict[str, None] = {}
    steps.modules()
    for check in checks:
        for step in check.steps:
            matches = list(matching(step.text))
            where = f"{check.feature}:{step.line}"
            if not matches:
                findings[f"{where}: {unknown_sentence(step.text)}"] = None
            elif step.attached:
                findings[f'{where}: {step.attached} below "{step.text}" would not be read'] = None
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
    """Whether to collect a .feature file: one of our suite, one asked for by name, or in a folder that was.

    Within a folder, files in which no sentence is ours are left to whoever they belong to (behave, cucumber), and all
    are left to a Python module that binds scenarios itself.
    """
    if SESSION in config.stash:
        return True
    if path.is_relative_to(suite_dir()):
        return not any(check.for_backend for check in suite.read(path))  # those need `check --backend`
    here = config.invocation_params.dir
    asked = [Path(os.path.normpath(here / argument.partition("::")[0])) for argument in config.args]
    if path in asked:
        return True
    root = next((each for each in asked if path.is_relative_to(each)), None)
    return root is not None and _in_our_words(path) and not _bound_elsewhere(root)


def _in_our_words(path: Path) -> bool:
    steps.modules()
    return any(next(matching(sentence), None) for sentence in _STEP.findall(_text(path)))


@cache
def _bound_elsewhere(root: Path) -> bool:
    """Whether a module at or below a folder binds scenarios. Other people's packages are not looked at."""
    for folder, below, names in os.walk(root):
        below[:] = [name for name in below if not _is_foreign(Path(folder, name))]
        if any(_BOUND_ELSEWHERE.search(_text(Path(folder, name))) for name in names if name.endswith(".py")):
            return True
    return False


def _is_foreign(folder: Path) -> bool:
    return folder.name.startswith((".", "__")) or folder.name in _FOREIGN or (folder / "pyvenv.cfg").exists()


def _text(module: Path) -> str:
    try:
        return module.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
