from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import example, given, settings, strategies as st

from mfa_simulators import VirtualClock
from mfa_simulators.client import ClientError, MalformedAnswerError, MfaClient, NetworkError

if TYPE_CHECKING:
    from tests.client.conftest import FakeApi

DEVICES = "GET users/mfa"


def refused(api: FakeApi, body: object = None, **answer: Any) -> ClientError:
    """What a client raises for an answer."""
    client = api.signed_in()
    api.answer(DEVICES, body, **answer)
    with pytest.raises(ClientError) as caught:
        client.get_mfa_devices()
    return caught.value


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("mfa_invalid_code", "invalid_code"),
        ("wrong_email_verification_token", "invalid_code"),
        ("invalid_verification", "invalid_code"),
        ("mfa_rate_limited", "rate_limited"),
        ("too_many_requests", "rate_limited"),
        ("too_many_email_verification_attempts", "rate_limited"),
        ("mfa_device_limit", "device_limit"),
        ("max_passkeys_per_user", "device_limit"),
    ],
)
@pytest.mark.parametrize("status", [400, 401, 403, 422, 429, 500])
def test_the_code_decides_whatever_the_status(api: FakeApi, code: str, kind: str, status: int) -> None:
    error = refused(api, {"error": "No.", "code": code}, status=status)
    assert (error.kind, error.status, error.code, error.message) == (kind, status, code, "No.")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "other"),
        (401, "unauthorized"),
        (403, "unauthorized"),
        (404, "other"),
        (422, "other"),
        (500, "other"),
    ],
)
@pytest.mark.parametrize("code", [None, "something_new", 7, ["mfa_invalid_code"]])
def test_the_status_decides_where_the_code_says_nothing(
    api: FakeApi, status: int, kind: str, code: object
) -> None:
    error = refused(api, {"error": "No.", "code": code}, status=status)
    assert (error.kind, error.status) == (kind, status)
    assert error.code == (code if isinstance(code, str) else None)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("17", 17.0),
        ("0", 0.0),
        ("Thu, 01 Jan 2026 00:01:00 GMT", 60.0),
        ("Wed, 31 Dec 2025 00:00:00 GMT", 0.0),
        ("soon", None),
        ("-3", None),
        ("Thu, 01 Jan 2026 00:01:00", 60.0),
        ("Thu, 01 Jan 99999999999999999999 00:01:00 GMT", None),
        ("", None),
        (None, None),
    ],
)
def test_too_many_attempts_are_known_by_the_status_and_say_when_to_come_back(
    api: FakeApi, header: str | None, seconds: float | None
) -> None:
    headers = {} if header is None else {"retry-after": header}
    error = refused(api, {"error": "Slow down"}, status=429, headers=headers)
    assert (error.kind, error.retry_after) == ("rate_limited", seconds)


def test_the_payload_is_kept(api: FakeApi) -> None:
    error = refused(api, {"error": "No.", "code": "x", "payload": {"left": 3}}, status=422)
    assert error.payload == {"left": 3}
    assert str(error) == "No. (422 x)"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"status": 401, "raw": b"<html>Sign in</html>"}, "unauthorized"),
        ({"status": 500, "raw": b"Internal Server Error"}, "other"),
        ({"status": 502, "raw": b""}, "other"),
        ({"status": 429, "raw": b"\xff\xfe"}, "rate_limited"),
        ({"status": 500, "raw": b"[" * 100_000}, "other"),
        ({"status": 401, "body": {"error": {"code": "mfa_invalid_code"}}}, "unauthorized"),
        ({"status": 422, "body": ["mfa_invalid_code"]}, "other"),
        ({"status": 401, "body": {"code": "unauthorized"}}, "unauthorized"),
    ],
)
def test_a_refusal_without_a_message_is_described(api: FakeApi, answer: dict[str, Any], kind: str) -> None:
    error = refused(api, **answer)
    assert error.kind == kind
    assert error.status == answer["status"]
    assert f"GET users/mfa was refused without a message: status {answer['status']}" in error.message


def test_a_redirection_names_where_to(api: FakeApi) -> None:
    error = refused(api, status=301, headers={"location": "https://app.example.org/login"})
    assert error.kind == "other"
    assert "sent on to https://app.example.org/login" in error.message


@pytest.mark.parametrize(
    ("raw", "advice"),
    [
        (b"<!doctype html><title>Sign in</title>", "A web page: a proxy, a login wall or a wrong base URL"),
        (b'{"count": 1, "devices": [{"id', "Half an answer"),
        (b"", "ended its answer before it began"),
        (b"Hello", "Is this the API"),
        (b'{"devices": [], "x": ' + b"[" * 100_000, "nested too deep"),
        (b'{"devices": [{"id": "\xff"}]}', "Is this the API"),
    ],
)
def test_an_answer_that_is_no_json_is_told_from_a_malformed_one(
    api: FakeApi, raw: bytes, advice: str
) -> None:
    error = refused(api, raw=raw)
    assert isinstance(error, MalformedAnswerError)
    assert (error.kind, error.status, error.code) == ("other", 200, "malformed_answer")
    assert (error.endpoint, error.field, error.expected) == (DEVICES, "body", "JSON")
    assert advice in error.message


