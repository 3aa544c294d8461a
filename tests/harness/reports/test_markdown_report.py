from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mfa_harness.events import Exchange, Failure
from mfa_harness.reports import markdown
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.reports.conftest import MakeCheck, MakeRun

    from mfa_harness.events import Event


def rendered(events: list[Event]) -> str:
    return markdown.render(events).decode()


def test_a_failing_run_reads_as_it_always_did(failing: list[Event], golden: Path) -> None:
    assert rendered(failing) == (golden / "failing.md").read_text("utf-8")


def test_the_verdict_and_what_was_not_tested_stand_in_the_heading(
    make_check: MakeCheck, make_run: MakeRun
) -> None:
    events = make_run(make_check(), make_check(Verdict.NOT_APPLICABLE, reason="no passkeys"), title="Nightly")
    assert rendered(events).startswith("## Nightly: PASS for 1 of 2 checks; 1 was NOT TESTED\n")


def test_what_was_not_tested_is_counted_by_reason(make_check: MakeCheck, make_run: MakeRun) -> None:
    text = rendered(
        make_run(make_check(), make_check(Verdict.NOT_APPLICABLE, reason="no passkeys | no clock"))
    )
    assert "### Not tested: 1 of 2, because\n" in text
    assert "| 1 | no passkeys \\| no clock |\n" in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<b>bold</b> & *stars*", "\\<b\\>bold\\</b\\> &amp; \\*stars\\*"),
        ("a | b", "a \\| b"),
        ("line\nbreak", "line break"),
        ("`code` [link](http://x)", "\\`code\\` \\[link\\](http://x)"),
        ("@everyone and a@example.org", "@\u200beveryone and a@example.org"),
        ("\x1b[31m", "\\\\x1b\\[31m"),
    ],
)
def test_text_of_others_stays_text(text: str, expected: str) -> None:
    assert markdown.escape(text) == expected


def test_a_code_span_holds_backticks() -> None:
    assert markdown.code("a`b``c") == "``` a`b``c ```"


def test_a_block_of_code_cannot_be_left_from_inside(make_check: MakeCheck, make_run: MakeRun) -> None:
    exchange = Exchange("GET", "/x", 200, response="```\n</details># owned")
    check = make_check(Verdict.FAIL, failure=Failure("a", "b"), exchanges=(exchange,))
    text = rendered(make_run(check))
    assert "\n````\n> GET /x\n" in text
    assert text.count("````") == 2


def test_a_long_list_of_failures_stays_within_what_a_ci_summary_takes(
    make_check: MakeCheck, make_run: MakeRun
) -> None:
    exchanges = tuple(
        Exchange("POST", "/x", 200, request={"a": "b" * 500}, response={"a": "b" * 500}) for _ in range(10)
    )
    checks = [
        make_check(Verdict.FAIL, id=f"a.b.c{number}", failure=Failure("a", "b"), exchanges=exchanges)
        for number in range(500)
    ]
    assert len(markdown.render(make_run(*checks))) < 1_000_000
