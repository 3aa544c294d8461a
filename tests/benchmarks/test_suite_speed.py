"""What we add to pytest-bdd for a scenario, and how long the whole suite and its self-test take."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from mfa_harness.check_run import run_check
from mfa_harness.options import CheckOptions
from mfa_harness.self_test import self_test
from mfa_harness.shares import cores

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_benchmark.fixture import BenchmarkFixture

SCENARIOS = 150
OURS_MS, SUITE_SECONDS, MATRIX_SECONDS = 1.0, 5.0, 30.0

OURS = "Scenario: number {n}\n  Given a new user\n  Then the public settings say that TOTP is on\n"
PLAIN = "Scenario: number {n}\n  Given nothing\n  Then nothing\n"
STEPS = """
from pytest_bdd import given, scenarios, then
scenarios(".")
@given("nothing")
@then("nothing")
def _(): pass
"""


def seconds(what: Callable[[], object]) -> float:
    begun = time.perf_counter()
    what()
    return time.perf_counter() - begun


def best_of(benchmark: BenchmarkFixture, what: Callable[[], object], rounds: int) -> float:
    """Seconds of the quickest of some rounds, which pytest-benchmark keeps too."""
    times: list[float] = []
    benchmark.pedantic(lambda: times.append(seconds(what)), rounds=rounds)  # type: ignore[no-untyped-call]
    return min(times)


def test_a_scenario_beside_pytest_bdd_alone(
    benchmark: BenchmarkFixture, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine, plain = tmp_path / "mine", tmp_path / "plain"
    for folder, text in ((mine, OURS), (plain, PLAIN)):
        folder.mkdir()
        body = "".join(text.format(n=number) for number in range(SCENARIOS))
        (folder / "many.feature").write_text(f"Feature: many\n{body}")
    (plain / "test_many.py").write_text(STEPS)
    only = tuple(f"many.number-{number}" for number in range(SCENARIOS))

    def ours() -> None:
        assert run_check(CheckOptions(features=(mine,), only=only), []) == 0

    def floor() -> None:
        quiet = ["-q", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", str(plain)]
        assert pytest.main([*quiet, str(plain)]) == 0

    floor()
    base = min(seconds(floor) for _ in range(3))
    added = 1000 * (best_of(benchmark, ours, 3) - base) / SCENARIOS
    benchmark.extra_info |= {"added_ms": added, "goal_ms": OURS_MS}
    with capsys.disabled():
        print(
            f"\na scenario: {added:.2f} ms of ours and one request, on top of pytest-bdd (goal {OURS_MS:.0f} ms)"
        )


def test_the_whole_suite_against_the_reference(
    benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    took = best_of(benchmark, lambda: run_check(CheckOptions(), []), 3)
    with capsys.disabled():
        print(f"\nthe whole suite: {took:.1f} s (goal {SUITE_SECONDS:.0f} s)")


def test_the_kill_matrix_of_bound_checks(
    benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    took = best_of(benchmark, lambda: self_test(workers=min(2, cores())), 1)
    with capsys.disabled():
        print(f"\nthe kill matrix: {took:.1f} s (goal {MATRIX_SECONDS:.0f} s)")
