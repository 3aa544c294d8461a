from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import pytest

from mfa_harness.events import Exchange, Expected, Failure
from mfa_harness.reports import har
from mfa_harness.reports.trace import OF_ANSWERS
from mfa_harness.targets import transcript
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.reports.conftest import MakeCheck, MakeRun

    from mfa_harness.events import Event

# HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/): the members that each object must have, and may have.
MEMBERS: Final[dict[str, tuple[str, str]]] = {
    "log": ("version creator entries", "browser pages comment"),
    "creator": ("name version", "comment"),
    "pages": ("startedDateTime id title pageTimings", "comment"),
    "pageTimings": ("", "onContentLoad onLoad comment"),
    "entries": (
        "startedDateTime time request response cache timings",
        "pageref serverIPAddress connection comment",
    ),
    "request": (
        "method url httpVersion cookies headers queryString headersSize bodySize",
        "postData comment",
    ),
    "response": (
        "status statusText httpVersion cookies headers content redirectURL headersSize bodySize",
        "comment",
    ),
    "cookies": ("name value", "path domain expires httpOnly secure comment"),
    "headers": ("name value", "comment"),
    "queryString": ("name value", "comment"),
    "postData": ("mimeType text", "params comment"),
    "content": ("size mimeType", "compression text encoding comment"),
    "cache": ("", "beforeRequest afterRequest comment"),
    "timings": ("send wait receive", "blocked dns connect ssl comment"),
}
NUMBERS: Final = {"status", "size", "headersSize", "bodySize", "time", "send", "wait", "receive"}


def log(events: list[Event]) -> dict[str, Any]:
    """The archive of a run, seen to be HAR 1.2."""
    document = json.loads(har.render(events))
    assert list(document) == ["log"]
    assert_object("log", document["log"])
    assert document["log"]["version"] == "1.2"
    pages = [page["id"] for page in document["log"]["pages"]]
    assert len(set(pages)) == len(pages)
    assert {entry["pageref"] for entry in document["log"]["entries"]} <= set(pages)
    found: dict[str, Any] = document["log"]
    return found


def assert_object(kind: str, value: dict[str, Any]) -> None:
    required, optional = (set(names.split()) for names in MEMBERS[kind])
    assert required <= set(value) <= required | optional, kind
    for name, member in value.items():
        if name in MEMBERS:
            for each in member if isinstance(member, list) else [member]:
                assert_object(name, each)
        elif name in NUMBERS:
            assert isinstance(member, int), name
        else:
            assert isinstance(member, str), name
    if "startedDateTime" in value:
        assert datetime.fromisoformat(value["startedDateTime"]).tzinfo is not None
    if "url" in value:
        parts = urlsplit(value["url"])
        assert parts.scheme
        assert parts.hostname
        assert value["url"].isascii()
        assert not set(value["url"]) & set(' "<>\\^`{|}')


def only_entry(make_run: MakeRun, make_check: MakeCheck, exchange: Exchange, **fields: Any) -> dict[str, Any]:
    check = make_check(Verdict.FAIL, failure=Failure("a", "b"), exchanges=(exchange,))
    (entry,) = log(make_run(check, **fields))["entries"]
    found: dict[str, Any] = entry
    return found


def test_a_failing_run_reads_as_it_always_did(failing: list[Event], golden: Path) -> None:
    assert har.render(failing).decode() == (golden / "failing.har").read_text("utf-8")
    log(failing)


def test_there_is_a_page_for_each_check_that_has_a_wire(make_check: MakeCheck, make_run: MakeRun) -> None:
    exchange = Exchange("GET", "/users", 200)
    found = log(
        make_run(
            make_check(),
            make_check(Verdict.FAIL, exchanges=(exchange, exchange)),
            make_check(Verdict.FAIL, id="a.b.c", exchanges=(exchange,), expected=Expected("known")),
        )
    )
    assert [page["title"].split()[:2] for page in found["pages"]] == [
        ["FAIL", "totp.one-device.second-refused"],
        ["FAIL", "a.b.c"],
    ]
    assert [entry["pageref"] for entry in found["entries"]] == ["check-1", "check-1", "check-2"]


