from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from mfa_harness import requirements
from mfa_harness.events import Exchange, Expected, Failure, Note, StaleEntry, StepRecord
from mfa_harness.reports.html import render
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from tests.harness.reports.conftest import MakeCheck, MakeRun

    from mfa_harness.events import Event

VOID = {"meta", "input", "rect"}
ASSETS = resources.files("mfa_harness.reports.html").joinpath("assets")
NASTY = (
    "</script></style><script>alert(1)</script><img src=x onerror=a()>\"'&amp;{{ 7*7 }}\x00\x1b\u202e\u2066"
)
SPELT = "</script></style><script>alert(1)</script><img src=x onerror=a()>\"'&amp;{{ 7*7 }}\\x00\\x1b\\u202e\\u2066"


class Element:
    def __init__(self, tag: str, attributes: dict[str, str], parent: Element | None) -> None:
        self.tag = tag
        self.attributes = attributes
        self.parent = parent
        self.children: list[Element | str] = []

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    @property
    def words(self) -> str:
        """The text as it is heard: its pieces, a space between them."""
        pieces = (child if isinstance(child, str) else child.words for child in self.children)
        return " ".join(" ".join(pieces).split())

    def all(self, tag: str = "", among: str = "", **attributes: str) -> list[Element]:
        """The elements below with this tag, this class among theirs, and these attributes."""
        found = []
        for child in self.children:
            if isinstance(child, Element):
                if (
                    (not tag or child.tag == tag)
                    and (not among or among in child.attributes.get("class", "").split())
                    and attributes.items() <= child.attributes.items()
                ):
                    found.append(child)
                found += child.all(tag, among, **attributes)
        return found

    def one(self, tag: str = "", among: str = "", **attributes: str) -> Element:
        (found,) = self.all(tag, among, **attributes)
        return found