@pytest.mark.parametrize(
    ("body", "field", "expected", "found"),
    [
        ({"count": 1}, "devices", "it present", "nothing"),
        ({"devices": [{"type": "totp"}]}, "devices[0].id", "it present", "nothing"),
        ({"devices": [{"id": 7}]}, "devices[0].id", "str", "int"),
        ({"devices": {"id": "d"}}, "devices", "array", "object"),
        ({"devices": [{"id": "d", "verified": "yes"}]}, "devices[0].verified", "bool", "str"),
        ([], "body", "object", "array"),
    ],
)
def test_a_malformed_answer_names_endpoint_field_expected_and_found(
    api: FakeApi, body: object, field: str, expected: str, found: str
) -> None:
    error = refused(api, body)
    assert isinstance(error, MalformedAnswerError)
    assert (error.endpoint, error.field, error.expected, error.found) == (DEVICES, field, expected, found)


@pytest.mark.parametrize(
    "body", [{}, {"user": None, "expiresAt": 1}, {"expiresAt": 1}, {"user": {"id": "u"}}]
)
def test_a_malformed_session_changes_nothing(api: FakeApi, body: object) -> None:
    client = api.signed_in()
    before = client.state
    api.answer("POST users/mfa/auth/totp", body)
    with pytest.raises(MalformedAnswerError):
        client.authenticate_totp_mfa_device("123456")
    assert client.state == before


def test_a_scope_that_is_a_list_is_malformed(api: FakeApi) -> None:
    with pytest.raises(
        MalformedAnswerError, match=r"malformed user\.scope: expected str \| null, found array"
    ):
        api.signed_in(user=api.user(scope=["user:basic"]))


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        (httpx.ConnectError("[Errno 111] Connection refused"), "Nothing listens there"),
        (httpx.ConnectError("[Errno -2] Name or service not known"), "host name is not known"),
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed"), "not trusted"),
        (httpx.ConnectError("[SSL: WRONG_VERSION_NUMBER] wrong version number"), "speak plain http"),
        (httpx.ConnectTimeout("timed out"), "slow, or a firewall"),
        (httpx.ReadTimeout(""), "slow, or a firewall"),
        (httpx.RemoteProtocolError("peer closed connection"), "broke off in the middle"),
        (httpx.ReadError("reset"), "broke off in the middle"),
        (httpx.ProxyError("403 Forbidden"), "HTTPS_PROXY"),
        (httpx.DecodingError("bad gzip"), "Content-Encoding"),
        (httpx.LocalProtocolError("Illegal header value"), "line break"),
        (httpx.PoolTimeout(""), "slow, or a firewall"),
    ],
)
def test_a_network_fault_says_what_was_tried_and_what_lies_behind_it(
    api: FakeApi, fault: Exception, cause: str
) -> None:
    client = api.signed_in()
    api.fail(DEVICES, fault)
    with pytest.raises(NetworkError) as caught:
        client.get_mfa_devices()
    error = caught.value
    assert (error.kind, error.status, error.endpoint) == ("network", None, DEVICES)
    assert error.url in error.message
    assert cause in error.cause
    assert client.state.signed_in


def test_a_tls_fault_is_known_by_what_caused_it(api: FakeApi) -> None:
    client = api.signed_in()
    fault = httpx.ConnectError("handshake failed")
    fault.__cause__ = ssl.SSLError()
    api.fail(DEVICES, fault)
    with pytest.raises(NetworkError, match="speak plain http"):
        client.get_mfa_devices()


@pytest.mark.parametrize("base_url", ["localhost:1/api/v0", "ftp://localhost/api/v0", "http://[::1/api/v0"])
def test_a_base_url_that_is_none_is_told_as_such(base_url: str) -> None:
    with pytest.raises(NetworkError, match="begins with http:// or https://"):
        MfaClient(base_url, "e").initialize()


@settings(deadline=None)
@given(raw=st.binary(max_size=80), status=st.integers(200, 599))
@example(raw=b'{"":"","":0}', status=200)
def test_no_answer_whatever_raises_anything_but_a_client_error(raw: bytes, status: int) -> None:
    http = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(status, content=raw)))
    client = MfaClient("http://localhost/api/v0", "e", http=http, clock=VirtualClock(), sign_nonces=False)
    for call in (
        client.initialize,
        client.refresh_auth,
        client.get_mfa_devices,
        client.passkey_request_options,
    ):
        with pytest.raises(ClientError):
            call()
