"""What is kept of a finding reproduces it: the scenario, the pytest file, the replay file."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from mfa_harness import check_run, suite
from mfa_harness.collection import refuse_unknown_sentences
from mfa_harness.commands import ending
from mfa_harness.events import CheckFinished
from mfa_harness.fuzz.findings import confirm
from mfa_harness.fuzz.keeping import save
from mfa_harness.fuzz.telling import tell
from mfa_harness.fuzz.words import APP, SHE, Act, Opening, Story
from mfa_harness.fuzz_run import run_replay
from mfa_harness.options import CheckOptions
from mfa_harness.usage import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mfa_harness.events import Event
    from mfa_harness.fuzz.findings import Finding
    from mfa_harness.scenario.run import Run

    Opened = Callable[[str], Run]

REUSED = Story(
    Opening(she=APP),
    (
        Act("uses recovery code", SHE, "she uses a recovery code"),
        Act("uses recovery code", SHE, "she uses the same recovery code again"),
    ),
)
SECOND = Story(Opening(she=APP), (Act("starts app", SHE, "she starts to add an authenticator app"),))
STORIES = {"recovery-code-reusable": REUSED, "second-device-accepted": SECOND}


class Heard:
    def __init__(self) -> None:
        self.checks: list[CheckFinished] = []

    def on_event(self, event: Event) -> None:
        if isinstance(event, CheckFinished):
            self.checks.append(event)

    def close(self) -> None:
        pass


@pytest.fixture(params=sorted(STORIES))
def finding(request: pytest.FixtureRequest, opened: Opened) -> Finding:
    run = opened(f"reference:{request.param}")
    return confirm(run, tell(run, STORIES[request.param]))


def check(target: str, folder: Path) -> CheckFinished:
    heard = Heard()
    check_run.run_check(CheckOptions(target=target, features=(folder,), only=("*fuzz-*",)), [heard])
    (only,) = heard.checks
    return only


def test_a_finding_happens_again_two_of_two_times(finding: Finding) -> None:
    assert (finding.again, finding.of) == (2, 2)
    assert finding.certain


def test_the_scenario_passes_the_lint_of_our_collection(finding: Finding, tmp_path: Path) -> None:
    (feature, *_) = save(tmp_path, [finding])
    checks = suite.read(feature)
    refuse_unknown_sentences(checks)
    assert [each.id for each in checks] == [finding.id]
    assert checks[0].requirement == finding.requirement


def test_the_scenario_fails_where_it_was_found_and_passes_where_all_is_well(
    finding: Finding, tmp_path: Path
) -> None:
    save(tmp_path, [finding])
    assert check(finding.target, tmp_path).verdict == "fail"
    assert check("reference", tmp_path).verdict == "pass"


def test_the_pytest_file_needs_nothing_beside_it(opened: Opened, tmp_path: Path) -> None:
    run = opened("reference:recovery-code-reusable")
    finding = confirm(run, tell(run, REUSED))
    save(tmp_path, [finding])
    (path,) = tmp_path.glob("test_*.py")
    command = [sys.executable, "-m", "pytest", "-q", "-m", "fuzz", "--strict-markers"]
    command += ["-p", "no:cacheprovider", "-p", "no:randomly", str(path)]
    bare = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "MFA_HARNESS"))
    }
    found = subprocess.run(command, cwd=tmp_path, env=bare, capture_output=True, text=True, check=False)
    assert found.returncode == 1, found.stdout
    assert finding.requirement in found.stdout
    sound = {**bare, "MFA_HARNESS_TARGET": "reference"}
    well = subprocess.run(command, cwd=tmp_path, env=sound, capture_output=True, text=True, check=False)
    assert well.returncode == 0, well.stdout
    profile = tmp_path / "profile.toml"
    profile.write_text("timeout = 5\n", encoding="utf-8")
    profiled = {**sound, "MFA_HARNESS_PROFILE": str(profile)}
    so = subprocess.run(command, cwd=tmp_path, env=profiled, capture_output=True, text=True, check=False)
    assert so.returncode == 0, so.stdout


def test_the_replay_file_works_against_another_target(
    finding: Finding, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(tmp_path, [finding])
    (path,) = tmp_path.glob("*.replay.json")
    assert run_replay(path, "", None, out=sys.stdout) == 1
    assert run_replay(path, "reference", None, out=sys.stdout) == 0
    said = capsys.readouterr().out
    assert f"FAILED  {finding.requirement}" in said
    assert f"FIXED   {finding.requirement}" in said


def test_a_file_that_is_no_replay_file_is_told_as_a_mistake_of_the_person(tmp_path: Path) -> None:
    path = tmp_path / "some.json"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match="is no replay file") as raised:
        run_replay(path, "", None, out=sys.stdout)
    assert ending.tell(raised.value) == ending.USAGE
