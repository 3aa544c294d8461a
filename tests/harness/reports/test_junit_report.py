from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from mfa_harness.events import Exchange, Failure
from mfa_harness.reports import junit
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.reports.conftest import MakeCheck, MakeRun

    from mfa_harness.events import Event

COUNTS = {"tests", "failures", "errors"}
# What Jenkins's xUnit plugin lets in (junit-10.xsd): the attributes an element must have, those it may have,
# and the elements that may stand in it.
ALLOWED: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": (set(), {"name", "time", *COUNTS}, {"testsuite"}),
    "testsuite": (
        {"name", *COUNTS},
        {"time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url", "group"},
        {"properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, set(), set()),
    "testcase": (
        {"name"},
        {"time", "classname", "group"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "skipped": (set(), {"type", "message"}, set()),
    "error": (set(), {"type", "message"}, set()),
    "failure": (set(), {"type", "message"}, set()),
    "system-out": (set(), set(), set()),
}


def parsed(events: list[Event]) -> ET.Element:
    root = ET.fromstring(junit.render(events))
    assert_structure(root)
    return root


def assert_structure(root: ET.Element) -> None:
    assert root.tag == "testsuites"
    for element in root.iter():
        required, optional, children = ALLOWED[element.tag]
        assert required <= set(element.attrib) <= required | optional, element.tag
        assert {child.tag for child in element} <= children, element.tag
        if "time" in element.attrib:
            assert re.fullmatch(r"[0-9]+\.[0-9]{3}", element.attrib["time"])
        if element.tag in ("testsuite", "testsuites"):
            cases = list(element.iter("testcase"))
            assert int(element.attrib["tests"]) == len(cases)
            assert int(element.attrib["failures"]) == sum(case.find("failure") is not None for case in cases)
            assert int(element.attrib["errors"]) == sum(case.find("error") is not None for case in cases)
        if element.tag == "testsuite":
            skipped = sum(case.find("skipped") is not None for case in element.iter("testcase"))
            assert int(element.attrib["skipped"]) == skipped


def only_case(root: ET.Element) -> ET.Element:
    (case,) = root.iter("testcase")
    return case


def test_a_failing_run_reads_as_it_always_did(failing: list[Event], golden: Path) -> None:
    assert junit.render(failing).decode() == (golden / "failing.junit.xml").read_text("utf-8")
    parsed(failing)


def test_there_is_a_suite_for_each_feature(failing: list[Event]) -> None:
    assert [suite.get("name") for suite in parsed(failing)] == [
        "features/totp_enrolment.feature",
        "features/recovery.feature",
        "features/passkeys.feature",
        "features/tokens.feature",
    ]


def test_each_verdict_has_its_element(failing: list[Event]) -> None:
    cases = {
        case.get("name", "").split(":")[0]: [child.tag for child in case]
        for case in parsed(failing).iter("testcase")
    }
    assert cases == {
        "totp.provisioning-uri.complete": [],
        "totp.one-device.second-refused": ["failure"],
        "recovery.ten-codes.shown": ["failure"],
        "totp.not-cacheable.no-store": ["system-out"],
        "passkey.sign-in.works": ["skipped"],
        "token.claims.complete": ["error"],
        "token.expiry.refused": ["skipped"],
    }


def test_a_failure_tells_what_was_required_how_to_run_it_again_and_the_wire(failing: list[Event]) -> None:
    failure = next(parsed(failing).iter("failure"))
    assert failure.get("message") == "required 401, and the device list unchanged; got 200; devices 1 -> 2"
    assert failure.get("type") == "fail"
    text = failure.text or ""
    assert "mfa-harness check URL --only totp.one-device.second-refused" in text
    assert 'failed  Then she is refused with "401 Unauthorized"' in text
    assert "> GET /api/v0/sdk/{environment}/users/mfa/register/totp\n< 200\n" in text


def test_what_is_not_applicable_says_why(make_check: MakeCheck, make_run: MakeRun) -> None:
    root = parsed(make_run(make_check(Verdict.NOT_APPLICABLE, reason="the server has no passkeys")))
    skipped = only_case(root).find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "the server has no passkeys"


def test_properties_say_what_was_tested(make_check: MakeCheck, make_run: MakeRun) -> None:
    root = parsed(make_run(make_check(), title="Nightly"))
    properties = {each.get("name"): each.get("value") for each in root.iter("property")}
    assert properties == {
        "mfa-harness.harness": "0.1.0",
        "mfa-harness.target": "reference",
        "mfa-harness.label": "our reference server, not yours",
        "mfa-harness.seed": "0",
        "mfa-harness.title": "Nightly",
    }
    assert root.get("name") == "Nightly"


def test_whatever_a_target_answers_the_document_is_well_formed(
    make_check: MakeCheck, make_run: MakeRun
) -> None:
    nasty = "\x00\x0b\x1b]]>&<\"'\ud800\ufffe\uffff\u2028 <script>"
    check = make_check(
        Verdict.FAIL,
        title=nasty,
        failure=Failure(nasty, nasty, source=nasty, details=nasty),
        exchanges=(Exchange("GET", nasty, 200, response=nasty.replace("\ud800", "")),),
    )
    failure = only_case(parsed(make_run(check, label=nasty, title=nasty))).find("failure")
    assert failure is not None
    assert "\\x00" in failure.attrib["message"]
    assert "]]>&<\"'" in failure.attrib["message"]


def test_very_short_and_very_long_checks_have_a_time_without_an_exponent(
    make_check: MakeCheck, make_run: MakeRun
) -> None:
    root = parsed(make_run(make_check(seconds=0.0000001), make_check(id="a.b.c", seconds=123456.789)))
    assert [case.get("time") for case in root.iter("testcase")] == ["0.000", "123456.789"]


def test_a_run_that_was_cut_short_does_not_look_whole(make_check: MakeCheck, make_run: MakeRun) -> None:
    root = parsed(make_run(make_check(), planned=9, interrupted=True))
    (error,) = root.iter("error")
    assert error.get("message") == "INTERRUPTED after 1 of 9 checks: 1 passed"
    assert root.get("errors") == "1"


def test_a_run_of_nothing_is_still_a_document(make_run: MakeRun) -> None:
    assert list(parsed(make_run())) == []


def test_a_run_that_tested_too_little_is_an_error_and_not_green(
    make_check: MakeCheck, make_run: MakeRun
) -> None:
    skipped = make_check(Verdict.NOT_APPLICABLE, reason="no MFA")
    root = parsed(make_run(skipped, wanted=1, exit_code=2))
    assert root.get("errors") == "1"
    (error,) = root.iter("error")
    assert error.get("message") == "NOTHING TESTED: the one check could not be carried out"
