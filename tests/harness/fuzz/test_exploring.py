"""What an exploration finds, and what it leaves alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mfa_harness.fuzz.breaches import breach_of

if TYPE_CHECKING:
    from tests.harness.fuzz.conftest import Explore


@pytest.mark.parametrize(
    ("fault", "requirement"),
    [
        ("recovery-code-reusable", "recovery.single-use"),
        ("second-device-accepted", "totp.one-device"),
        ("code-replay-in-session", "totp.code-once"),
        ("mfa-lifts-every-session", "session.per-session"),
    ],
)
def test_a_fault_is_found_and_named_by_its_requirement(
    explore: Explore, fault: str, requirement: str
) -> None:
    explorer = explore(f"reference:{fault}", steps=1000)
    assert requirement in {finding.requirement for finding in explorer.findings}


def test_two_breaches_of_one_requirement_are_one_exception_class_and_of_two_are_two() -> None:
    assert breach_of("totp.one-device") is breach_of("totp.one-device")
    assert breach_of("totp.one-device") is not breach_of("totp.code-once")


def test_the_clean_reference_breaks_nothing(explore: Explore) -> None:
    explorer = explore("reference", steps=1500, seed=7)
    assert [finding.id for finding in explorer.findings] == []


def test_the_same_seed_tells_the_same_stories(explore: Explore) -> None:
    first, second = (explore("reference:recovery-code-reusable", steps=400, seed=3) for _ in range(2))
    assert first.reached.rules == second.reached.rules
    assert [finding.id for finding in first.findings] == [finding.id for finding in second.findings]


def test_a_known_breach_is_no_news_and_the_run_goes_on(explore: Explore) -> None:
    explorer = explore("reference:second-device-accepted", steps=600, known=("totp.one-device",))
    assert explorer.findings == []
    assert explorer.met["totp.one-device"] > 0
    assert explorer.steps == 600
