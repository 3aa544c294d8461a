"""How a run ends: exit codes, an interruption, a report of what ran."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import pytest

from mfa_harness.cli import main
from mfa_harness.events import CheckFinished, RunFinished, RunStarted, read
from mfa_harness.scenario.world import World
from mfa_harness.targets.reference import ReferenceTarget
from mfa_harness.targets.target import TargetError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.harness.suite.conftest import Run, Write

    from mfa_harness.events import Event
    from mfa_harness.targets.reference import ReferenceEnvironment

PASSES = """\
Scenario: passes
  Given a new user
  When she signs up
  Then she is fully signed in
"""
FAILS = """\
Scenario: fails
  Given a new user
  When she signs up
  Then she must complete MFA first
"""
NOT_APPLICABLE = """\
Scenario: does not apply
  Given the profile says that "drift_steps" is 7
  And a new user
  When she signs up
  Then she is fully signed in
"""
BREAKS = """\
Scenario: breaks
  Given the setting "no_such_setting" is 1
  And a new user
  When she signs up
  Then she is fully signed in
"""


@pytest.mark.parametrize(
    ("scenarios", "code", "counts"),
    [
        ([PASSES], 0, {"pass": 1}),
        ([PASSES, NOT_APPLICABLE], 0, {"pass": 1, "n/a": 1}),
        ([PASSES, FAILS], 1, {"pass": 1, "fail": 1}),
        ([PASSES, FAILS, BREAKS], 2, {"pass": 1, "fail": 1, "error": 1}),
        ([NOT_APPLICABLE], 2, {"n/a": 1}),
    ],
)
def test_the_worst_verdict_decides_the_exit_code(
    run: Run, scenarios: list[str], code: int, counts: dict[str, int]
) -> None:
    ran = run("\n".join(scenarios))
    assert (ran.code, ran.finished.exit_code, ran.finished.counts) == (code, code, counts)


@pytest.mark.parametrize(
    ("lines", "line", "words"),
    [
        (['Given the setting "no_such" is 1'], 3, "there is no setting 'no_such'"),
        (['Given the setting "totp_digits" is eight'], 3, "eight is no JSON"),
        (['Given the setting "totp_digits" is 99'], 3, "totp_digits: expected 6 to 10"),
        (['Given the profile says that "drift_step" is 1'], 3, 'the nearest is "drift_steps"'),
        (['Given the API version is "2027"'], 3, "min_api_version"),
        (["When the other user signs up"], 4, 'nobody is "the other user" here'),
        (["When she signs up", "Then it is refused with a well-formed error"], 5, "nothing odd was sent"),
        (["When she signs up", "When she goes back to her other session"], 5, "one session only"),
        (["When she signs up", "Then step-up is needed"], 5, "nobody has asked whether step-up is needed"),
        (["When she signs up", "When she registers 0 passkeys at once"], 5, "at least one is needed"),
        (['When she opens the screen "mfa-verify"'], 4, 'no screen is called "mfa-verify"'),
    ],
)
def test_a_line_of_somebodys_own_that_makes_no_sense_is_exit_2_and_is_named(
    run: Run, lines: list[str], line: int, words: str
) -> None:
    given, acts = ([lines[0]], lines[1:]) if lines[0].startswith("Given") else ([], lines)
    written = [*given, "Given a new user", *acts, "Then she is fully signed in"]
    ran = run("Scenario: mistaken\n" + "\n".join(f"  {each}" for each in written))
    assert ran.code == 2
    assert ran.one.verdict.value == "error"
    assert ran.one.mistake.endswith(f"mine.feature:{line}")
    assert ran.one.failure is not None
    assert ran.one.failure.got.startswith(f"{ran.one.mistake}: ")
    assert words in ran.one.failure.got


def test_her_address_cannot_be_chosen_before_she_is_there(run: Run) -> None:
    ran = run(f"""\
        Scenario: mistaken
          Given her e-mail address begins with "x"
        {textwrap.indent(PASSES.partition(chr(10))[2], "  ")}""")
    assert (ran.code, ran.one.mistake.rpartition(":")[2]) == (2, "3")


def test_a_mistake_is_told_at_the_end_and_is_no_bug_of_the_harness(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(f"Feature: Mine\n{BREAKS}")
    assert main(["check", "--features", str(path), "--only", "mine.*"]) == 2
    out = " ".join(capsys.readouterr().out.split())
    assert "NO VERDICT: 1 scenario makes no sense: correct the line" in out
    assert "1 mistaken" in out
    assert "mine.feature:3: `mfa-harness list steps` has every sentence" in out
    assert "broken in the harness" not in out


def test_what_goes_wrong_in_the_harness_is_exit_3_whosever_the_scenario_is(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object, **_named: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(World, "attempt", broken)
    ran = run(PASSES)
    assert (ran.code, ran.one.mistake) == (3, "")


@pytest.mark.parametrize(
    ("scenarios", "wanted", "code"),
    [
        ([PASSES, NOT_APPLICABLE], "2", 2),
        ([PASSES, NOT_APPLICABLE], "1", 0),
        ([FAILS, NOT_APPLICABLE], "2", 1),
        ([NOT_APPLICABLE], "0", 0),
    ],
)
def test_a_run_that_tests_less_than_was_asked_for_is_no_pass(
    write: Write, capsys: pytest.CaptureFixture[str], scenarios: list[str], wanted: str, code: int
) -> None:
    path = write("Feature: Mine\n" + "\n".join(scenarios))
    words = ["check", "--features", str(path), "--only", "mine", "--min-tested", wanted]
    assert main(words) == code
    printed = capsys.readouterr().out
    assert ("TOO LITTLE TESTED: 1 of 2 checks, and at least 2 were asked for" in printed) == (code == 2)
    assert ("\nto mend      " in printed) == (int(wanted) > 1)


def test_a_mistake_in_a_feature_file_is_exit_2_and_nothing_runs(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write("Feature: Mine\n  Scenario: One\n    When she sings up\n    Then she succeeds\n")
    assert main(["check", "--features", str(path)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        f'mfa-harness: {path}:3: no step is called "she sings up". The nearest: When she signs up',
        "             Correct these lines; nothing was run.",
    ]


def test_a_target_that_cannot_be_reached_is_told_before_anything_runs(run: Run) -> None:
    class Unreachable(ReferenceTarget):
        def open(self) -> None:
            raise TargetError("GET nowhere", "nothing listens there", "Start it")

    with pytest.raises(TargetError, match="nothing listens there"):
        run(PASSES, target=Unreachable())


class Recorded(ReferenceTarget):
    """The reference server, with what is asked of a target written down, and something left behind."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []

    def open(self) -> None:
        self.calls.append("open")
        super().open()

    def arrange(self, settings: Mapping[str, Any], *, scenario: str, locks_out: bool) -> ReferenceEnvironment:
        environment = super().arrange(settings, scenario=scenario, locks_out=locks_out)
        self.calls.append(f"arrange {scenario}")

        def close() -> list[str]:
            self.calls.append(f"close {scenario}")
            return [f"user of {scenario}"]

        environment.close = close  # type: ignore[method-assign]
        return environment

    def close(self) -> list[str]:
        self.calls.append("close")
        return ["a process"]


