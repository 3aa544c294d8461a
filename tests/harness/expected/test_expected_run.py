"""`mfa-harness check --expected-failures`, from the command line to the exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from freezegun import freeze_time

from mfa_harness.events import CheckFinished, RunFinished, read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.harness.expected.conftest import Checked, Listed

FAULTY = ("reference:second-device-accepted", "--only", "totp.one-device")
ALL_THREE = """
    [[expected]]
    check = "totp.one-device.second-refused"
    reason = "MFA-123: we allow two phones"

    [[expected]]
    check = "totp.one-device.second-refused-in-new-session"
    reason = "MFA-123: we allow two phones"
    until = 2027-01-31

    [[expected]]
    check = "totp.one-device.second-refused-after-mfa"
    reason = "MFA-123: we allow two phones"
"""


@pytest.fixture(autouse=True)
def _in_2026() -> Iterator[None]:
    with freeze_time("2026-06-01"):
        yield


def test_failures_that_are_all_expected_let_a_run_pass(checked: Checked, listed: Listed) -> None:
    listed(ALL_THREE)
    code, out, err = checked(*FAULTY)
    assert (code, err) == (0, "")
    assert "PASS for 5 of 8 checks; 3 failed as expected\n" in out
    assert "required" not in out


def test_a_failure_that_is_not_listed_is_explained_and_fails_the_run(
    checked: Checked, listed: Listed
) -> None:
    listed(ALL_THREE.partition('    [[expected]]\n    check = "totp.one-device.second-refused-after')[0])
    code, out, _ = checked(*FAULTY)
    assert code == 1
    assert out.count("      required  401") == 1
    assert "FAIL: 1 of the 8 checks that were carried out; 2 failed as expected\n" in out


def test_an_entry_whose_check_passes_fails_the_run_and_names_its_lines(
    checked: Checked, listed: Listed
) -> None:
    listed(ALL_THREE)
    code, out, _ = checked("reference", "--only", "totp.one-device.second-refused-in-new-session")
    assert code == 1
    assert "FAIL: the list of expected failures is stale: 1 entry does not hold any more\n" in out
    assert "known.toml:5  totp.one-device.second-refused-in-new-session\n" in out
    assert "passes now; delete lines 5-8\n" in out


def test_an_entry_expires_by_the_clock(checked: Checked, listed: Listed) -> None:
    listed(ALL_THREE)
    with freeze_time("2027-02-01"):
        code, out, _ = checked(*FAULTY)
    assert code == 1
    assert "FAIL: 1 of the 8 checks that were carried out; 2 failed as expected;" in out
    assert "was expected to fail until 2027-01-31 only (MFA-123: we allow two phones);" in out


def test_entries_that_this_selection_does_not_run_say_nothing(checked: Checked, listed: Listed) -> None:
    listed(ALL_THREE)
    code, out, _ = checked("reference", "--only", "recovery.ten-codes.set")
    assert code == 0
    assert "PASS: the one check\n" in out


def test_an_unknown_check_fails_the_run_even_where_nothing_else_does(
    checked: Checked, listed: Listed
) -> None:
    listed('[[expected]]\ncheck = "recovery.ten-code.set"\nreason = "MFA-9"\n')
    code, out, _ = checked("reference", "--only", "recovery.ten-codes.set")
    assert code == 1
    assert "no check has this id; did you mean recovery.ten-codes.set?" in out


def test_a_list_that_is_not_understood_stops_before_anything_is_run(checked: Checked, listed: Listed) -> None:
    listed('[[expected]]\ncheck = "a.b"\nreason = "TODO: say why"\nuntill = 2027-01-31\n')
    code, out, err = checked("reference")
    assert (code, out) == (2, "")
    assert err == (
        "mfa-harness: known.toml:4: unknown key 'untill'; did you mean until?\n"
        "             known.toml:3: nobody has said yet why a.b may fail: replace 'TODO: say why'\n"
        "             Correct these lines; nothing was run.\n"
    )


def test_the_events_say_what_was_expected_and_the_same_run_gives_the_same(
    checked: Checked, listed: Listed, tmp_path: Path
) -> None:
    listed(ALL_THREE + '\n[[expected]]\ncheck = "totp.one-device.beside-passkey"\nreason = "MFA-9"\n')
    kept = []
    for name in ("one.ndjson", "two.ndjson"):
        assert checked(*FAULTY, "--report", f"json={name}")[0] == 1
        kept.append(read(tmp_path / name))
    excused = [each.expected for each in kept[0] if isinstance(each, CheckFinished) and each.expected]
    assert [each.where for each in excused] == ["known.toml:1", "known.toml:5", "known.toml:10"]
    assert excused[1].until == "2027-01-31"
    last = kept[0][-1]
    assert isinstance(last, RunFinished)
    assert (last.exit_code, last.counts, last.expected) == (1, {"pass": 5, "fail": 3}, {"fail": 3})
    assert [entry.check for entry in last.stale] == ["totp.one-device.beside-passkey"]
    again = kept[1][-1]
    assert isinstance(again, RunFinished)
    assert (again.stale, again.expected) == (last.stale, last.expected)


def test_an_update_writes_a_list_that_is_refused_until_reasons_are_written(
    checked: Checked, tmp_path: Path
) -> None:
    code, out, _ = checked(*FAULTY, "--update-expected-failures")
    assert code == 1
    assert out.endswith(
        "expected failures: known.toml: 3 added; say why on lines 7, 12, 17 before the next run\n"
    )
    assert checked(*FAULTY)[0] == 2
    path = tmp_path / "known.toml"
    path.write_text(path.read_text("utf-8").replace("TODO: say why", "MFA-123"), "utf-8")
    assert checked(*FAULTY)[0] == 0
    code, out, _ = checked("reference", "--only", "totp.one-device", "--update-expected-failures")
    assert code == 0
    assert out.endswith("expected failures: known.toml: 3 dropped\n")
    assert "[[expected]]" not in path.read_text("utf-8")


def test_an_update_that_was_interrupted_changes_nothing(
    checked: Checked, listed: Listed, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = listed(ALL_THREE)
    before = path.read_text("utf-8")

    def interrupted(*_arguments: object) -> bool:
        return True

    monkeypatch.setattr("mfa_harness.check_run.conduct", interrupted)
    monkeypatch.setattr("mfa_harness.check_run.conduct_shared", interrupted)
    code, out, _ = checked("reference", "--update-expected-failures")
    assert code == 130
    assert "expected failures: known.toml: not updated, for the run broke off\n" in out
    assert path.read_text("utf-8") == before


def test_an_update_needs_to_know_which_file(capsys: pytest.CaptureFixture[str]) -> None:
    from mfa_harness.cli import main  # noqa: PLC0415

    assert main(["check", "--update-expected-failures"]) == 2
    assert "Add --expected-failures FILE." in capsys.readouterr().err
