"""A bad driver is told apart from a bad SDK: what it did is named, with the line, and never judged as the SDK's."""

from __future__ import annotations

import shlex
import threading
import time
from typing import TYPE_CHECKING

import pytest

from mfa_harness.targets.driving.doctor import examine
from mfa_harness.targets.target import TargetError
from mfa_harness.verdicts import Blocked, NotApplicable
from mfa_simulators.client import ClientError

from .conftest import PYTHON_REFERENCE, client_of, miniature

if TYPE_CHECKING:
    from .conftest import Start


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("dies", "it ended with exit code 3"),
        ("chatty", "expected one JSON object a line, found 'Starting the SDK ...'"),
        ("other-protocol", "expected protocol 1, which is what was asked for, found protocol 2"),
        ("misspelt-action", "'register_passkeys' (did you mean 'register_passkey'?)"),
        ("misspelt-argument", "'device_ids' (did you mean 'device_id'?)"),
        ("unknown-field", "unknown field `homepage`"),
        ("no-state", "expected 'state' in capabilities"),
        ("cannot-enrol", "'authenticate_totp_mfa_device' in capabilities, since enrolment is 'auth'"),
        ("result-first", "expected a hello first, found a result"),
    ],
)
def test_a_driver_that_does_not_say_hello_as_it_should_is_no_target(
    start: Start, name: str, told: str
) -> None:
    with pytest.raises(TargetError) as caught:
        start(miniature(name)).open()
    assert told in str(caught.value)


def test_a_driver_that_says_nothing_is_no_target(start: Start) -> None:
    with pytest.raises(TargetError, match="did not say hello within"):
        start(miniature("mute"), start_seconds=0.3).open()


def test_what_it_wrote_to_stderr_is_shown(start: Start) -> None:
    with pytest.raises(TargetError, match="no module named 'sdk'"):
        start(miniature("dies")).open()


def test_a_program_that_does_not_exist_is_no_target(start: Start) -> None:
    with pytest.raises(TargetError, match="on PATH"):
        start("no-such-program-here").open()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("crashes", "exit code 139; its last words: Segmentation fault"),
        ("garbage", "line 3 of what the driver said breaks the protocol"),
        ("other-id", "a result for an id that was asked for and has no result yet"),
        ("both", "either a value or an error"),
        ("neither", "either a value or an error"),
        ("unknown-kind", "invalid enum value 'wrong_code'"),
        ("wrong-type", "`$.verificationUUID`"),
        ("says-not-supported", "it declares that, and says not_supported: no"),
        ("asks-for-another", "an ask by a client that is doing something"),
    ],
)
def test_a_driver_that_breaks_the_protocol_blocks_the_check(start: Start, name: str, told: str) -> None:
    driver = start(miniature(name))
    driver.open()
    with pytest.raises(Blocked) as caught:
        client_of(driver).send_email_otp("ada@example.org")
    assert told in str(caught.value)


def test_a_second_result_for_one_id_is_a_breach(start: Start) -> None:
    driver = start(miniature("twice"))
    driver.open()
    client = client_of(driver)
    client.send_email_otp("ada@example.org")
    with pytest.raises(Blocked, match="no result yet"):
        [client.send_email_otp("ada@example.org") for _ in range(3)]


def test_a_driver_that_hangs_is_not_waited_for_for_ever(start: Start) -> None:
    driver = start(miniature("hangs"), call_seconds=0.5)
    driver.open()
    with pytest.raises(Blocked, match="no result within"):
        client_of(driver).send_email_otp("ada@example.org")


def test_a_driver_that_ended_is_started_again_for_the_next_client(start: Start) -> None:
    notes: list[str] = []
    driver = start(miniature("crashes"), note=notes.append)
    driver.open()
    for _ in range(4):
        with pytest.raises(Blocked, match="exit code 139"):
            client_of(driver).send_email_otp("ada@example.org")
    assert [note.split(":")[0] for note in notes] == ["starting the driver again"] * 3
    with pytest.raises(Blocked, match="it was started 4 times"):
        client_of(driver)


