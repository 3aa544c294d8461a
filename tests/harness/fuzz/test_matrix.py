"""The table of what fuzzing finds: whole, and true to its lists of reasons. What is in it is measured elsewhere."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from mfa_harness.fuzz import matrix
from mfa_harness.fuzz.left_out import NOT_EVERY_SEED, NOT_REACHED, NOT_STATEFUL
from mfa_simulators.server.faults import FAULTS

PAGE = Path(__file__).parents[3] / "docs" / "fuzz-matrix.md"
MEASURE = "python -m mfa_harness.fuzz.matrix docs/fuzz-matrix.md --missing"


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_every_fault_of_the_server_is_in_the_table_or_in_a_list(page: str) -> None:
    missing = matrix.missing(page)
    assert missing == [], f"measure them by `{MEASURE}`, or say in fuzz/left_out.py why not"


def test_what_is_not_found_on_every_seed_has_a_reason(page: str) -> None:
    assert matrix.unexplained(matrix.rows_of(page)) == []


def test_a_reason_is_given_for_nothing_that_is_found_on_every_seed(page: str) -> None:
    found = {row.slug for row in matrix.rows_of(page) if row.median is not None}
    assert found & set(NOT_EVERY_SEED) == set()


def test_the_lists_name_faults_that_there_are_and_each_of_them_once() -> None:
    lists = [set(NOT_EVERY_SEED), set(NOT_REACHED), set(NOT_STATEFUL)]
    assert set().union(*lists) <= set(FAULTS)
    assert all(not one & other for one, other in combinations(lists, 2))


def test_the_page_is_as_it_is_written(page: str) -> None:
    assert matrix.as_markdown(matrix.rows_of(page)) == page


def test_rows_are_read_as_they_were_written() -> None:
    rows = [
        matrix.Row("recovery-code-reusable", "R01", (7, 12, 9), ("recovery.single-use",)),
        matrix.Row("no-op", "N00", (None, 3, None), ()),
    ]
    assert matrix.rows_of(matrix.as_markdown(rows)) == rows
    assert (rows[0].median, rows[1].median) == (9, None)


def test_measuring_some_faults_leaves_the_rows_of_others(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    other = matrix.Row("recovery-code-race", "R02", (1, 2, 3), ("recovery.single-use",))
    path.write_text(matrix.as_markdown([other]), encoding="utf-8")
    rows = matrix.measure(path, ["gate-missing"])
    assert other in rows
    (measured,) = [row for row in rows if row.slug == "gate-missing"]
    assert measured.median is not None
    assert matrix.rows_of(path.read_text(encoding="utf-8")) == rows
