"""What an entry excuses, and when it has gone stale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.harness.expected.conftest import result

from mfa_harness.events import Expected
from mfa_harness.expected.ledger import ExpectedFailures
from mfa_harness.usage import UsageError
from mfa_harness.verdicts import Verdict
from mfa_simulators.clock import VirtualClock

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.expected.conftest import Listed

    from mfa_harness.events import CheckFinished

LIST = """
    [[expected]]
    check = "a.b.c"
    reason = "MFA-123"
    until = 2027-01-31

    [[expected]]
    check = "a.b.row[2 ago]"
    reason = "MFA-124"
"""
KNOWN = ("a.b.c", "a.b.row[2 ago]", "a.b.row[3 ago]", "a.b.other")


def on(day: str) -> ExpectedFailures:
    from pathlib import Path  # noqa: PLC0415 - the current folder is the fixture's

    return ExpectedFailures.load(Path("known.toml"), clock=VirtualClock(f"{day}T12:00:00Z"))


def stale(expected: ExpectedFailures, *results: CheckFinished, passing_too: bool = True) -> list[str]:
    found = expected.stale(results, KNOWN, passing_too=passing_too)
    return [f"{entry.where} {entry.check}: {entry.finding}; {entry.mend}" for entry in found]


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.BLOCKED, Verdict.WARN])
def test_a_listed_check_may_fail(listed: Listed, verdict: Verdict) -> None:
    listed(LIST)
    assert on("2026-01-01").excuse("a.b.c", verdict) == Expected("MFA-123", "2027-01-31", "known.toml:1")
    assert on("2026-01-01").excuse("a.b.row[2 ago]", verdict) == Expected("MFA-124", "", "known.toml:6")


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.NOT_APPLICABLE, Verdict.ERROR])
def test_nothing_else_is_excused_and_an_error_of_ours_least(listed: Listed, verdict: Verdict) -> None:
    listed(LIST)
    assert on("2026-01-01").excuse("a.b.c", verdict) is None


def test_another_row_of_the_same_outline_is_not_excused(listed: Listed) -> None:
    listed(LIST)
    assert on("2026-01-01").excuse("a.b.row[3 ago]", Verdict.FAIL) is None


def test_an_entry_holds_to_the_end_of_its_last_day(listed: Listed) -> None:
    listed(LIST)
    assert on("2027-01-31").excuse("a.b.c", Verdict.FAIL) is not None
    assert stale(on("2027-01-31"), result("a.b.c")) == []
    assert on("2027-02-01").excuse("a.b.c", Verdict.FAIL) is None
    (found,) = stale(on("2027-02-01"), result("a.b.c"))
    assert found.startswith("known.toml:1 a.b.c: was expected to fail until 2027-01-31 only (MFA-123); ")
    assert found.endswith("; delete lines 1-4, or decide on another date")


def test_an_entry_whose_check_passes_is_stale(listed: Listed) -> None:
    listed(LIST)
    passing = result("a.b.c", Verdict.PASS)
    assert stale(on("2026-01-01"), passing) == ["known.toml:1 a.b.c: passes now; delete lines 1-4"]
    assert stale(on("2028-01-01"), passing) == ["known.toml:1 a.b.c: passes now; delete lines 1-4"]
    assert stale(on("2026-01-01"), passing, passing_too=False) == []


@pytest.mark.parametrize("verdict", [Verdict.NOT_APPLICABLE, Verdict.ERROR, None])
@pytest.mark.parametrize("day", ["2026-01-01", "2028-01-01"])
def test_a_check_that_was_not_tested_says_nothing_of_its_entry(
    listed: Listed, verdict: Verdict | None, day: str
) -> None:
    listed(LIST)
    results = [result("a.b.c", verdict)] if verdict else []
    assert stale(on(day), *results) == []


@pytest.mark.parametrize(
    ("name", "mend"),
    [
        ("a.b.cc", "did you mean a.b.c?"),
        ("a.b.row", "list each check by itself: a.b.row[2 ago], and 1 more"),
        ("a.b", "list each check by itself: a.b.c, and 3 more"),
        ("*.c", "list each check by itself: a.b.c"),
        ("zzz", "delete lines 1-3, or name the --features that hold it"),
    ],
)
def test_an_entry_for_no_check_is_stale_and_the_nearest_is_named(
    listed: Listed, name: str, mend: str
) -> None:
    listed(f'[[expected]]\ncheck = "{name}"\nreason = "b"\n')
    assert stale(on("2026-01-01")) == [f"known.toml:1 {name}: no check has this id; {mend}"]


def test_a_list_that_cannot_be_read_is_a_mistake_of_the_person(tmp_path: Path) -> None:
    clock = VirtualClock("2026-01-01T00:00:00Z")
    (tmp_path / "latin.toml").write_bytes(b"# \xe9\n")
    for name, found in (
        ("nowhere.toml", "there is no such file"),
        (".", "cannot be read: is a directory"),
        ("latin.toml", "not UTF-8 text"),
    ):
        with pytest.raises(UsageError, match=found):
            ExpectedFailures.load(tmp_path / name, clock=clock)


def test_a_list_to_be_updated_may_be_missing_but_must_be_writable(tmp_path: Path) -> None:
    clock = VirtualClock("2026-01-01T00:00:00Z")
    missing = tmp_path / "folder" / "known.toml"
    assert ExpectedFailures.load(missing, clock=clock, to_update=True).excuse("a", Verdict.FAIL) is None
    assert not missing.exists()
    with pytest.raises(UsageError, match="cannot be written"):
        ExpectedFailures.load(tmp_path, clock=clock, to_update=True)
