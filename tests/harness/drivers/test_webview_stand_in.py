"""The stand-in for the vendor's webview page speaks the vendor's channel; nothing of the vendor's is needed for it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import IO, TYPE_CHECKING, Any

import pytest

from mfa_simulators import ReferenceServer

if TYPE_CHECKING:
    from collections.abc import Iterator

Message = dict[str, Any]


class Host:
    """A host with one page: what it says, and what it hears."""

    def __init__(self, writing: IO[str], reading: IO[str]) -> None:
        self._writing, self._reading = writing, reading

    def write(self, **line: Any) -> None:
        self._writing.write(json.dumps({"page": "1", **line}) + "\n")
        self._writing.flush()

    def say(self, kind: str, *args: Any, session: str = "s") -> None:
        self.write(message={"type": kind, "args": args, "messageSessionId": session, "origin": "host"})

    def hear(self) -> Message:
        line = json.loads(self._reading.readline())
        return dict(line.get("message") or line["seen"])

    def hear_until(self, kind: str) -> list[Message]:
        heard = [self.hear()]
        while heard[-1]["type"] != kind:
            heard.append(self.hear())
        return heard

    def request(self, kind: str, *args: Any) -> Message:
        """A request, and what it is resolved or rejected with."""
        self.say(kind, *args)
        while not (heard := self.hear())["type"].startswith(f"{kind}__re"):
            pass
        return heard


@pytest.fixture
def host() -> Iterator[Host]:
    command = [sys.executable, "-m", "mfa_harness.drivers.dynamic_react_native.webview"]
    with (
        ReferenceServer() as server,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as page,
    ):
        environment = server.environment(email_code="123456")
        assert page.stdin
        assert page.stdout
        host = Host(page.stdin, page.stdout)
        host.write(act="come")
        asked = host.hear()
        assert (asked["type"], asked["origin"]) == ("manifest", "webview")
        manifest = {"apiBaseUrl": environment.base_url, "environmentId": environment.id}
        manifest["appOrigin"] = "http://localhost:4317"
        host.say("manifest__resolve", manifest, session=asked["messageSessionId"])
        assert host.hear()["type"] == "sdk__loadedChanged"
        yield host
        page.stdin.close()
        page.wait(10)


def sign_in(host: Host) -> None:
    host.request("sendOTP", {"destination": "email", "target": "ada@example.org"})
    host.request("verifyOTP", "123456")


def test_the_session_is_there_before_the_answer_is(host: Host) -> None:
    host.request("sendOTP", {"destination": "email", "target": "ada@example.org"})
    host.say("verifyOTP", "123456")
    heard = [message["type"] for message in host.hear_until("verifyOTP__resolve")]
    assert heard[0] == "verifyOTP__ack"
    assert "auth__authenticatedUserChanged" in heard
    assert "auth__tokenChanged" in heard


def test_a_refusal_is_rejected_with_what_the_server_said(host: Host) -> None:
    sign_in(host)
    host.request("addDevice", "totp")
    refused = host.request("authenticateDevice", {"code": "000000"})
    assert refused["type"] == "authenticateDevice__reject"
    [error] = refused["args"]
    assert (error["name"], error["code"], error["status"]) == ("MfaInvalidOtpError", "mfa_invalid_code", 422)


def test_a_device_of_another_type_is_refused_before_any_request(host: Host) -> None:
    sign_in(host)
    [error] = host.request("addDevice", "sms")["args"]
    assert error["message"] == "Unsupported MFA device type: sms"
    assert "status" not in error


def test_a_message_that_nobody_handles_is_not_acknowledged(host: Host) -> None:
    host.say("openFundingOptions", session="nobody")
    host.say("openMfaChooseType", session="somebody")
    assert host.hear()["messageSessionId"] == "somebody"


def test_a_prompt_is_resolved_when_its_screen_is_done_with(host: Host) -> None:
    sign_in(host)
    host.say("promptMfaAuth", {"createMfaToken": True})
    assert host.hear()["type"] == "promptMfaAuth__ack"
    assert host.hear() == {**host_message("promptMfaAuth__resolve"), "args": [None]}  # no method: at once
    host.write(act="look")
    assert host.hear()["screen"] == "mfa-choose-device"


def host_message(kind: str) -> Message:
    return {"type": kind, "messageSessionId": "s", "origin": "webview"}
