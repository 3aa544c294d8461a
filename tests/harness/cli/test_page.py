from __future__ import annotations

from mfa_harness.commands import page

ROWS = [("MUST", "totp.one-device", "A user has one authenticator app at most, and a second one is refused.")]


def test_where_nobody_reads_along_every_row_is_one_line() -> None:
    rows = [("a", "bb", "text " * 40), ("aaa", "b", "more")]
    assert list(page.columns(rows, None)) == [f"a    bb  {('text ' * 40).rstrip()}", "aaa  b   more"]


def test_the_last_column_wraps_under_itself() -> None:
    assert list(page.columns(ROWS, 80)) == [
        "MUST  totp.one-device  A user has one authenticator app at most, and a second",
        "                       one is refused.",
    ]


def test_a_last_column_that_would_be_too_narrow_goes_below() -> None:
    assert list(page.columns(ROWS, 60)) == [
        "MUST  totp.one-device",
        "    A user has one authenticator app at most, and a second",
        "    one is refused.",
    ]


def test_no_rows_are_no_lines() -> None:
    assert list(page.columns([], 80)) == []


def test_fields_leave_out_what_is_empty_and_set_several_values_below_each_other() -> None:
    fields = page.fields([("id", "a.b"), ("why", ""), ("sources", ("one", "two")), ("faults", [])], 80)
    assert list(fields) == ["id       a.b", "sources  one", "         two"]
