"""`mfa-harness check`: open the target, choose the checks, have pytest run them, tell the reporters.

Whatever pytest is told by the environment of whoever calls us (PYTEST_ADDOPTS, plugins that load themselves) is kept
out: a verdict must not depend on it.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mfa_harness import __version__, suite
from mfa_harness.collection import refuse_unknown_sentences
from mfa_harness.events import CheckFinished, RunFinished, RunStarted
from mfa_harness.plugin_state import CHECK_KEY, SESSION
from mfa_harness.scenario.run import Run
from mfa_harness.scenario.session import ScenarioSession
from mfa_harness.targets.parse import open_target
from mfa_harness.usage import UsageError, unknown
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence

    from mfa_harness.options import CheckOptions
    from mfa_harness.reports.reporter import Reporter
    from mfa_harness.suite import Check

OK, FAILED, OURS, INTERRUPTED = 0, 1, 3, 130
_NOT_WANTED = (
    "no:cacheprovider",
    "no:terminal",
    "no:unraisableexception",
    "no:threadexception",
    "no:doctest",
)
_KEPT_OUT = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD")


def run_check(options: CheckOptions, reporters: Iterable[Reporter]) -> int:
    """Run the suite once.

    Returns:
        The exit code: 0 passed, 1 a requirement failed, 3 a bug of ours, 130 interrupted.

    Raises:
        UsageError: `only` or `skip` name nothing, or the two leave nothing.
        FeatureError: a feature file holds something that would not be tested as its author thinks.
        TargetError: the target cannot be used.
    """
    checks = _chosen(_all_checks(options), options)
    begun = time.perf_counter()

    def say(text: str) -> None:
        run.note(text)

    target = open_target(options.target or None, options.profile, options.seed, note=say)
    run = Run(
        target,
        seed=options.seed,
        reporters=reporters,
        words=[
            *(["--profile", str(options.profile)] if options.profile else []),
            *(word for folder in options.features for word in ("--features", str(folder))),
        ],
    )
    try:
        target.open()
        run.emit(
            RunStarted(
                harness=__version__,
                target=target.name,
                label=target.label,
                seed=options.seed,
                planned=len(checks),
                title=options.title,
            )
        )
        interrupted = _drive(run, checks)
    finally:
        run.leftovers.extend(target.close())
    return _finish(run, checks, interrupted=interrupted, seconds=time.perf_counter() - begun)


def _all_checks(options: CheckOptions) -> list[Check]:
    checks = suite.checks(options.features)
    refuse_unknown_sentences(checks)
    return checks


def _chosen(checks: list[Check], options: CheckOptions) -> list[Check]:
    for word in (*options.only, *options.skip):
        if not any(_names(word, check) for check in checks):
            known = sorted({name for check in checks for name in _known_names(check)})
            raise unknown(
                "requirement, check or tag", word.removeprefix("@"), known, where="mfa-harness list scenarios"
            )
    chosen = [
        check
        for check in checks
        if (not options.only or any(_names(word, check) for word in options.only))
        and not any(_names(word, check) for word in options.skip)
    ]
    if not chosen:
        raise UsageError("--only and --skip together leave nothing to run", "Take one of the --skip away.")
    return chosen


def _known_names(check: Check) -> set[str]:
    return {
        check.id,
        check.id.partition("[")[0],
        *([check.requirement] if check.requirement else []),
        *check.tags,
    }


def _names(word: str, check: Check) -> bool:
    """Whether a word of --only or --skip means this check: its id, its requirement, a tag, or a glob of them."""
    word = word.removeprefix("@")
    known = _known_names(check)
    if word in known or any(name.startswith(f"{word}.") for name in known):
        return True
    pattern = word.replace("[", "[[]")  # an outline row's brackets are no glob
    return any(fnmatchcase(name, pattern) for name in known)


class _Chosen:
    """The pytest plugin of one `check`: only the chosen checks, and our run to tell of them."""

    def __init__(self, run: Run, checks: Sequence[Check]) -> None:
        self.session = ScenarioSession(run)
        self.uncollected: list[str] = []
        self.interrupted = False
        self.order = {(check.path, check.id): number for number, check in enumerate(checks)}

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[SESSION] = self.session

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        kept = [item for item in items if CHECK_KEY in item.stash and self._key(item) in self.order]
        kept.sort(key=lambda item: self.order[self._key(item)])
        items[:] = kept

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.uncollected.append(str(report.longrepr))

    def pytest_keyboard_interrupt(self) -> None:
        self.interrupted = True

    @staticmethod
    def _key(item: pytest.Item) -> tuple[Path, str]:
        check = item.stash[CHECK_KEY]
        return check.path, check.id


def _drive(run: Run, checks: Sequence[Check]) -> bool:
    """Have pytest run the checks. Returns whether somebody interrupted it."""
    files = dict.fromkeys(str(check.path) for check in checks)
    with tempfile.TemporaryDirectory(prefix="mfa-harness-") as folder, _clean_environment():
        ini = Path(folder) / "pytest.ini"
        ini.write_text("[pytest]\naddopts =\n", encoding="utf-8")
        arguments = [
            "-c",
            str(ini),
            "--rootdir",
            str(suite.suite_dir()),
            "--strict-markers",
            "--noconftest",
            "--capture=sys",
        ]
        for plugin in (*_NOT_WANTED, "pytest_bdd.plugin", "mfa_harness.pytest_plugin"):
            arguments += ["-p", plugin]
        chosen = _Chosen(run, checks)
        pytest.main([*arguments, *files], plugins=[chosen])
    chosen.session.abandon()
    if chosen.uncollected:
        raise RuntimeError("pytest could not collect the suite:\n" + "\n".join(chosen.uncollected))
    return chosen.interrupted


@contextmanager
def _clean_environment() -> Generator[None, None, None]:
    kept = {name: os.environ.pop(name) for name in _KEPT_OUT if name in os.environ}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        os.environ.update(kept)


def _finish(run: Run, checks: Sequence[Check], *, interrupted: bool, seconds: float) -> int:
    results = [event for event in run.events if isinstance(event, CheckFinished)]
    verdicts = Counter(result.verdict for result in results)
    if not interrupted and len(results) != len(checks):
        missing = len(checks) - len(results)
        raise RuntimeError(f"{missing} of {len(checks)} checks were not run, and nobody said why")
    if interrupted:
        code = INTERRUPTED
    elif verdicts[Verdict.ERROR]:
        code = OURS
    else:
        code = FAILED if any(verdict.condemns for verdict in verdicts) else OK
    reasons = Counter(result.reason for result in results if result.verdict is Verdict.NOT_APPLICABLE)
    run.emit(
        RunFinished(
            counts={verdict.value: verdicts[verdict] for verdict in Verdict if verdicts[verdict]},
            exit_code=code,
            not_tested=dict(sorted(reasons.items())),
            leftovers=tuple(run.leftovers),
            interrupted=interrupted,
            seconds=seconds,
        )
    )
    return code
