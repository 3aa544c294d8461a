from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mfa_simulators import VirtualClock
from mfa_simulators.client import ClientError
from mfa_simulators.client.cookies import CookieJar
from mfa_simulators.client.pool import ConnectionPool

if TYPE_CHECKING:
    from tests.client.conftest import FakeApi

    from mfa_simulators.client import MfaClient

COOKIE = "DYNAMIC_JWT_TOKEN=token-1; HttpOnly; Path=/; Secure; SameSite=Lax; Max-Age=3600"
URL = "https://app.example.org/api/v0/sdk/e/users"


def in_cookie_mode(api: FakeApi) -> MfaClient:
    api.settings(storage="cookie")
    api.answer("POST refresh", {"error": "Unauthorized"}, status=401)
    client = api.connect()
    client.initialize()
    return client


def signed_in(api: FakeApi) -> MfaClient:
    client = in_cookie_mode(api)
    answer: dict[str, Any] = api.session(None)
    api.answer("POST emailVerifications/signin", answer, headers={"set-cookie": COOKIE})
    client.verify_otp(client.send_email_otp("ann@example.org"), "123456")
    return client


def test_the_session_travels_in_a_cookie_and_nowhere_else(api: FakeApi) -> None:
    client = signed_in(api)
    api.answer("GET users/mfa", {"count": 0, "devices": []})
    client.get_mfa_devices()
    headers = api.last("GET users/mfa").headers
    assert headers["cookie"] == "DYNAMIC_JWT_TOKEN=token-1"
    assert "authorization" not in headers
    assert client.state.token is None
    assert client.state.expires_at == api.clock.now() + 3600


def test_no_device_headers_are_sent(api: FakeApi) -> None:
    signed_in(api)
    assert "x-dynamic-device-nonce" not in api.last("POST emailVerifications/signin").headers
    assert "GET nonces" not in api.endpoints()


def test_a_session_that_a_cookie_still_holds_is_taken_up(api: FakeApi) -> None:
    client = signed_in(api)
    api.answer("POST refresh", api.session(None))
    client.initialize()
    assert api.last("POST refresh").headers["cookie"] == "DYNAMIC_JWT_TOKEN=token-1"
    assert client.state.signed_in


def test_without_a_session_the_client_starts_signed_out(api: FakeApi) -> None:
    assert not in_cookie_mode(api).state.signed_in
    assert api.endpoints() == ["GET settings", "POST refresh"]


def test_a_refresh_that_fails_otherwise_fails_the_start(api: FakeApi) -> None:
    api.settings(storage="cookie")
    api.answer("POST refresh", {"error": "down"}, status=500)
    with pytest.raises(ClientError, match="down"):
        api.connect().initialize()


def test_an_external_cookie_name_means_cookie_mode_too(api: FakeApi) -> None:
    security = {"mfa": {}, "externalAuth": {"enabled": True, "cookieName": "acme"}}
    api.answer("GET settings", {"chains": [], "kyc": [], "sdk": {}, "security": security})
    api.answer("POST refresh", {"error": "Unauthorized"}, status=401)
    client = api.connect()
    client.initialize()
    assert client.in_cookie_mode


def test_clients_of_one_pool_do_not_share_cookies(api: FakeApi) -> None:
    first = signed_in(api)
    second = api.connect(http=first.transport.http, cookie_mode=True)
    api.answer("GET users", {"error": "Unauthorized"}, status=401)
    with pytest.raises(ClientError):
        second.refresh_user()
    assert "cookie" not in api.last("GET users").headers


def test_a_bearer_client_keeps_no_cookies(api: FakeApi) -> None:
    client = api.connect()
    api.answer("POST emailVerifications/signin", api.session(), headers={"set-cookie": COOKIE})
    client.verify_otp(client.send_email_otp("ann@example.org"), "123456")
    api.answer("GET users", api.user())
    client.refresh_user()
    assert "cookie" not in api.last("GET users").headers


def test_logging_out_forgets_the_cookie(api: FakeApi) -> None:
    client = signed_in(api)
    client.logout()
    assert api.last("POST revoke").headers["cookie"] == "DYNAMIC_JWT_TOKEN=token-1"
    client.send_email_otp("ann@example.org")
    assert "cookie" not in api.last("POST emailVerifications/create").headers


@pytest.mark.parametrize(
    ("cookie", "url", "sent"),
    [
        ("a=1", URL, "a=1"),
        ("a=1; Secure", URL, "a=1"),
        ("a=1; Secure; Path=/", "http://app.example.org/api", None),
        ("a=1; Secure; Path=/", "http://localhost:4317/api", "a=1"),
        ("a=1; Secure; Partitioned; Priority=High", URL, "a=1"),
        ("a=1", "https://app.example.org/api/v0/sdk/e/mfa", "a=1"),
        ("a=1", "https://app.example.org/api/v0/settings", None),
        ("a=1; Path=nowhere", URL, "a=1"),
        ("a=1; Path=/api", URL, "a=1"),
        ("a=1; Path=/api/", URL, "a=1"),
        ("a=1; Path=/ap", URL, None),
        ("a=1; Max-Age=0", URL, None),
        ("a=1; Max-Age=-1", URL, None),
        ("a=1; Max-Age=61; Expires=Thu, 01 Jan 1970 00:00:00 GMT", URL, "a=1"),
        ("a=1; Max-Age=59", URL, None),
        ("a=1; Expires=Thu, 01 Jan 2026 00:01:00 GMT", URL, None),
        ("a=1; Expires=Thu, 01 Jan 2026 00:01:01 GMT", URL, "a=1"),
        ("a=1; Expires=whenever", URL, "a=1"),
        ("a=1; Expires=Thu, 01 Jan 2026 00:01:00", URL, None),
        ("a=1; Expires=Thu, 01 Jan 99999999999999999999 00:00:00 GMT", URL, "a=1"),
        pytest.param(f"a=1; Max-Age={'9' * 400}", URL, "a=1", id="Max-Age of 400 digits"),
        ('a="x y"', URL, 'a="x y"'),
        ("a=", URL, "a="),
        ("=1", URL, None),
        ("", URL, None),
        ("no cookie at all", URL, None),
    ],
)
def test_a_cookie_is_sent_back_where_and_while_it_may_be(cookie: str, url: str, sent: str | None) -> None:
    clock = VirtualClock()
    jar = CookieJar(clock)
    jar.take([cookie], "https://app.example.org/api/v0/sdk/e/users")
    clock.advance(60)
    assert jar.header(url) == sent


def test_a_cookie_set_again_replaces_the_first() -> None:
    jar = CookieJar(VirtualClock())
    jar.take(["a=1; Path=/", "b=2; Path=/", "a=3; Path=/"], URL)
    assert jar.header(URL) == "a=3; b=2"


def test_a_pool_keeps_no_cookies_of_those_who_share_it() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200, headers={"set-cookie": "token=hers"}, text=request.headers.get("cookie", "none")
        )

    pool = ConnectionPool(transport=httpx.MockTransport(answer))
    assert [pool.get("http://localhost/").text for _ in range(2)] == ["none", "none"]
    assert not list(pool.cookies)
    with pytest.raises(AttributeError, match="keeps no cookies"):
        pool.cookies = {"token": "hers"}