def test_entries_keep_their_order_in_time(make_check: MakeCheck, make_run: MakeRun) -> None:
    exchanges = tuple(Exchange("GET", f"/{number}", 200) for number in range(3))
    found = log(make_run(make_check(Verdict.FAIL, exchanges=exchanges)))
    assert [entry["startedDateTime"] for entry in found["entries"]] == [
        "1970-01-01T00:00:00.000+00:00",
        "1970-01-01T00:00:00.001+00:00",
        "1970-01-01T00:00:00.002+00:00",
    ]


def test_an_exchange_is_told_with_its_bodies_and_its_headers_on_their_sides(
    make_check: MakeCheck, make_run: MakeRun
) -> None:
    exchange = Exchange(
        "POST",
        "/users/mfa/auth/totp?a=1&b=",
        422,
        request={"code": "<code 1>"},
        response={"error": "Invalid code"},
        headers={
            "authorization": "Bearer <token 1>",
            "cookie": "session=<token 1>; other=2",
            "cache-control": "no-store",
            "set-cookie": "session=<token 2>; Path=/",
            "location": "/elsewhere",
        },
    )
    entry = only_entry(make_run, make_check, exchange, target="https://qa:pw@mfa.example.org/api/v0")
    request, response = entry["request"], entry["response"]
    assert request["url"] == "https://mfa.example.org/users/mfa/auth/totp?a=1&b="
    assert request["queryString"] == [{"name": "a", "value": "1"}, {"name": "b", "value": ""}]
    assert request["postData"] == {"mimeType": "application/json", "text": '{"code":"<code 1>"}'}
    assert [each["name"] for each in request["headers"]] == ["authorization", "cookie"]
    assert request["cookies"] == [
        {"name": "session", "value": "<token 1>"},
        {"name": "other", "value": "2"},
    ]
    assert (response["status"], response["statusText"]) == (422, "Unprocessable Entity")
    assert response["content"] == {
        "size": 24,
        "mimeType": "application/json",
        "text": '{"error":"Invalid code"}',
    }
    assert [each["name"] for each in response["headers"]] == ["cache-control", "set-cookie", "location"]
    assert response["cookies"] == [{"name": "session", "value": "<token 2>"}]
    assert response["redirectURL"] == "/elsewhere"


def test_the_headers_of_an_answer_are_those_that_a_transcript_keeps() -> None:
    assert OF_ANSWERS == transcript.RESPONSE_HEADERS


def test_where_no_answer_came_the_note_says_why(make_check: MakeCheck, make_run: MakeRun) -> None:
    entry = only_entry(make_run, make_check, Exchange("GET", "/x", None, note="8 at once: 1 x 200"))
    assert entry["response"]["status"] == 0
    assert entry["comment"] == "8 at once: 1 x 200"


@pytest.mark.parametrize("target", ["reference", "exec:./server", "asgi:a:b", "https://", "http://[", ""])
def test_a_target_without_a_host_has_one_that_is_nobodys(
    make_check: MakeCheck, make_run: MakeRun, target: str
) -> None:
    entry = only_entry(make_run, make_check, Exchange("GET", "/users", 200), target=target)
    assert entry["request"]["url"] == "http://target.invalid/users"


def test_whatever_a_target_answers_the_archive_is_well_formed(
    make_check: MakeCheck, make_run: MakeRun
) -> None:
    nasty = "\x00\x1b\u2028 <script>\"'\\^`{|} ä"
    exchange = Exchange(nasty, nasty, 799, request=nasty, response=nasty, headers={nasty: nasty}, note=nasty)
    entry = only_entry(make_run, make_check, exchange, target=f"http://example.org/{nasty}", harness=nasty)
    assert entry["request"]["url"].startswith("http://example.org/")
    assert entry["response"]["statusText"] == ""


def test_a_run_of_nothing_is_still_an_archive(make_run: MakeRun) -> None:
    found = log(make_run())
    assert (found["pages"], found["entries"]) == ([], [])
    assert log([])["creator"] == {"name": "mfa-harness", "version": "unknown"}
