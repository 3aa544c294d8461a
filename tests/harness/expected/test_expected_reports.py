"""How expected failures and stale entries are shown, in every report, also of a run that was kept."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from tests.harness.expected.conftest import result

from mfa_harness import events
from mfa_harness.events import Expected, RunFinished, RunStarted, StaleEntry
from mfa_harness.reports import junit, markdown
from mfa_harness.reports.terminal import TerminalReporter
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from mfa_harness.events import CheckFinished, Event

WHY = Expected("MFA-1: two phones | more", "2027-01-31", "known.toml:4")
STALE = StaleEntry("a.b.old", "known.toml:9", "passes now", "delete lines 9-11")


def run_of(*checks: CheckFinished, stale: tuple[StaleEntry, ...] = ()) -> list[Event]:
    unexpected = any(check.verdict.condemns and check.expected is None for check in checks)
    return [
        RunStarted("0.1.0", "http://x", "the server at http://x", "0", planned=len(checks)),
        *checks,
        RunFinished({}, int(unexpected or bool(stale)), stale=stale),
    ]


def on_terminal(run: list[Event]) -> str:
    file = io.StringIO()
    reporter = TerminalReporter(file, width=100)
    for event in run:
        reporter.on_event(event)
    reporter.close()
    return file.getvalue()


def headline(run: list[Event]) -> str:
    return markdown.render(run).decode().splitlines()[0].removeprefix("## MFA check: ")


PASSES = result("a.b.old", Verdict.PASS)
EXPECTED = (result("a.b.c", expected=WHY), result("a.b.d", Verdict.BLOCKED, expected=WHY))


def test_unexpected_failures_come_first_and_expected_ones_are_a_count_with_reason_and_names() -> None:
    text = on_terminal(run_of(*EXPECTED, result("a.b.news"), PASSES, stale=(STALE,)))
    _, _, end = text.partition("\n\n")
    assert end == (
        "features/a.feature\n"
        "fail  a.b.c  A title      (as expected: MFA-1: two phones | more)\n"
        "blocked  a.b.d  A title      (as expected: MFA-1: two phones | more)\n"
        "FAIL  a.b.news  A title\n"
        "pass  a.b.old  A title\n"
        "\n"
        "FAIL  a.b.news  A title      features/a.feature:3\n"
        "      required  401\n"
        "      got       accepted\n"
        "\n"
        "FAIL: 1 of the 4 checks that were carried out; 2 failed as expected; 1 stale entry\n"
        "target       the server at http://x (seed 0)\n"
        "tested       4 of 4: 1 passed, 1 failed, 2 failed as expected\n"
        "expected     2 of these failures, because\n"
        "             MFA-1: two phones | more (until 2027-01-31)\n"
        "               a.b.c, a.b.d\n"
        "stale        1 entry does not hold any more: correct the list of expected failures\n"
        "             known.toml:9  a.b.old\n"
        "               passes now; delete lines 9-11\n"
        "why          `mfa-harness explain a.b` says why that matters\n"
    )


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (run_of(*EXPECTED, PASSES), "PASS for 1 of 3 checks; 2 failed as expected"),
        (run_of(*EXPECTED), "NOTHING PASSED: 2 of 2 checks failed as expected"),
        (
            run_of(*EXPECTED, PASSES, stale=(STALE, STALE)),
            "FAIL: the list of expected failures is stale: 2 entries do not hold any more; 2 failed as expected",
        ),
        (
            run_of(EXPECTED[0], PASSES, result("a.b.e", Verdict.NOT_APPLICABLE, reason="no passkeys")),
            "PASS for 1 of 3 checks; 1 failed as expected; 1 was NOT TESTED",
        ),
        (run_of(result("a.b.w", Verdict.WARN, expected=WHY), PASSES), "PASS for 1 of 2 checks; 1 failed as expected"),
    ],
)  # fmt: skip
def test_the_headline_never_hides_them(run: list[Event], expected: str) -> None:
    assert headline(run) == expected


def test_markdown_lists_them_by_reason_and_explains_none_of_them() -> None:
    text = markdown.render(run_of(*EXPECTED, PASSES, stale=(STALE,))).decode()
    assert "| 2 | failed as expected |\n" in text
    assert "### Expected failures: 1 entry does not hold any more\n" in text
    assert "- `known.toml:9` `a.b.old`: **passes now**; delete lines 9-11\n" in text
    assert "| 2 | MFA-1: two phones \\| more (until 2027-01-31) | `a.b.c`, `a.b.d` |\n" in text
    assert "| fail | `a.b.c` | A title |\n" in text
    assert "required" not in text


def test_junit_skips_them_with_their_reason_so_that_a_pipeline_stays_green() -> None:
    root = ET.fromstring(junit.render(run_of(*EXPECTED, PASSES)))
    (suite,) = root
    assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["3", "0", "0", "2"]
    skipped = next(root.iter("skipped"))
    assert skipped.get("message") == "failed as expected: MFA-1: two phones | more (until 2027-01-31)"
    assert "required  401" in (next(root.iter("system-out")).text or "")


def test_junit_fails_for_a_stale_list() -> None:
    root = ET.fromstring(junit.render(run_of(PASSES, stale=(STALE,))))
    assert (root.get("tests"), root.get("failures")) == ("2", "1")
    (failure,) = root.iter("failure")
    assert failure.get("message") == "1 entry does not hold any more"
    assert "known.toml:9  a.b.old: passes now; delete lines 9-11" in (failure.text or "")


def test_a_kept_run_is_shown_as_it_was(tmp_path: Path) -> None:
    run = run_of(*EXPECTED, PASSES, stale=(STALE,))
    kept = tmp_path / "run.ndjson"
    events.write(kept, run)
    again = events.read(kept)
    assert again == run
    assert on_terminal(again) == on_terminal(run)


def test_a_run_that_was_kept_before_there_were_expected_failures_can_be_read(tmp_path: Path) -> None:
    kept = tmp_path / "run.ndjson"
    kept.write_text(
        '{"type":"check","id":"a.b.c","title":"T","feature":"f","line":1,"requirement":"a.b","level":"MUST",'
        '"verdict":"fail"}\n{"type":"run-finished","counts":{"fail":1},"exit_code":1}\n'
    )
    check, finished = events.read(kept)
    assert isinstance(finished, RunFinished)
    assert (check.expected, finished.stale) == (None, ())  # type: ignore[union-attr]


def test_a_run_without_a_list_has_no_word_of_it() -> None:
    assert b"expected" not in b"".join(map(events.encode, run_of(PASSES, result("a.b.c"))))
