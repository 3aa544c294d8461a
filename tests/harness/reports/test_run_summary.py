from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mfa_harness.reports.layout import explained, summary
from mfa_harness.reports.run import NEVER_REACHED, Run
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from tests.harness.reports.conftest import MakeCheck, MakeRun

    from mfa_harness.events import Event


def headline(events: list[Event]) -> str:
    return Run.of(events).headline[1]


def test_a_run_passes_outright_only_when_everything_was_tested(
    make_check: MakeCheck, make_run: MakeRun
) -> None:
    assert headline(make_run(make_check(), make_check())) == "PASS: all 2 checks"


def test_a_pass_says_in_the_same_line_how_much_was_not_tested(
    make_check: MakeCheck, make_run: MakeRun
) -> None:
    skipped = make_check(Verdict.NOT_APPLICABLE, reason="no passkeys")
    assert headline(make_run(make_check(), skipped, skipped)) == "PASS for 1 of 3 checks; 2 were NOT TESTED"


def test_a_failure_counts_failed_and_blocked_among_what_was_tested(
    make_check: MakeCheck, make_run: MakeRun
) -> None:
    events = make_run(
        make_check(),
        make_check(Verdict.FAIL),
        make_check(Verdict.BLOCKED),
        make_check(Verdict.WARN),
        make_check(Verdict.NOT_APPLICABLE, reason="no passkeys"),
    )
    assert headline(events) == "FAIL: 2 of the 4 checks that were carried out; 1 warned; 1 was NOT TESTED"


def test_a_warning_alone_lets_a_run_pass(make_check: MakeCheck, make_run: MakeRun) -> None:
    assert headline(make_run(make_check(), make_check(Verdict.WARN))) == "PASS: all 2 checks; 1 warned"


def test_an_error_of_ours_is_never_called_a_failure_of_the_target(
    make_check: MakeCheck, make_run: MakeRun
) -> None:
    events = make_run(make_check(), make_check(Verdict.ERROR), exit_code=3)
    assert headline(events) == "NO VERDICT: 1 of 2 checks broke in the harness, not in the target"


def test_a_run_in_which_nothing_could_be_tested_is_no_pass(make_check: MakeCheck, make_run: MakeRun) -> None:
    assert headline(make_run(make_check(Verdict.NOT_APPLICABLE, reason="no MFA"))) == (
        "NOTHING TESTED: the one check could not be carried out"
    )
    assert headline(make_run()) == "NOTHING TESTED: no check was selected"


def test_a_run_that_tested_less_than_was_asked_for_says_so_and_what_to_do(
    make_check: MakeCheck, make_run: MakeRun
) -> None:
    skipped = make_check(Verdict.NOT_APPLICABLE, reason="no MFA")
    run = Run.of(make_run(make_check(), skipped, wanted=2, exit_code=2))
    assert run.headline[1] == "TOO LITTLE TESTED: 1 of 2 checks, and at least 2 were asked for"
    assert "mfa-harness doctor" in run.mend
    failed = Run.of(make_run(make_check(Verdict.FAIL), skipped, wanted=2, exit_code=1))
    assert failed.headline[1] == "FAIL: the one check that was carried out; 1 was NOT TESTED"


def test_a_run_that_does_not_pass_for_another_reason_says_so(
    make_check: MakeCheck, make_run: MakeRun
) -> None:
    assert headline(make_run(make_check(), exit_code=1)) == (
        "FAIL: every check passed, but the run does not (exit 1)"
    )


def test_an_interrupted_run_counts_what_never_had_its_turn(make_check: MakeCheck, make_run: MakeRun) -> None:
    run = Run.of(make_run(make_check(), planned=5, interrupted=True, exit_code=130))
    assert run.headline[1] == "INTERRUPTED after 1 of 5 checks: 1 passed"
    assert run.not_tested == [(NEVER_REACHED, 4)]


def test_a_run_without_an_end_is_an_interrupted_one(make_check: MakeCheck, make_run: MakeRun) -> None:
    events = make_run(make_check(), make_check(Verdict.FAIL), planned=3)[:-1]
    assert headline(events) == "INTERRUPTED after 2 of 3 checks: 1 passed, 1 failed"


def test_reasons_are_grouped_and_the_commonest_comes_first(make_check: MakeCheck, make_run: MakeRun) -> None:
    rare = make_check(Verdict.NOT_APPLICABLE, reason="no control plane")
    common = make_check(Verdict.NOT_APPLICABLE, reason="no passkeys")
    lines = summary(Run.of(make_run(rare, common, make_check(), common)), 80)
    assert lines[lines.index("not tested   3 of 4, because") :] == [
        "not tested   3 of 4, because",
        "             2  no passkeys",
        "             1  no control plane",
    ]


def test_the_reasons_of_the_last_event_win_over_those_of_the_checks(
    make_check: MakeCheck, make_run: MakeRun
) -> None:
    skipped = make_check(Verdict.NOT_APPLICABLE, reason="as the check says")
    assert Run.of(make_run(skipped, not_tested={"as the run says": 1})).not_tested == [("as the run says", 1)]


def test_leftovers_are_listed_one_by_one(make_check: MakeCheck, make_run: MakeRun) -> None:
    assert summary(Run.of(make_run(make_check(), leftovers=("user a", "user b"))), 80)[-3:] == [
        "left behind  2, which could not be deleted",
        "             user a",
        "             user b",
    ]


def test_the_summary_says_what_was_tested(make_check: MakeCheck, make_run: MakeRun) -> None:
    assert "target       our reference server, not yours (seed 0)" in summary(
        Run.of(make_run(make_check())), 80
    )


@pytest.mark.parametrize("width", [60, 80, 100, 160])
def test_no_line_but_a_command_to_paste_is_wider_than_asked(failing: list[Event], width: int) -> None:
    run = Run.of(failing)
    lines = [line for check in run.to_explain() for line in explained(check, width)] + summary(run, width)
    assert [line for line in lines if len(line) > width and "mfa-harness check" not in line] == []
