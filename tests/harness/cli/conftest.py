from __future__ import annotations

import sys
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Protocol

import pytest

from mfa_harness.cli import main
from mfa_harness.events import CheckFinished, RunFinished, RunStarted
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from mfa_harness.events import Event
    from mfa_harness.options import CheckOptions
    from mfa_harness.reports import Reporter


@dataclass(frozen=True)
class Ended:
    """What a command left behind."""

    code: int
    out: str
    err: str


class Command(Protocol):
    def __call__(self, *arguments: str) -> Ended: ...


@pytest.fixture(autouse=True)
def _eighty_columns_and_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("NO_COLOR", "FORCE_COLOR", "MFA_HARNESS_TRACE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs `mfa-harness` in this process; no user's error may show a traceback."""

    def run(*arguments: str) -> Ended:
        code = main(arguments)
        captured = capsys.readouterr()
        assert "Traceback" not in captured.out + captured.err
        return Ended(code, captured.out, captured.err)

    return run


@dataclass
class FakeRun:
    """Stands in for the run itself: keeps what it was asked, tells one passing check, and may break off."""

    asked: list[CheckOptions] = field(default_factory=list)
    code: int = 0
    breaks_off: BaseException | None = None

    def __call__(self, options: CheckOptions, reporters: list[Reporter]) -> int:
        self.asked.append(options)

        def tell(event: Event) -> None:
            for reporter in reporters:
                reporter.on_event(event)

        label = "our reference server, not yours"
        tell(RunStarted("0.1.0", options.target, label, options.seed, planned=2, title=options.title))
        tell(CheckFinished("a.b.c", "A title", "features/a.feature", 1, "a.b", "MUST", Verdict.PASS))
        if self.breaks_off is not None:
            raise self.breaks_off
        tell(CheckFinished("a.b.d", "Another", "features/a.feature", 9, "a.b", "MUST", Verdict.PASS))
        tell(RunFinished({"pass": 2}, self.code))
        return self.code


@pytest.fixture
def fake_run(monkeypatch: pytest.MonkeyPatch) -> FakeRun:
    run = FakeRun()
    module = ModuleType("mfa_harness.check_run")
    module.__dict__["run_check"] = run
    monkeypatch.setitem(sys.modules, "mfa_harness.check_run", module)
    return run