def test_every_environment_is_closed_and_what_is_left_behind_is_listed(run: Run) -> None:
    target = Recorded()
    ran = run(PASSES + FAILS, target=target)
    assert target.calls == [
        "open",
        "arrange mine.passes",
        "close mine.passes",
        "arrange mine.fails",
        "close mine.fails",
        "close",
    ]
    assert ran.finished.leftovers == ("user of mine.passes", "user of mine.fails", "a process")


def interrupt(monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    """Ctrl-C in the middle of a step of that scenario."""
    attempt = World.attempt

    def interrupted(world: World, *arguments: Any, **named: Any) -> Any:
        outcome = attempt(world, *arguments, **named)
        if world.check.id == when:
            raise KeyboardInterrupt
        return outcome

    monkeypatch.setattr(World, "attempt", interrupted)


def test_ctrl_c_ends_the_run_with_130_and_what_ran_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt(monkeypatch, "mine.fails")
    target = Recorded()
    ran = run(PASSES + FAILS + NOT_APPLICABLE, target=target)
    assert ran.code == 130
    assert ran.verdicts == {"mine.passes": "pass"}
    assert (ran.finished.interrupted, ran.finished.exit_code) == (True, 130)


def test_ctrl_c_while_a_reporter_writes_costs_no_other_reporter_an_event(run: Run) -> None:
    told: list[str] = []

    class Interrupted:
        def on_event(self, event: Event) -> None:
            if isinstance(event, CheckFinished):
                told.append(event.id)
                raise KeyboardInterrupt

        def close(self) -> None:
            pass

    ran = run(PASSES + FAILS, before=(Interrupted(),))
    assert (ran.code, told, ran.ids) == (130, ["mine.passes"], ["mine.passes"])


def test_ctrl_c_leaves_nothing_behind_that_could_be_deleted(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt(monkeypatch, "mine.fails")
    target = Recorded()
    ran = run(PASSES + FAILS, target=target)
    assert target.calls[-2:] == ["close mine.fails", "close"]
    assert "user of mine.fails" in ran.finished.leftovers


@pytest.mark.parametrize("workers", [1, 2])
def test_a_signal_ends_the_command_with_130_and_its_report_is_written(tmp_path: Path, workers: int) -> None:
    report = tmp_path / "run.ndjson"
    command = [sys.executable, "-m", "mfa_harness", "check", "--workers", str(workers)]
    command += ["--report", f"json={report}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        # On a busy machine it might be done before this test has read a line: it waits until there is room for more.
        if hasattr(fcntl, "F_SETPIPE_SZ"):
            fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 4096)
        for line in process.stdout:
            if line.startswith("pass"):
                os.kill(process.pid, signal.SIGINT)
                break
        out, err = process.stdout.read(), process.stderr.read()
        assert process.wait(30) == 130, err
    first, *_, last = read(report)
    assert isinstance(first, RunStarted)
    assert isinstance(last, RunFinished)
    assert last.interrupted
    assert 0 < sum(last.counts.values()) < first.planned
    assert f"INTERRUPTED after {sum(last.counts.values())} of {first.planned} checks" in out
    assert "Traceback" not in out + err


def test_checks_that_did_not_run_are_never_passed_over(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mfa_harness.pytest_run.pytest.main", lambda *_arguments, **_named: 0)
    with pytest.raises(RuntimeError, match="1 of 1 checks were not run, and nobody said why"):
        run(PASSES)


def test_the_first_event_says_what_is_planned_and_each_check_what_it_took(run: Run) -> None:
    ran = run(PASSES + NOT_APPLICABLE, title="Nightly", seed="7")
    first = ran.events[0]
    assert isinstance(first, RunStarted)
    assert (first.planned, first.title, first.seed, first.target) == (2, "Nightly", "7", "reference")
    assert first.label == "our reference server, not yours"
    assert all(check.seconds > 0 for check in ran.checks)
    assert ran.finished.not_tested == {"the profile does not declare drift_steps = 7 (it says 1)": 1}


def test_a_check_tells_its_steps_and_how_far_it_came(run: Run) -> None:
    check = run(FAILS).one
    assert [(step.keyword, step.text, step.outcome) for step in check.steps] == [
        ("Given", "a new user", "passed"),
        ("When", "she signs up", "passed"),
        ("Then", "she must complete MFA first", "failed"),
    ]
    assert check.failure is not None
    assert check.failure.step == "Then she must complete MFA first"


def test_a_failure_can_be_run_again_by_the_line_it_prints(run: Run, tmp_path: Path) -> None:
    check = run(FAILS, seed="a b").one
    path = tmp_path / "1" / "mine.feature"
    assert check.again == f"mfa-harness check reference --features {path} --seed 'a b' --only mine.fails"


def test_evidence_is_kept_of_what_failed_and_not_of_what_passed(run: Run) -> None:
    passed, failed = run(PASSES + FAILS).checks
    assert passed.exchanges == ()
    assert [exchange.path for exchange in failed.exchanges][-1] == "/emailVerifications/signin"
