"""The GitHub action: its steps as they stand in action.yml, run by bash with a runner's environment."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mfa_harness.expected.entries import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    Step = Callable[..., "Ended"]

yaml: Any = pytest.importorskip("yaml")
pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the steps of the action are bash")

ROOT = Path(__file__).parents[3]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
THREE = (
    "totp.one-device.second-refused",
    "totp.one-device.second-refused-in-new-session",
    "totp.one-device.second-refused-after-mfa",
)


@dataclass(frozen=True)
class Ended:
    code: int
    log: str
    outputs: dict[str, str]
    summary: str


@pytest.fixture
def step(tmp_path: Path) -> Step:
    """Runs a step as a runner does: inputs put into its `env`, outputs and summary in files.

    The harness that it finds installed is this one, with the checks narrowed down to `only`.
    """
    place = tmp_path / "temp" / "mfa-harness" / "bin"
    place.mkdir(parents=True)

    def run(
        number: int, *, only: str = "totp.one-device", env: dict[str, str] | None = None, **inputs: str
    ) -> Ended:
        harness = f'"{sys.executable}" -m mfa_harness'
        for name, line in {
            "python": f'exec "{sys.executable}" "$@"',
            "mfa-harness": f'[ "$1" = check ] || exec {harness} "$@"; shift; exec {harness} check --only "{only}" "$@"',
        }.items():
            (place / name).write_text(f"#!/bin/sh\n{line}\n")
            (place / name).chmod(0o755)
        given = {name: declared["default"] for name, declared in ACTION["inputs"].items()}
        given |= {name.replace("_", "-"): value for name, value in inputs.items()}

        def filled(value: str) -> str:
            return re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: given[found[1]], value)

        files = {name: tmp_path / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for path in files.values():
            path.write_text("")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", STEPS[number]["run"]],
            cwd=tmp_path,
            env={
                "PATH": os.environ["PATH"],
                "RUNNER_TEMP": str(tmp_path / "temp"),
                "GITHUB_ACTION_PATH": str(ROOT),
                **{name: str(path) for name, path in files.items()},
                **{name: filled(value) for name, value in STEPS[number]["env"].items()},
                **(env or {}),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
        summary = files["GITHUB_STEP_SUMMARY"].read_text()
        return Ended(done.returncode, done.stdout + done.stderr, outputs, summary)

    return run


def numbered(name: str) -> int:
    return next(number for number, each in enumerate(STEPS) if each.get("name") == name)


CHECK = numbered("Run mfa-harness")


def known(*checks: str) -> str:
    return "".join(f'[[expected]]\ncheck = "{check}"\nreason = "MFA-123"\n' for check in checks)


def test_a_failure_fails_the_step_and_is_told_in_outputs_summary_and_reports(step: Step) -> None:
    ended = step(CHECK, target="reference:second-device-accepted")
    assert ended.code == 1
    reports = Path(ended.outputs.pop("reports"))
    assert ended.outputs == {"verdict": "fail", "passed": "5", "failed": "3", "not-tested": "0"}
    assert ended.summary.startswith("## MFA check: FAIL: 3 of the 8 checks")
    assert {path.name for path in reports.iterdir()} == {
        "run.ndjson",
        "junit.xml",
        "report.html",
        "report.md",
    }
    assert "FAIL  totp.one-device.second-refused" in ended.log


def test_a_client_sdk_is_tested_by_its_driver(step: Step) -> None:
    ended = step(CHECK, client=f"'{sys.executable}' -m mfa_harness.drivers.python_reference")
    assert (ended.code, ended.outputs["verdict"]) == (0, "pass")
    assert "the client SDK mfa_simulators.MfaClient" in ended.log


def test_failures_that_are_expected_do_not_count(step: Step, tmp_path: Path) -> None:
    (tmp_path / "known.toml").write_text(known(*THREE))
    ended = step(CHECK, target="reference:second-device-accepted", expected_failures="known.toml")
    assert (ended.code, ended.outputs["verdict"]) == (0, "pass")
    assert (ended.outputs["passed"], ended.outputs["failed"]) == ("5", "0")
    assert ended.summary.startswith("## MFA check: PASS for 5 of 8 checks; 3 failed as expected\n")


def test_a_server_is_started_by_a_command(step: Step) -> None:
    command = f"{sys.executable} -m mfa_harness serve --control --port {{port}}"
    ended = step(CHECK, exec=command, only="recovery.ten-codes.set")
    assert (ended.code, ended.outputs["verdict"], ended.outputs["passed"]) == (0, "pass", "1"), ended.log


def test_fuzzing_keeps_what_it_finds_with_the_reports(step: Step) -> None:
    ended = step(CHECK, target="reference:acknowledgement-lost", mode="fuzz", seconds="6", seed="1")
    reports = Path(ended.outputs.pop("reports"))
    assert (ended.code, ended.outputs["verdict"]) == (1, "fail"), ended.log
    assert int(ended.outputs["failed"]) >= 1
    assert list((reports / "found").glob("recovery.acknowledgement.fuzz-*.feature"))
    assert "recovery.acknowledgement" in ended.summary


def test_folders_of_features_are_given_one_a_line(step: Step, tmp_path: Path) -> None:
    for number, folder in enumerate(("mine", "my other ones")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"f{number}.feature").write_text(
            f"Feature: Mine\n  Scenario: Mine {number}\n"
            "    Given a new user\n    When she signs in\n    Then she is fully signed in\n"
        )
    ended = step(CHECK, target="reference", features="mine\n  my other ones\n\n", only="f?.mine-*")
    assert (ended.code, ended.outputs["passed"]) == (0, "2"), ended.log


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        (
            {"target": "reference", "mode": "fuzz", "features": "mine"},
            "features are for mode: check; fuzz writes its own.",
        ),
        (
            {"target": "reference", "mode": "$(id)"},
            "mode: there is no such mode. Write mode: check, or mode: fuzz.",
        ),
        ({"target": "reference", "exec": "x"}, "target and exec are both given. Keep one of them."),
        ({}, "nothing is given to test. Give target, exec, client, or a profile that has a url."),
    ],
)
def test_a_mistake_in_the_inputs_is_an_annotation_and_no_verdict(
    step: Step, inputs: dict[str, str], said: str
) -> None:
    ended = step(CHECK, **inputs)
    assert (ended.code, ended.outputs) == (2, {"verdict": "error"})
    assert ended.log == f"::error title=mfa-harness::{said}\n"


@pytest.mark.parametrize("name", ["target", "exec", "profile", "features", "expected_failures", "seed"])
def test_no_input_is_read_as_shell(step: Step, tmp_path: Path, name: str) -> None:
    inputs = {
        "target": "reference",
        "seed": "0",
        name: f'"; touch {tmp_path}/owned; $(touch {tmp_path}/owned) #',
    }
    if name == "exec":
        del inputs["target"]
    ended = step(CHECK, **inputs, only="recovery.ten-codes.set")
    assert not (tmp_path / "owned").exists()
    if name != "seed":
        assert (ended.code, ended.outputs["verdict"]) == (2, "error")
        assert ended.summary == "## MFA check: no verdict (exit code 2); the log of this step says why\n"


@pytest.mark.parametrize(("version", "what"), [("", str(ROOT)), ("0.1.0", "mfa-harness==0.1.0")])
def test_what_stands_beside_the_action_is_installed_or_the_version_that_was_asked_for(
    step: Step, tmp_path: Path, version: str, what: str
) -> None:
    noted = tmp_path / "noted"
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\necho "$@" >> {noted}\nmkdir -p "$3/bin" && cp "$0" "$3/bin/python"\n')
    python.chmod(0o755)
    shutil.rmtree(tmp_path / "temp" / "mfa-harness")
    (tmp_path / "temp" / "mfa-harness" / "bin").mkdir(parents=True)
    ended = step(numbered("Install mfa-harness"), env={"MFA_PYTHON": str(python)}, version=version)
    assert ended.code == 0, ended.log
    venv, pip = noted.read_text().splitlines()
    assert venv == f"-m venv {tmp_path}/temp/mfa-harness"
    assert pip == f"-m pip install --quiet --disable-pip-version-check {what}"


def test_actions_of_others_are_pinned_to_a_commit() -> None:
    used = re.findall(r"uses: (.+)", (ROOT / "action.yml").read_text("utf-8"))
    assert used
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each) for each in used)


def test_every_input_is_described_and_reaches_a_step() -> None:
    steps = str(STEPS)
    for name, declared in ACTION["inputs"].items():
        assert declared["description"], name
        assert f"inputs.{name}" in steps, name


def test_every_output_is_one_that_the_script_writes() -> None:
    script = (ROOT / ".ci" / "action").read_text("utf-8")
    for name, declared in ACTION["outputs"].items():
        assert declared["value"] == f"${{{{ steps.check.outputs.{name} }}}}"
        assert f"{name}=" in script


def test_steps_are_bash_and_take_no_expression_into_their_text() -> None:
    for each in STEPS:
        assert ("run" in each) == (each.get("shell") == "bash")
        assert "${{" not in each.get("run", "")


def test_the_page_about_ci_says_what_is_so() -> None:
    page = (ROOT / "docs" / "ci.md").read_text("utf-8")
    blocks = re.findall(r"```(\w+)\n(.*?)```", page, re.DOTALL)
    workflows = [yaml.safe_load(text) for language, text in blocks if language == "yaml"]
    ours = next(each for each in workflows[0]["jobs"]["mfa"]["steps"] if each.get("id") == "mfa")
    assert set(ours["with"]) <= set(ACTION["inputs"])
    for name in (*ACTION["inputs"], *ACTION["outputs"]):
        assert f"`{name}`" in page, name
    (example,) = [text for language, text in blocks if language == "toml"]
    assert len(parse(example, file="docs/ci.md")) == 2
