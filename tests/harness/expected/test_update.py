"""What `--update-expected-failures` makes of a list: what people wrote in it stays theirs."""

from __future__ import annotations

import textwrap
import tomllib

import pytest
from tests.harness.expected.conftest import result

from mfa_harness.expected.entries import parse
from mfa_harness.expected.update import updated
from mfa_harness.verdicts import Verdict

LIST = textwrap.dedent(
    """\
    # Known failures of the QA server
    # reviewed every Monday

    # Sessions are somebody else's business.

    # why this one
    [[expected]]
    check = "a.b.passes"
    reason = "MFA-1"
    # a note below

    # why that one
    [[expected]]
    until = 2027-01-31   # the release
    reason = "MFA-2"
    check = "a.b.fails"

    [[expected]]
    check = "a.b.not-run"
    reason = '''
    MFA-3
    # no comment'''
    # the end
    """
)


def test_entries_that_pass_go_with_their_comments_and_the_rest_stays_as_it_was() -> None:
    update = updated(LIST, [result("a.b.passes", Verdict.PASS), result("a.b.fails")], file="known.toml")
    assert update.dropped == ("a.b.passes",)
    assert (update.added, update.unfilled) == ((), ())
    before, _, rest = LIST.partition("# why this one\n")
    assert update.text == before + rest.partition("# a note below\n\n")[2]


def test_the_last_entry_leaves_no_blank_lines_behind() -> None:
    update = updated(LIST, [result("a.b.not-run", Verdict.PASS)], file="known.toml")
    assert update.text.endswith('check = "a.b.fails"\n')


def test_a_comment_that_touches_the_next_entry_stays_with_that() -> None:
    text = '[[expected]]\ncheck = "a"\nreason = "b"\n# of the next\n[[expected]]\ncheck = "c"\nreason = "d"\n'
    update = updated(text, [result("a", Verdict.PASS)], file="known.toml")
    assert update.text == '# of the next\n[[expected]]\ncheck = "c"\nreason = "d"\n'


def test_failures_are_added_at_the_end_with_what_was_seen_and_a_reason_to_write() -> None:
    failing = [result("a.b.row[2 ago]"), result("a.b.blocked", Verdict.BLOCKED)]
    update = updated(LIST, failing, file="known.toml")
    assert update.text == LIST + textwrap.dedent(
        """
        # A title: required 401; got accepted
        [[expected]]
        check = "a.b.row[2 ago]"
        reason = "TODO: say why"

        # A title: required 401; got accepted
        [[expected]]
        check = "a.b.blocked"
        reason = "TODO: say why"
        """
    )
    assert update.unfilled == (28, 33)
    assert str(update) == "2 added; say why on lines 28, 33 before the next run"


@pytest.mark.parametrize("verdict", [Verdict.WARN, Verdict.NOT_APPLICABLE, Verdict.ERROR, Verdict.PASS])
def test_only_what_makes_a_run_fail_is_added(verdict: Verdict) -> None:
    update = updated(LIST, [result("a.b.new", verdict)], file="known.toml")
    assert (update.text, str(update)) == (LIST, "nothing to change")


@pytest.mark.parametrize("verdict", [Verdict.WARN, Verdict.NOT_APPLICABLE, Verdict.ERROR, Verdict.BLOCKED])
def test_only_a_pass_takes_an_entry_off(verdict: Verdict) -> None:
    assert updated(LIST, [result("a.b.passes", verdict)], file="known.toml").dropped == ()


def test_to_update_twice_changes_nothing_more() -> None:
    results = [result("a.b.passes", Verdict.PASS), result("a.b.new"), result("a.b.fails")]
    once = updated(LIST, results, file="known.toml")
    twice = updated(once.text, results, file="known.toml")
    assert twice.text == once.text
    assert twice.unfilled == once.unfilled


def test_a_list_that_was_not_there_begins_with_what_it_is_for() -> None:
    update = updated("", [result("a.b.c")], file="known.toml")
    assert update.text.startswith("# Checks that may fail for now, and why.")
    assert [entry.check for entry in parse(update.text, file="known.toml", filled=False)] == ["a.b.c"]


def test_line_ends_of_windows_stay() -> None:
    update = updated(LIST.replace("\n", "\r\n"), [result("a.b.new")], file="known.toml")
    assert update.text.count("\n") == update.text.count("\r\n")


def test_whatever_a_target_answered_the_list_stays_toml() -> None:
    nasty = 'required """; got \x1b[31m\x00\r\n[[expected]]\ud800\u2028'
    update = updated(LIST, [result('a.b.row["é\t\\]', reason=nasty)], file="known.toml")
    entries = tomllib.loads(update.text)["expected"]
    assert entries[-1] == {"check": 'a.b.row["é\t\\]', "reason": "TODO: say why"}
    assert len(entries) == 4
