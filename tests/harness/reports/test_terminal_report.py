from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest

from mfa_harness.events import CheckFinished, Failure, Note
from mfa_harness.reports.terminal import TerminalReporter
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.harness.reports.conftest import MakeCheck, MakeRun

    from mfa_harness.events import Event

ESCAPE = "\x1b"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _no_wishes_about_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def shown(events: Iterable[Event], file: io.StringIO | None = None, *, width: int | None = None) -> str:
    file = io.StringIO() if file is None else file
    reporter = TerminalReporter(file, width=width)
    for event in events:
        reporter.on_event(event)
    reporter.close()
    return file.getvalue()


@pytest.mark.parametrize("width", [80, 120])
def test_a_failing_run_reads_as_it_always_did(failing: list[Event], golden: Path, width: int) -> None:
    assert shown(failing, width=width) == (golden / f"failing.{width}.txt").read_text("utf-8")


def test_a_failure_takes_the_four_lines_that_the_design_shows(failing: list[Event]) -> None:
    lines = shown(failing, width=120).splitlines()
    at = lines.index(next(line for line in lines if line.startswith("FAIL") and line.endswith(":41")))
    source = "Dynamic docs, Account-based MFA, Troubleshooting (D-30)"
    command = "mfa-harness check URL --only totp.one-device.second-refused"
    where = "features/totp_enrolment.feature:41"
    assert lines[at : at + 4] == [
        f"FAIL  totp.one-device.second-refused  A second authenticator app is refused      {where}",
        f"      required  401, and the device list unchanged      {source}",
        "      got       200; devices 1 -> 2      (control passed: the first device was enrolled)",
        f"      again     {command}      curl -X GET ... $TOKEN",
    ]


def test_every_check_is_named_with_its_verdict_as_it_ends(failing: list[Event]) -> None:
    stream = shown(failing[:-1]).split("INTERRUPTED")[0]
    for check in failing:
        if isinstance(check, CheckFinished):
            assert re.search(rf"^\S+ +{re.escape(check.id)}\s+{re.escape(check.title)}", stream, re.MULTILINE)


def test_plain_lines_hold_no_escape_sequence(failing: list[Event]) -> None:
    assert ESCAPE not in shown(failing)


def test_plain_lines_keep_to_the_columns_that_the_user_sets(
    failing: list[Event], golden: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert shown(failing) == (golden / "failing.80.txt").read_text("utf-8")


def test_a_terminal_gets_colour_and_a_line_that_counts(failing: list[Event]) -> None:
    text = shown(failing, Terminal(), width=100)
    assert f"{ESCAPE}[1;31mFAIL{ESCAPE}[0m  totp.one-device.second-refused" in text
    assert "2 of 7  1 passed  1 failed" in text
    assert "1 of 7  1 passed  waiting 17 s for a fresh code" in text
    assert text.count(f"{ESCAPE}[?25l") == text.count(f"{ESCAPE}[?25h") == 1  # the cursor comes back


def test_no_color_leaves_a_terminal_without_colour(
    failing: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    text = shown(failing, Terminal(), width=100)
    assert not re.search(rf"{ESCAPE}\[[0-9;]*m", text)
    assert "FAIL  totp.one-device.second-refused" in text


def test_force_color_colours_a_log_but_moves_no_cursor_there(
    failing: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    text = shown(failing)
    assert f"{ESCAPE}[1;31mFAIL{ESCAPE}[0m" in text
    assert not re.search(rf"{ESCAPE}\[[0-9?;]*[A-Zhl]", text)


def test_a_dumb_terminal_gets_plain_lines(failing: list[Event], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert ESCAPE not in shown(failing, Terminal())


def test_what_a_target_answered_cannot_steer_the_terminal(
    failing: list[Event], make_check: MakeCheck, make_run: MakeRun
) -> None:
    answer = f"200 {ESCAPE}]0;owned\x07 \x9b2J"
    reason = make_check(Verdict.NOT_APPLICABLE, reason=answer)
    text = shown(make_run(make_check(Verdict.ERROR, reason=answer), reason, leftovers=(answer,)))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
    assert "200 \\x1b]0;owned\\x07 \\x9b2J" in text


def test_square_brackets_are_text_and_not_markup(make_check: MakeCheck, make_run: MakeRun) -> None:
    assert "totp.wrong-code[seven digits]" in shown(make_run(make_check(id="totp.wrong-code[seven digits]")))


def test_a_run_that_broke_off_is_explained_and_summed_up(failing: list[Event]) -> None:
    text = shown(failing[:4])
    assert "got       200; devices 1 -> 2" in text
    assert "INTERRUPTED after 2 of 7 checks: 1 passed, 1 failed" in text


def test_a_run_that_never_began_leaves_nothing() -> None:
    assert shown([]) == ""


def test_a_run_on_our_own_server_says_so_first_and_how_to_test_another(
    make_check: MakeCheck, make_run: MakeRun
) -> None:
    lines = shown(make_run(make_check())).splitlines()
    assert lines[0] == "Testing our reference server, not yours: 1 check, seed 0"
    assert lines[-1] == "To test yours: mfa-harness init URL --environment ID"


def test_the_title_stands_above_the_run(make_check: MakeCheck, make_run: MakeRun) -> None:
    assert shown(make_run(make_check(), title="Nightly")).startswith("Nightly\n")


def test_a_note_is_shown_when_it_comes(make_check: MakeCheck, make_run: MakeRun) -> None:
    started, check, finished = make_run(make_check())
    text = shown([started, Note("waiting 17 s for a fresh code"), check, finished])
    assert text.index("note  waiting 17 s") < text.index("pass  totp")


def test_long_details_are_shortened_to_their_end(make_check: MakeCheck, make_run: MakeRun) -> None:
    details = "\n".join(f"line {number}" for number in range(40))
    text = shown(make_run(make_check(Verdict.FAIL, failure=Failure("200", "500", details=details))))
    assert "also      ... 28 lines before" in text
    assert "                line 39" in text
    assert "line 27\n" not in text
