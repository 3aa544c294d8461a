"""The README tells the truth: its example runs, its failure is what is printed, its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mfa_harness.check_run import run_check
from mfa_harness.events import CheckFinished, Event
from mfa_harness.options import CheckOptions
from mfa_harness.reports.layout import explained

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert found is not None, f"no {language} block"
    return found[1]


def test_the_example_of_the_simulators_runs() -> None:
    exec(compile(block("python"), "README.md", "exec"), {})


def test_the_failure_that_is_shown_is_what_the_second_command_prints() -> None:
    class Listener:
        def __init__(self) -> None:
            self.checks: list[CheckFinished] = []

        def on_event(self, event: Event) -> None:
            if isinstance(event, CheckFinished):
                self.checks.append(event)

        def close(self) -> None:
            pass

    listener = Listener()
    target = "reference:recovery-code-reusable"
    only = ("recovery.single-use.used-code",)
    assert run_check(CheckOptions(target=target, only=only), [listener]) == 1
    (check,) = listener.checks
    again = check.again.partition("\n")[0].partition(" --only")[0]
    assert again == f"mfa-harness check {target}"
    assert block("text").split() == " ".join(explained(check, 100)).split()


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(((?!https?:)[^)]+)\)", README))))
def test_a_link_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


def test_the_scenario_that_is_shown_is_one_of_the_suite() -> None:
    steps = [line.strip() for line in block("gherkin").splitlines() if line.startswith("  ")]
    suite = (ROOT / "features" / "one_device.feature").read_text(encoding="utf-8")
    assert all(step in suite for step in steps)
