"""The suite, and a user's own scenarios, as plain `pytest` runs them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.harness.suite.conftest import Python, Run, Write

    Pytest = Callable[..., "Reported"]

MINE = """\
Feature: Mine

  @totp.one-device.mine @smoke
  Scenario: A second app is refused
    Given a user who has enrolled an authenticator app
    When she tries to add a second authenticator app
    Then she is refused with "401 Unauthorized"

  Scenario: A second app is welcome
    Given a user who has enrolled an authenticator app
    When she tries to add a second authenticator app
    Then she succeeds

  Scenario Outline: With <method>
    Given the profile says that "drift_steps" is <drift>
    And a user who has enrolled <method>
    Then she has <method> enrolled

    Examples:
      | case     | method               | drift |
      | a passkey! | a passkey          | 1     |
      | app      | an authenticator app | 7     |
"""
IDS = [
    "totp.one-device.mine",
    "mine.a-second-app-is-welcome",
    "mine.with-method[a passkey!]",
    "mine.with-method[app]",
]


@dataclass
class Reported:
    """What one pytest run made of which items."""

    outcomes: dict[str, str] = field(default_factory=dict)
    code: int = -1
    out: str = ""
    err: str = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            self.outcomes[report.nodeid] = report.outcome


@pytest.fixture
def run_pytest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Pytest:
    """Plain pytest in this process, standing in the folder of the test (or below it)."""

    # Of all the plugins installed here only those two; that they load by themselves another test shows.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    both = ("pytest_bdd.plugin", "mfa_harness.pytest_plugin")

    def run(*arguments: str, at: Path = tmp_path, plugins: tuple[str, ...] = both) -> Reported:
        reported = Reported()
        monkeypatch.chdir(at)
        own = ["--rootdir", str(tmp_path), "--import-mode=importlib"]
        for plugin in ("no:cacheprovider", "no:faulthandler", *plugins):
            own += ["-p", plugin]
        reported.code = int(pytest.main([*own, *arguments], plugins=[reported]))
        reported.out, reported.err = capsys.readouterr()
        return reported

    return run


def names(reported: Reported) -> list[str]:
    return [nodeid.partition("::")[2] for nodeid in reported.outcomes]


def test_a_folder_with_a_feature_file_and_no_python_is_run(run_pytest: Pytest, write: Write) -> None:
    write(MINE, "scenarios/mine.feature")
    reported = run_pytest("scenarios")
    assert reported.outcomes == {
        f"scenarios/mine.feature::{check_id}": outcome
        for check_id, outcome in zip(IDS, ["passed", "failed", "passed", "skipped"], strict=True)
    }
    assert reported.code == 1


def test_check_and_pytest_give_the_same_ids_and_verdicts(
    run_pytest: Pytest, run: Run, write: Write, tmp_path: Path
) -> None:
    write(MINE, "scenarios/mine.feature")
    by_pytest = run_pytest("scenarios")
    by_check = run(features=(tmp_path / "scenarios",), only=("mine", "totp.one-device.mine"))
    assert by_check.ids == names(by_pytest) == IDS
    words = {"pass": "passed", "fail": "failed", "n/a": "skipped"}
    assert [words[verdict] for verdict in by_check.verdicts.values()] == list(by_pytest.outcomes.values())


@pytest.mark.parametrize(
    "named", ["scenarios", "scenarios/", "scenarios/mine.feature", "../here/scenarios", "."]
)
def test_a_folder_may_be_named_in_any_way(
    run_pytest: Pytest, run: Run, write: Write, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    folder = write(MINE, "here/scenarios/mine.feature").parent
    assert names(run_pytest(named, "-m", "smoke", at=folder.parent)) == IDS[:1]
    monkeypatch.chdir(folder.parent)
    assert run(features=(Path(named),), only=IDS[:1]).ids == IDS[:1]


def test_one_check_and_one_row_can_be_named(run_pytest: Pytest, write: Write) -> None:
    write(MINE)
    assert names(run_pytest(f"mine.feature::{IDS[0]}")) == IDS[:1]
    assert names(run_pytest(f"mine.feature::{IDS[2]}")) == [IDS[2]]
    assert names(run_pytest("mine.feature", "-k", "welcome")) == [IDS[1]]
    assert names(run_pytest("mine.feature", "-m", "smoke")) == IDS[:1]


def test_strict_markers_and_strict_config_are_no_obstacle(run_pytest: Pytest, write: Write) -> None:
    write("[pytest]\naddopts = --strict-markers --strict-config\n", "pytest.ini")
    write(MINE)
    assert names(run_pytest("mine.feature", "-W", "error")) == IDS


def test_a_failure_reads_as_in_check_and_has_no_traceback(run_pytest: Pytest, write: Write) -> None:
    write(MINE)
    out = run_pytest(f"mine.feature::{IDS[1]}", "--tb=long").out
    assert "FAIL  mine.a-second-app-is-welcome  A second app is welcome      mine.feature:9\n" in out
    assert re.search(r"^ +required .*add a second authenticator app", out, re.MULTILINE)
    assert re.search(r"^ +got .*401 mfa_device_limit", out, re.MULTILINE)
    assert f"mfa-harness check reference --features mine.feature --only {IDS[1]}" in out
    assert not re.search(r"\.py:\d+|Traceback|^>", out, re.MULTILINE)


def test_names_are_printed_as_they_are_and_failures_headed_by_their_titles(
    run_pytest: Pytest, write: Write
) -> None:
    write(MINE)
    out = run_pytest("mine.feature", "-v").out
    assert re.findall(r"^mine\.feature::(.*?) (?:PASSED|FAILED|SKIPPED)", out, re.MULTILINE) == IDS
    assert re.search(r"^_+ A second app is welcome _+$", out, re.MULTILINE)


def test_what_does_not_apply_is_skipped_with_its_reason(run_pytest: Pytest, write: Write) -> None:
    write(MINE)
    out = run_pytest(f"mine.feature::{IDS[3]}", "-rs").out
    assert "mine.feature:22: n/a: the profile does not declare drift_steps = 7 (it says 1)" in out


def test_a_misspelt_step_is_a_collection_error_that_names_the_nearest(
    run_pytest: Pytest, write: Write
) -> None:
    write(MINE.replace("to add a second", "too add a second"))
    reported = run_pytest("mine.feature")
    assert reported.code == 2
    assert 'mine.feature:6: no step is called "she tries too add a second authenticator app"' in reported.out
    assert "The nearest: When she tries to add a second authenticator app" in reported.out
    assert "Traceback" not in reported.out


def test_the_target_is_an_option(run_pytest: Pytest, write: Write) -> None:
    write(MINE)
    faulty = run_pytest(f"mine.feature::{IDS[0]}", "--mfa-target", "reference:second-device-accepted")
    assert list(faulty.outcomes.values()) == ["failed"]
    assert "required" in faulty.out
    assert "mfa-harness check reference:second-device-accepted" in faulty.out


def test_a_target_that_cannot_be_used_is_a_usage_error_of_one_line(run_pytest: Pytest, write: Write) -> None:
    write(MINE)
    reported = run_pytest("mine.feature", "--mfa-target", "referense", "-q")
    assert reported.code == pytest.ExitCode.USAGE_ERROR
    assert reported.err.startswith("ERROR: target 'referense': not understood (did you mean 'reference'?)")
    assert len(reported.err.strip().splitlines()) == 1
    assert (reported.outcomes, "warning" in reported.out) == ({}, False)


def test_a_target_is_not_opened_to_collect(run_pytest: Pytest, write: Write) -> None:
    write(MINE)
    reported = run_pytest("mine.feature", "--mfa-target", "http://localhost:9/api/v0", "--co", "-q")
    assert reported.code == 0
    assert f"mine.feature::{IDS[2]}" in reported.out


def test_a_module_that_binds_the_scenarios_itself_has_them_to_itself(
    run_pytest: Pytest, write: Write
) -> None:
    write(MINE)
    write("from pytest_bdd import scenarios\n\nscenarios('mine.feature')\n", "test_mine.py")
    reported = run_pytest(".", "--co", "-q")
    assert "mine.feature::" not in reported.out
    assert len(re.findall(r"^test_mine\.py::", reported.out, re.MULTILINE)) == len(IDS)
    assert "mine.feature::" in run_pytest("mine.feature", "--co", "-q").out  # asked for by name


def test_check_runs_them_all_the_same(run: Run, write: Write, tmp_path: Path) -> None:
    write(MINE)
    write("from pytest_bdd import scenarios\n\nscenarios('mine.feature')\n", "test_mine.py")
    assert run(features=(tmp_path,), only=("smoke",)).ids == IDS[:1]


def test_feature_files_of_other_tools_are_left_to_them(run_pytest: Pytest, write: Write) -> None:
    write(
        """\
        Feature: Checkout
          Scenario: Paying
            Given a basket with 2 books
            When I pay by card
            Then I get a receipt
        """,
        "features/checkout.feature",
    )
    write("def test_it():\n    pass\n", "test_it.py")
    reported = run_pytest(".")
    assert reported.outcomes == {"test_it.py::test_it": "passed"}
    assert reported.code == 0


def test_modules_in_a_virtual_environment_are_not_looked_at(run_pytest: Pytest, write: Write) -> None:
    write(MINE)
    write("", "env/pyvenv.cfg")
    write("scenarios('x.feature')\n", "env/lib/test_scenarios.py")
    write("scenarios('x.feature')\n", ".tox/test_scenarios.py")
    assert names(run_pytest("mine.feature", "-m", "smoke")) == IDS[:1]


OWN_STEPS = """\
import pytest
from pytest_bdd import given, then, when, parsers

