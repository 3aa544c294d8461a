from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mfa_harness.events import RunFinished, read
from mfa_harness.options import CheckOptions

if TYPE_CHECKING:
    from tests.harness.cli.conftest import Command, FakeRun


@pytest.fixture
def features(tmp_path: Path) -> Path:
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (folder / "mine.feature").write_text("Feature: mine\n")
    return folder


def test_without_a_target_our_reference_server_is_checked_and_that_is_said_first(
    command: Command, fake_run: FakeRun
) -> None:
    ended = command("check")
    assert ended.code == 0
    assert ended.out.startswith("Testing our reference server, not yours: 2 checks, seed 0\n")
    assert fake_run.asked == [CheckOptions(target="reference", seed="0")]


def test_without_a_target_a_profile_says_what_is_checked(command: Command, fake_run: FakeRun) -> None:
    command("check", "--profile", "mine.toml")
    assert fake_run.asked[0].target == ""
    assert fake_run.asked[0].profile == Path("mine.toml")


def test_everything_that_was_typed_reaches_the_run(
    command: Command, fake_run: FakeRun, features: Path, tmp_path: Path
) -> None:
    ended = command(
        "check",
        "http://localhost:8080",
        *("--profile", "mine.toml"),
        *("--features", str(features), "--features", str(features / "mine.feature")),
        *("--only", "totp.*", "--only", "recovery", "--skip", "@locks-out"),
        *("--seed", "seven"),
        *("--report", f"json={tmp_path}/run.ndjson", "--report", f"junit={tmp_path}/junit.xml"),
        *("--title", "Nightly"),
    )
    assert ended.code == 0
    assert fake_run.asked == [
        CheckOptions(
            target="http://localhost:8080",
            profile=Path("mine.toml"),
            features=(features, features / "mine.feature"),
            only=("totp.*", "recovery"),
            skip=("@locks-out",),
            seed="seven",
            reports=(("json", tmp_path / "run.ndjson"), ("junit", tmp_path / "junit.xml")),
            title="Nightly",
        )
    ]
    assert ended.out.splitlines()[0] == "Nightly"
    assert ended.out.splitlines()[-2:] == [
        f"json report: {tmp_path}/run.ndjson",
        f"junit report: {tmp_path}/junit.xml",
    ]
    assert isinstance(read(tmp_path / "run.ndjson")[-1], RunFinished)


@pytest.mark.parametrize("code", [0, 1, 2, 3, 130])
def test_the_run_decides_the_exit_code(command: Command, fake_run: FakeRun, code: int) -> None:
    fake_run.code = code
    assert command("check").code == code


def test_an_interrupted_run_writes_its_reports(command: Command, fake_run: FakeRun, tmp_path: Path) -> None:
    fake_run.breaks_off = KeyboardInterrupt()
    ended = command("check", "--report", f"json={tmp_path}/run.ndjson")
    assert ended.code == 130
    assert len(read(tmp_path / "run.ndjson")) == 2
    assert "INTERRUPTED after 1 of 2 checks" in ended.out


def test_a_report_on_standard_output_has_it_for_itself(command: Command, fake_run: FakeRun) -> None:
    ended = command("check", "--report", "markdown=-")
    assert ended.out.startswith("## MFA check: PASS: all 2 checks\n")
    assert ended.err.startswith("Testing our reference server, not yours")


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["--report", "junitt=x"], "there is no report kind called 'junitt'"),
        (["--report", "junit=/proc/nowhere/x"], "the report /proc/nowhere/x cannot be written: "),
        (["--features", "nowhere"], "--features nowhere: there is no such folder"),
        (["--features", "{tmp_path}"], "--features {tmp_path}: no .feature file is in it"),
        ([""], "TARGET is empty"),
        ([" "], "TARGET is empty"),
        (["--backend", ""], "--backend is empty"),
        (["--client", ""], "--client is empty"),
    ],
)
def test_a_mistake_is_found_before_the_run(
    command: Command, fake_run: FakeRun, tmp_path: Path, arguments: list[str], found: str
) -> None:
    ended = command("check", *(each.format(tmp_path=tmp_path) for each in arguments))
    assert (ended.code, ended.out, fake_run.asked) == (2, "", [])
    assert ended.err.startswith(f"mfa-harness: {found.format(tmp_path=tmp_path)}")
    assert len(ended.err.splitlines()) == 2
