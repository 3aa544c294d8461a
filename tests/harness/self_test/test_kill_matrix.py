"""The suite proves itself: every fault is caught by the checks that are bound to it, and the published page says so."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mfa_harness import bindings, requirements, suite
from mfa_harness.cli import main
from mfa_harness.faults import ALL_FAULTS
from mfa_harness.kill_matrix import CONTROL, Matrix, Row, problems_of
from mfa_harness.reports import kill_matrix
from mfa_harness.self_test import run_against, self_test

PAGE = Path(__file__).parents[3] / "docs" / "kill-matrix.md"
ELSEWHERE = ("backend.",)
"""Duties of others than the server and the client: their faults cannot break them."""


@pytest.fixture(scope="module")
def matrix() -> Matrix:
    return self_test()


def test_every_fault_is_caught_by_a_check_bound_to_it_and_every_bound_check_catches_one(
    matrix: Matrix,
) -> None:
    assert matrix.problems == ()
    assert {row.slug for row in matrix.rows} == set(ALL_FAULTS)


def test_the_fault_that_changes_nothing_is_reported_by_no_bound_check(matrix: Matrix) -> None:
    (control,) = (row for row in matrix.rows if row.slug == CONTROL)
    assert not control.killed
    assert matrix.checks_run > len(matrix.rows)


def test_the_published_page_is_what_the_command_writes(matrix: Matrix) -> None:
    assert PAGE.read_text(encoding="utf-8") == kill_matrix.as_markdown(matrix), (
        "renew it by: mfa-harness self-test --markdown docs/kill-matrix.md"
    )


def test_the_matrix_as_json_has_the_documented_members(matrix: Matrix) -> None:
    rows: list[dict[str, Any]] = msgspec.json.decode(kill_matrix.as_json(matrix))
    assert all(list(row) == ["id", "slug", "killed", "killed_by", "bound"] for row in rows)
    assert {row["slug"] for row in rows if not row["killed"]} == {CONTROL}


def test_every_must_of_server_and_client_has_a_scenario_and_a_fault_that_it_catches() -> None:
    checks = suite.checks()
    by_id = {check.id: check for check in checks}
    tried = {check.requirement for check in checks}
    proved = {by_id[id_].requirement for ids in bindings.load(checks, ALL_FAULTS).values() for id_ in ids}
    for requirement in requirements.load().values():
        if requirement.excluded or requirement.id.startswith(ELSEWHERE):
            continue
        assert requirement.id in tried, f"{requirement.id}: no scenario"
        assert requirement.id in proved, f"{requirement.id}: no fault is caught by its checks"


def row(
    slug: str = "some-fault", killed_by: tuple[str, ...] = (), bound: tuple[str, ...] = (), **more: Any
) -> Row:
    return Row(
        id="Z01",
        slug=slug,
        sentence="something is wrong",
        requirement="totp.one-device",
        killed=bool(killed_by),
        killed_by=killed_by,
        bound=bound,
        **more,
    )


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([row(bound=("a",))], "some-fault (Z01) survives: no check fails on a server that has it"),
        (
            [row(killed_by=("b",), bound=("a",))],
            "some-fault (Z01) is caught only by checks not bound to it: b",
        ),
        ([row(CONTROL, killed_by=("b",))], f"{CONTROL} (Z01) changes nothing, and is reported by b"),
        (
            [row(killed_by=("a",), bound=("a",), broken=("b",))],
            "some-fault (Z01): the harness itself broke in b",
        ),
        ([row(killed_by=("a",), bound=("a", "c"))], "c is bound to a fault and catches none"),
    ],
)
def test_what_keeps_the_suite_from_being_trusted_is_named(rows: list[Row], problem: str) -> None:
    bound = {each.slug: each.bound for each in rows}
    assert problem in problems_of(rows, bound)


def test_a_suite_that_catches_what_it_is_bound_to_has_no_problem() -> None:
    rows = [row(killed_by=("a", "b"), bound=("a",)), row(CONTROL)]
    assert problems_of(rows, {"some-fault": ("a",)}) == []


def test_a_check_bound_to_no_fault_says_why() -> None:
    told = bindings.unbound(suite.checks(), ALL_FAULTS)
    assert [id_ for id_, why in told.items() if not why] == [], "bind them, or say why not, in bindings.toml"


def test_bindings_name_only_faults_and_checks_that_exist() -> None:
    with pytest.raises(bindings.BindingsError, match=r"there is no fault .*nearest"):
        bindings.load(suite.checks(), ["recovery-code-reusabel"])


def test_an_interrupted_self_test_says_nothing_of_faults_that_had_no_turn(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def breaks_off(wanted: dict[str, tuple[str, ...]], seed: str) -> tuple[dict[str, list[Any]], bool]:
        first, second, *_ = wanted
        one, _ = run_against({first: wanted[first]}, seed)
        return {**one, second: []}, True

    module = sys.modules[self_test.__module__]
    monkeypatch.setattr(module, "run_against", breaks_off)
    page = tmp_path / "page.md"
    assert main(["self-test", "--workers", "1", "--markdown", str(page)]) == 130
    printed = capsys.readouterr().out
    assert f"\nINTERRUPTED after 1 of {len(ALL_FAULTS)} faults: nothing is said of the others\n" in printed
    assert "\nSO FAR: 1 of 1 faults are caught" in printed
    assert "problem" not in printed
    assert "SURVIVES" not in printed
    assert not page.exists()