@when(parsers.parse("she counts to {n:d}"), target_fixture="counted")
def _(n):
    return n

@then("it is three")
def _(counted):
    assert counted == 3, "not three"

@given("it rains")
def _():
    pytest.skip("not in this weather")
"""


@pytest.mark.parametrize("place", ["conftest.py", "scenarios/conftest.py"])
def test_steps_of_a_users_own_stand_beside_ours_in_plain_pytest(
    run_pytest: Pytest, write: Write, place: str
) -> None:
    write(OWN_STEPS, place)
    write(
        """\
        Feature: Mine
          Scenario: good
            Given a new user
            And she has signed up
            When she counts to 3
            Then it is three
            And she is fully signed in

          Scenario: bad
            Given a new user
            And she has signed up
            When she counts to 4
            Then it is three

          Scenario: wet
            Given it rains
            When she counts to 4
            Then it is three

          Scenario: misspelt
            Given a new user
            And she has singed up
            Then she is fully signed in
        """,
        "scenarios/mine.feature",
    )
    reported = run_pytest("scenarios")
    assert list(reported.outcomes.values()) == ["passed", "failed", "skipped", "failed"]
    assert "AssertionError: not three" in reported.out
    told = " ".join(reported.out.split())
    assert (
        'mine.feature:22: no step is called "she has singed up". The nearest: When she has signed up' in told
    )


def test_the_environment_of_whoever_calls_does_not_disturb_check(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = write(MINE, "scenarios/mine.feature").parent
    write("raise RuntimeError('a conftest of somebody')\n", "scenarios/conftest.py")
    write("[pytest]\naddopts = --no-such-option\n", "scenarios/pytest.ini")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option -k nothing --maxfail=1")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_module")
    monkeypatch.chdir(tmp_path)
    ran = run(features=(folder,), only=IDS[:1])
    assert ran.verdicts == {IDS[0]: "pass"}


PROBE = """
import json, sys
import pytest
pytest.main(["--co", "-q", "-p", "pytest_bdd.plugin", "-p", "mfa_harness.pytest_plugin"])
print(json.dumps(sorted(sys.modules)))
"""


def test_the_plugin_loads_nothing_heavy_where_there_is_nothing_of_ours(
    python: Python, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("def test_it():\n    pass\n", "test_it.py")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    loaded = json.loads(python("-c", PROBE).stdout.splitlines()[-1])
    ours = [name for name in loaded if name.startswith(("mfa_harness", "mfa_simulators"))]
    assert ours == ["mfa_harness", "mfa_harness.plugin_state", "mfa_harness.pytest_plugin"]
    heavy = {
        "litestar",
        "sqlalchemy",
        "httpx",
        "msgspec",
        "cryptography",
        "fido2",
        "rich",
        "typer",
        "hypothesis",
    }
    assert heavy.isdisjoint(loaded)


def test_the_plugin_loads_by_itself(python: Python, write: Write) -> None:
    write(MINE)
    others = ("hypothesispytest", "benchmark", "randomly", "xdist", "Faker", "anyio")
    without = [word for name in others for word in ("-p", f"no:{name}")]
    done = python("-m", "pytest", "-q", "-m", "smoke", *without)
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_pytest_works_without_pytest_bdd_switched_on(run_pytest: Pytest, write: Write) -> None:
    write(MINE)
    write("def test_it():\n    pass\n", "test_it.py")
    reported = run_pytest(".", plugins=("mfa_harness.pytest_plugin",))
    assert reported.outcomes == {"test_it.py::test_it": "passed"}