def test_a_driver_that_does_not_leave_is_ended(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mfa_harness.targets.driving.connection.STOP_SECONDS", 0.3)
    driver = start(miniature("stays"))
    driver.open()
    driver.close()
    driver.close()


def test_what_the_sdk_refuses_is_the_sdks(start: Start) -> None:
    driver = start(miniature("refuses"))
    driver.open()
    with pytest.raises(ClientError) as caught:
        client_of(driver).send_email_otp("ada@example.org")
    assert (caught.value.kind, caught.value.status, caught.value.retry_after) == ("rate_limited", 429, 7)


def test_an_error_beside_a_call_that_succeeded_is_known_as_such(start: Start) -> None:
    driver = start(miniature("refuses-aside"))
    driver.open()
    with pytest.raises(ClientError) as caught:
        client_of(driver).send_email_otp("ada@example.org")
    assert (caught.value.status, caught.value.aside) == (422, True)


def test_what_has_succeeded_before_is_not_blamed_on_the_driver_with_other_arguments(start: Start) -> None:
    driver = start(miniature("picky"))
    driver.open()
    client = client_of(driver)
    with pytest.raises(Blocked, match="says not_supported"):
        client.send_email_otp("ada")
    client.send_email_otp("ada@example.org")
    with pytest.raises(NotApplicable, match="cannot do send_email_otp like this"):
        client.send_email_otp("ada")


def test_a_qr_code_alone_is_scanned(start: Start) -> None:
    driver = start(miniature("shows-a-qr-code"))
    driver.open()
    registration = client_of(driver).register_totp_mfa_device()
    assert registration.uri == "otpauth://totp/mini:ada?secret=GEZDGNBVGY3TQOJQ&issuer=mini"
    assert registration.secret == "GEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(("name", "told"), [("shows-nothing", "no image"), ("shows-a-blot", "no image")])
def test_a_qr_code_that_cannot_be_read_blocks_the_check(start: Start, name: str, told: str) -> None:
    driver = start(miniature(name))
    driver.open()
    with pytest.raises(Blocked, match="scan the QR code that the client shows") as caught:
        client_of(driver).register_totp_mfa_device()
    assert told in str(caught.value)


def test_what_was_not_declared_is_not_asked_for(start: Start) -> None:
    driver = start(miniature("well"))
    driver.open()
    with pytest.raises(NotApplicable, match="does not declare delete_mfa_device"):
        client_of(driver).delete_mfa_device("1")


def test_an_argument_that_no_sdk_takes_is_not_sent(start: Start) -> None:
    driver = start(miniature("well"))
    driver.open()
    with pytest.raises(NotApplicable, match="email is int, not string"):
        client_of(driver).send_email_otp(7)  # type: ignore[arg-type]


def test_a_code_that_the_client_asks_for_is_read_from_the_inbox(start: Start) -> None:
    driver = start(miniature("asks-for-a-code"))
    driver.open()
    client = client_of(driver, inbox=lambda email: f"code of {email}")
    assert client.send_email_otp("ada@example.org").verification_uuid == "code of ada@example.org"


def test_a_driver_is_sent_no_argument_that_it_could_lose(start: Start) -> None:
    driver = start(miniature("sound"))
    driver.open()
    with pytest.raises(NotApplicable, match="does not declare the argument create_mfa_token"):
        client_of(driver).register_passkey(create_mfa_token=True)


def test_the_doctor_notices_an_argument_that_is_lost() -> None:
    losing = shlex.join(["sed", "-u", r's/,"requested_scopes":\[[^]]*\]//']) + f" | {PYTHON_REFERENCE}"
    found = {
        (each.topic, each.state): each.text for each in examine(shlex.join(["sh", "-c", losing])).findings
    }
    assert "is `requested_scopes` passed on?" in found["verify_otp", "mind"]


def test_the_doctor_tries_every_action_of_a_right_driver() -> None:
    diagnosis = examine(PYTHON_REFERENCE)
    assert diagnosis.is_well
    assert {"hello", "verify_otp", "authenticate_totp_mfa_device", "register_passkey", "logout"} <= {
        finding.topic for finding in diagnosis.findings
    }


@pytest.mark.parametrize(
    ("name", "topic", "told"),
    [
        ("other-protocol", "hello", "expected protocol 1"),
        ("garbage", "send_email_otp", "expected one JSON object a line"),
        ("refuses", "send_email_otp", "found an error of kind 'rate_limited'"),
        ("crashes", "send_email_otp", "exit code 139"),
    ],
)
def test_the_doctor_names_what_is_wrong_with_a_driver(name: str, topic: str, told: str) -> None:
    diagnosis = examine(miniature(name))
    assert diagnosis.exit_code == 2
    ill = [finding for finding in diagnosis.findings if finding.state == "ill"]
    assert [finding.topic for finding in ill] == [topic]
    assert told in ill[0].text


def test_a_driver_that_ends_at_once_is_told_of_at_once(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = threading.Thread.start

    def begin_slowly(thread: threading.Thread) -> None:
        begin(thread)
        time.sleep(0.3)  # as a busy machine may

    monkeypatch.setattr(threading.Thread, "start", begin_slowly)
    begun = time.monotonic()
    with pytest.raises(TargetError, match="it ended with exit code 0"):
        start("true").open()
    assert time.monotonic() - begun < 10


def test_a_driver_that_hangs_again_and_again_is_given_up(start: Start) -> None:
    driver = start(miniature("hangs"), call_seconds=0.2)
    driver.open()
    for _ in range(3):
        with pytest.raises(Blocked, match="no result within"):
            client_of(driver).send_email_otp("ada@example.org")
    with pytest.raises(Blocked, match="3 times in a row"):
        client_of(driver).send_email_otp("ada@example.org")