class Page(HTMLParser):
    """The tree of a page; refuses what is not nested as it should be."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.current = Element("", {}, None)
        self.feed(text)
        self.close()
        assert self.current is self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self.current)
        assert len(element.attributes) == len(attrs), tag
        self.current.children.append(element)
        if tag not in VOID:
            self.current = element

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert tag == self.current.tag
            assert self.current.parent is not None
            self.current = self.current.parent

    def handle_data(self, data: str) -> None:
        self.current.children.append(data)


def page(events: list[Event]) -> Element:
    """The page of a run, seen to be sound: nested, ids unique, links that lead somewhere, nothing loaded."""
    text = render(events, now=datetime(2026, 1, 2, 3, 4, tzinfo=UTC)).decode()
    assert text.startswith("<!doctype html>\n")
    root = Page(text).root
    everything = root.all()
    ids = [each.attributes["id"] for each in everything if "id" in each.attributes]
    assert len(set(ids)) == len(ids)
    for each in everything:
        assert not {name for name in each.attributes if name.startswith("on") or name in ("src", "style")}
        for name in ("href", "aria-labelledby"):
            assert each.attributes.get(name, "#verdict").removeprefix("#") in ids
        assert each.attributes.get("href", "#").startswith("#")
    assert root.one("script").text == ASSETS.joinpath("page.js").read_text("utf-8")
    assert root.one("style").text == ASSETS.joinpath("page.css").read_text("utf-8")
    levels = [int(each.tag[1]) for each in everything if re.fullmatch("h[1-6]", each.tag)]
    assert (levels[0], levels.count(1)) == (1, 1)
    assert all(after - before <= 1 for before, after in pairwise(levels))
    return root


def finding(root: Element) -> dict[str, str]:
    """What the only finding tells, by its labels."""
    article = root.one("article")
    labels = [each.words for each in article.all("dt")]
    return dict(zip(labels, (each.words for each in article.all("dd")), strict=True))


def figures(root: Element) -> list[str]:
    return [each.words for each in root.one("ul", "figures").all("li")]


def test_the_verdict_comes_first_and_then_what_was_tested_and_when(failing: list[Event]) -> None:
    root = page(failing)
    headline = "FAIL: 2 of the 5 checks that were carried out; 1 warned; 2 were NOT TESTED"
    assert root.one("h1").words == headline
    assert root.one("title").words == f"{headline} - MFA check"
    about = root.one("dl", "about").words
    assert "the server at http://localhost:8080" in about
    assert "2 January 2026, 03:04 UTC" in about


def test_what_was_not_tested_is_as_large_as_what_passed(failing: list[Event]) -> None:
    passed, troubled, untested = figures(page(failing))
    assert passed == "1 passed of 7 checks"
    assert troubled == "4 did not pass 1 failed, 1 broken in the harness, 1 blocked, 1 warned"
    assert untested.startswith(
        "2 not tested 1: the profile says that the server has no passkeys 1: the server's"
    )


def test_every_reason_why_something_was_not_tested_is_told(make_check: MakeCheck, make_run: MakeRun) -> None:
    checks = [make_check(Verdict.NOT_APPLICABLE, id=f"a.b.c{n}", reason=f"reason {n}") for n in range(9)]
    root = page(make_run(*checks, make_check(), planned=12))
    rows = [row.words for row in root.one("table", "reasons").all("tr")]
    assert rows == [
        "Checks Because",
        "2 the run was over before their turn",
        *(f"1 reason {n}" for n in range(9)),
    ]


def test_requirements_without_a_check_are_listed(make_check: MakeCheck, make_run: MakeRun) -> None:
    listed = [each.words for each in page(make_run(make_check())).one("section", "not-tested").all("li")]
    known = requirements.load()
    assert len(listed) == len(known) - 1
    excluded = next(each for each in known.values() if each.excluded)
    assert any(excluded.text in words and excluded.excluded in words for words in listed)


def test_each_broken_requirement_is_one_sentence_and_why_it_matters(
    make_check: MakeCheck, make_run: MakeRun
) -> None:
    checks = [
        make_check(Verdict.FAIL, failure=Failure("a", "b")),
        make_check(Verdict.FAIL, id="x.y"),
        make_check(),
    ]
    root = page(make_run(*checks))
    (broken,) = root.one("section", id="broken").all("li")
    requirement = requirements.load()["totp.one-device"]
    assert broken.one("p", "claim").words == requirement.text
    assert broken.one("p", "why").words == f"Why it matters: {requirement.why}"
    assert "MUST 2 failed, 1 passed" in broken.words
    assert root.one("p", "lede").words == "1 requirement was looked at: it is broken."


def test_a_requirement_that_this_version_does_not_know_is_named(
    make_check: MakeCheck, make_run: MakeRun
) -> None:
    root = page(make_run(make_check(Verdict.FAIL, requirement="future.thing"), harness="9.9"))
    assert root.one("p", "claim").words == "future.thing (not in this version's catalogue)"
    assert "which version 9.9 carried out" in root.one("footer").words


def test_scenarios_of_ones_own_have_a_place_of_their_own(make_check: MakeCheck, make_run: MakeRun) -> None:
    root = page(make_run(make_check(Verdict.FAIL, requirement="")))
    assert root.one("tr", "requirement").words == "failed Scenarios of your own MUST 1 failed"
    assert root.one("p", "lede").words == "No requirement was looked at."


def test_a_finding_tells_all_that_an_engineer_needs(make_check: MakeCheck, make_run: MakeRun) -> None:
    check = make_check(
        Verdict.FAIL,
        failure=Failure("401", "200", source="RFC 1", controls=("one works",), details="steps/a.py:1"),
        steps=(StepRecord("Given", "a user", "passed"), StepRecord("Then", "she is refused", "failed")),
        exchanges=(
            Exchange(
                "GET", "/users", 200, response={"id": 1}, headers={"authorization": "x", "location": "y"}
            ),
            Exchange("POST", "/mfa", 422, request="a=b"),
        ),
        again="mfa-harness check reference --only a.b\ncurl x",
    )
    root = page(make_run(check))
    told = finding(root)
    assert told["Required"] == "401"
    assert told["Got"] == "200"
    assert told["Source"] == "RFC 1"
    assert told["Control"] == "passed: one works"
    assert told["Also"] == "steps/a.py:1"
    assert told["Steps"] == "passed Given a user failed Then she is refused"
    assert told["Again"] == "mfa-harness check reference --only a.b curl x Copy"
    wire = 'request> GET /users authorization: x response< 200 OK location: y {"id":1} request> POST /mfa a=b'
    assert (
        told["Wire"]
        == f"2 requests, the last one: 422 Unprocessable Entity {wire} response< 422 Unprocessable Entity"
    )
    assert root.one("li", "is-failed").words == "failed Then she is refused"


def test_what_was_only_advised_is_not_called_required(make_check: MakeCheck, make_run: MakeRun) -> None:
    told = finding(page(make_run(make_check(Verdict.WARN, failure=Failure("no-store", "nothing")))))
    assert told == {"Advised": "no-store", "Got": "nothing"}


def test_expected_failures_are_folded_away(make_check: MakeCheck, make_run: MakeRun) -> None:
    said = Expected("fixed in 2.0", "2027-01-31", "known.toml:3")
    check = make_check(Verdict.FAIL, failure=Failure("401", "200"), expected=said)
    root = page(make_run(make_check(), check, exit_code=0))
    section = root.one("section", id="expected")
    assert "1 because: fixed in 2.0 (until 2027-01-31)" in section.words
    assert finding(section.one("details"))["Expected"] == "fixed in 2.0 (until 2027-01-31) known.toml:3"
    assert root.all(id="findings") == root.all(id="broken") == []
    assert figures(root)[1] == "1 did not pass 1 failed as expected"


def test_what_else_a_run_has_to_say_is_said(make_run: MakeRun, make_check: MakeCheck) -> None:
    stale = StaleEntry("a.b.c", "known.toml:1", "passes now", "delete the entry")
    events = make_run(make_check(), leftovers=("user x",), stale=(stale,), exit_code=1)
    root = page([events[0], Note("waiting 17 s"), *events[1:]])
    assert "a.b.c passes now; delete the entry known.toml:1" in root.one("section", id="stale").words
    assert "user x" in root.one("section", id="left-behind").words
    assert "waiting 17 s" in root.one("details", "notes").words


def test_every_check_stands_below_its_requirement_with_its_verdict(failing: list[Event]) -> None:
    matrix = page(failing).one("table", "matrix")
    assert [each.attributes["scope"] for each in matrix.one("thead").all("th")] == ["col"] * 3
    rows = {
        body.one("tr", "requirement").one("code").words: body.all("tr", "check")
        for body in matrix.all("tbody")
    }
    assert {name: [row.one("span", "mark").words for row in each] for name, each in rows.items()} == {
        "totp.provisioning-uri": ["pass"],
        "totp.one-device": ["FAIL"],
        "totp.not-cacheable": ["WARN"],
        "recovery.ten-codes": ["BLOCKED"],
        "passkey.sign-in": ["n/a"],
        "token.claims": ["ERROR"],
        "token.expiry": ["n/a"],
    }


def test_without_its_script_the_page_shows_everything_but_what_would_do_nothing(failing: list[Event]) -> None:
    root = page(failing)
    hidden = {each.tag for each in root.all() if "hidden" in each.attributes}
    assert hidden == {"button", "form"}
    assert all(
        "hidden" in button.attributes
        for button in root.all("button")
        if button.parent is not root.one("form")
    )


def test_only_our_style_and_script_are_let_in(failing: list[Event]) -> None:
    (policy,) = [each for each in page(failing).all("meta") if "http-equiv" in each.attributes]
    pattern = r"default-src 'none'; (?:s\w+-src 'sha256-[\w+/]+=*'; ){2}base-uri 'none'; form-action 'none'"
    assert re.fullmatch(pattern, policy.attributes["content"])


def test_whatever_others_wrote_is_text(make_check: MakeCheck, make_run: MakeRun) -> None:
    texts: dict[str, Any] = dict.fromkeys(
        ("id", "title", "feature", "requirement", "level", "reason", "again"), NASTY
    )
    exchange = Exchange(NASTY, NASTY, 200, {NASTY: NASTY}, NASTY, {NASTY: NASTY}, NASTY)
    failure = Failure(NASTY, NASTY, NASTY, NASTY, (NASTY,), NASTY)
    steps = (StepRecord(NASTY, NASTY, NASTY),)
    checks = [
        make_check(
            verdict,
            **texts,
            failure=told,
            exchanges=(exchange,),
            steps=steps,
            controls=(NASTY,),
            expected=may,
        )
        for verdict in Verdict
        for told in (failure, None)
        for may in (None, Expected(NASTY, NASTY, NASTY))
    ]
    about = dict.fromkeys(("harness", "target", "label", "seed", "title"), NASTY)
    stale = (StaleEntry(NASTY, NASTY, NASTY, NASTY),)
    root = page(make_run(*checks, **about, not_tested={NASTY: 1}, leftovers=(NASTY,), stale=stale))
    assert root.all("img") == []
    assert SPELT in root.one("header").text
    told = root.all("article")[0]
    assert told.one("dd", "got").text == SPELT
    assert told.one("li", "is-skipped").words == f"{SPELT} {SPELT} {SPELT}"
    assert not {"\x00", "\x1b", "\u202e", "\u2066"} & set(root.text)


@pytest.mark.parametrize("missing", [slice(1, None), slice(None, -1), slice(1, 1)])
def test_a_run_that_was_cut_short_says_so(make_check: MakeCheck, make_run: MakeRun, missing: slice) -> None:
    events = make_run(make_check(), planned=9)[missing]
    assert page(events).one("h1").words.startswith("INTERRUPTED" if missing.stop else "PASS")


def test_a_run_of_nothing_is_still_a_page(make_run: MakeRun) -> None:
    root = page(make_run())
    assert root.one("h1").words == "NOTHING TESTED: no check was selected"
    assert figures(root)[0] == "0 passed of 0 checks"
    assert root.all("form") == root.all("table", "matrix") == []


def test_a_page_of_many_failures_leaves_the_wire_out_before_a_browser_chokes(
    make_check: MakeCheck, make_run: MakeRun
) -> None:
    exchanges = (Exchange("GET", "/x", 200, response="b" * 30_000),)
    check = make_check(Verdict.FAIL, failure=Failure("a", "b"), exchanges=exchanges)
    text = render(make_run(*(msgspec.structs.replace(check, id=f"a.b.c{number}") for number in range(5_000))))
    assert len(text) < 20_000_000
    assert b"(10,000 characters more)" in text
    assert b"left out, since this page holds as much as a browser can carry" in text


def test_one_event_that_comes_twice_is_two_checks(make_check: MakeCheck, make_run: MakeRun) -> None:
    check = make_check(Verdict.FAIL)
    assert len(page(make_run(check, check)).all("article")) == 2


def test_the_date_can_be_set_for_a_page_that_can_be_made_again(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767323045")
    assert b'datetime="2026-01-02T03:04:05+00:00"' in render(make_run())
