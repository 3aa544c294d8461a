"""The proof of the fuzzer names faults that there are, each in one place, and its page can be read again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mfa_harness.fuzz.left_out import NOT_EVERY_SEED, NOT_REACHED, NOT_STATEFUL
from mfa_harness.fuzz.matrix import Row, as_markdown, main, rows_of, stateful, unexplained
from mfa_simulators.server.faults import FAULTS

if TYPE_CHECKING:
    import pytest

PAGE = Path(__file__).parents[3] / "docs" / "fuzz-matrix.md"


def test_every_fault_is_looked_for_or_left_out_for_a_reason() -> None:
    assert {*NOT_STATEFUL, *NOT_REACHED} <= set(FAULTS)
    assert not {*NOT_STATEFUL} & {*NOT_REACHED}
    assert {*NOT_EVERY_SEED} <= set(stateful())


def test_the_page_holds_no_fault_that_is_not_looked_for() -> None:
    assert {row.slug for row in rows_of(PAGE.read_text(encoding="utf-8"))} <= set(stateful())


def test_a_page_is_read_as_it_was_written() -> None:
    rows = [Row("a-b", "X1", (3, None, 5), ("totp.code-once",)), Row("c", "X2", (1, 2, 3), ())]
    assert rows_of(as_markdown(rows)) == rows
    assert rows[0].median is None
    assert rows[1].median == 2
    assert unexplained(rows) == ["a-b"]


def test_a_fault_that_is_not_looked_for_is_a_mistake_of_the_person(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "page.md"), "no-op"]) == 2
    assert "no-op" in capsys.readouterr().err
