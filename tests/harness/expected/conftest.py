from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from mfa_harness.cli import main
from mfa_harness.events import CheckFinished, Failure
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from pathlib import Path


class Checked(Protocol):
    def __call__(self, *arguments: str) -> tuple[int, str, str]: ...


class Listed(Protocol):
    def __call__(self, text: str) -> Path: ...


@pytest.fixture(autouse=True)
def _wide_and_without_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Listed:
    """Writes the list `known.toml` into the current folder."""
    monkeypatch.chdir(tmp_path)

    def write(text: str) -> Path:
        path = tmp_path / "known.toml"
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        return path

    return write


@pytest.fixture
def checked(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checked:
    """Runs `mfa-harness check --expected-failures known.toml` and more; returns exit code, output and errors."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["check", *arguments, "--expected-failures", "known.toml"])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def result(check_id: str, verdict: Verdict = Verdict.FAIL, **fields: Any) -> CheckFinished:
    """The event of one check."""
    failed = verdict not in (Verdict.PASS, Verdict.NOT_APPLICABLE)
    defaults: dict[str, Any] = {
        "title": "A title",
        "feature": "features/a.feature",
        "line": 3,
        "requirement": check_id.rpartition(".")[0],
        "level": "MUST",
        "reason": "required 401; got accepted" if failed else "",
        "failure": Failure("401", "accepted") if failed else None,
    }
    return CheckFinished(id=check_id, verdict=verdict, **{**defaults, **fields})
