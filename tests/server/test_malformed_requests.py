"""Whatever is sent, the answer is a refusal in the wire's form: never a 500, never something else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from mfa_simulators.clock import VirtualClock
from mfa_simulators.server import ReferenceServer
from mfa_simulators.server.http.mfa_routes import MFA_ROUTES
from mfa_simulators.server.http.routes import ROUTES

if TYPE_CHECKING:
    from collections.abc import Callable

ENDPOINTS = [(route.method, re.sub(r"\{\w+:str\}", "{id}", route.path)) for route in (*ROUTES, *MFA_ROUTES)]
WITH_BODY = [each for each in ENDPOINTS if each[0] != "GET"]

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = st.sampled_from(
    [
        *("code", "id", "rawId", "type", "response", "createMfaToken", "requestedScopes", "scope", "default"),
        *("verificationUUID", "verificationToken", "email", "phoneNumber", "phoneCountryCode", "jwt"),
        *("passkeyId", "alias", "attestation", "attestationObject", "clientDataJson", "clientDataJSON"),
        *("authenticatorData", "signature", "userHandle", "mfaBackupCodeAcknowledgement", "metadata"),
        *("firstName", "clientExtensionResults", "allowNewMFALinking", "sessionPublicKey", "singleUse"),
    ]
)
BODIES = st.dictionaries(MEMBERS, JSON, max_size=8) | JSON
RAW = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [
            b"",
            b"[" * 100_000,
            b'{"a":' * 3000 + b"1" + b"}" * 3000,
            b'{"code":"\xff"}',
            b'{"code":"\\ud800"}',
            b'{"code":"\\udc00x"}',
            b'{"code":"\\ud800\\u0041"}',
            b'{"code":"a\\u0000b"}',
            b'{"code":' + b"9" * 6000 + b"}",
            b'{"code":1e999}',
            b'{"email":"a\\u0000@example.org"}',
            b"\xef\xbb\xbf{}",
            b"NaN",
            b"null",
            b"{} {}",
            b"\x00",
        ]
    ),
)
IDS = st.sampled_from(
    ["x", "%00", "%ED%A0%80", "a" * 4000, "..", "%2F", "1e9", "00000000-0000-4000-8000-000000000000"]
)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            *("authorization", "cookie", "origin", "content-type", "x-mfa-auth-token", "date", "host"),
            *("x-dyn-elevated-access-token", "x-dynamic-device-nonce", "x-dynamic-device-publickey"),
            *("x-dynamic-device-signed-nonce", "x-forwarded-for", "accept", "content-length-hint"),
        ]
    ),
    st.sampled_from(
        ["", "x", "Bearer ", "Bearer x.y.z", "Bearer " + "A" * 20_000, "\xff\xfe", "a=b; c", "{", "-1"]
    ),
    max_size=4,
)


@pytest.fixture(scope="module")
def sites() -> dict[str, Any]:
    """A full session and a gated one in two environments: bearer, and with everything switched on."""
    server = ReferenceServer(control=True)
    http = httpx.Client(transport=server.transport)
    environment = server.environment(
        clock=VirtualClock("2026-01-01T00:00:00Z"),
        email_code="123456",
        attempts=10**6,
        email_mfa=True,
        actions=["wallet.waas.sign", "user.update"],
    )
    url = f"{environment.base_url}/sdk/{environment.id}"
    sent = http.post(f"{url}/emailVerifications/create", json={"email": "a@example.org"}).json()
    body = {"verificationUUID": sent["verificationUUID"], "verificationToken": "123456"}
    token = http.post(f"{url}/emailVerifications/signin", json=body).json()["minifiedJwt"]
    return {"http": http, "url": url, "token": token, "server": server}


def in_the_wires_form(answer: httpx.Response) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"].startswith("application/json")
        body = answer.json()
        assert isinstance(body["error"], str)
        assert re.fullmatch("[a-z_]+", body["code"])


# Signing out and deleting the user would end the session that the other examples use.
LASTING = [each for each in ENDPOINTS if each not in [("DELETE", "/users"), ("POST", "/revoke")]]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(endpoint=st.sampled_from(LASTING), body=BODIES, where=IDS, signed=st.booleans())
def test_any_json_is_answered_in_form(
    sites: dict[str, Any], endpoint: tuple[str, str], body: Any, where: str, signed: bool
) -> None:
    method, path = endpoint
    headers = {"authorization": f"Bearer {sites['token']}"} if signed else {}
    url = sites["url"] + path.replace("{id}", where)
    in_the_wires_form(sites["http"].request(method, url, json=body, headers=headers))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(endpoint=st.sampled_from(LASTING), raw=RAW, signed=st.booleans())
def test_any_bytes_are_answered_in_form(
    sites: dict[str, Any], endpoint: tuple[str, str], raw: bytes, signed: bool
) -> None:
    method, path = endpoint
    headers = {"authorization": f"Bearer {sites['token']}"} if signed else {}
    url = sites["url"] + path.replace("{id}", "x")
    in_the_wires_form(sites["http"].request(method, url, content=raw, headers=headers))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(endpoint=st.sampled_from(LASTING), headers=HEADERS, query=st.text(max_size=12))
def test_any_headers_and_query_are_answered_in_form(
    sites: dict[str, Any], endpoint: tuple[str, str], headers: dict[str, str], query: str
) -> None:
    method, path = endpoint
    request = sites["http"].build_request(
        method, sites["url"] + path.replace("{id}", "x"), params={"count": query, "relatedOriginRpId": query}
    )
    request.headers = httpx.Headers(
        [(name.encode(), text.encode("latin-1")) for name, text in headers.items()]
    )
    in_the_wires_form(sites["http"].send(request))


@pytest.mark.parametrize(("method", "path"), WITH_BODY)
def test_a_body_that_is_too_large_is_refused(sites: dict[str, Any], method: str, path: str) -> None:
    answer = sites["http"].request(method, sites["url"] + path.replace("{id}", "x"), content=b" " * 1_100_000)
    assert answer.status_code == 413
    in_the_wires_form(answer)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    path=st.sampled_from(["/environments", "/environments/{id}/clock", "/environments/{id}/external-jwt"]),
    body=st.dictionaries(
        st.sampled_from(["settings", "faults", "seed", "clock", "advance", "set", "sub", "email"]), JSON
    ),
)
def test_the_control_plane_answers_in_form(sites: dict[str, Any], path: str, body: Any) -> None:
    environment = next(iter(sites["server"].registry))
    if "clock" in path:  # it must not move the clock under the other examples
        environment = "x"
    answer = sites["http"].post(f"http://localhost/control{path.replace('{id}', environment)}", json=body)
    in_the_wires_form(answer)


def test_deep_metadata_is_refused(site: Any, refused: Callable[..., None]) -> None:
    person = site.sign_in()
    deep: Any = {}
    for _ in range(400):
        deep = {"a": deep}
    answer = person.call("PUT", "/users", {"metadata": deep})
    assert answer.status_code in (200, 400)
    assert person.call("GET", "/users").status_code == 200


@pytest.mark.parametrize("length", [1025, 9000])
def test_a_session_key_that_fits_into_no_header_is_refused_and_the_code_stays_good(
    make: Callable[..., Any], length: int
) -> None:
    site = make()
    sent = site.call("POST", "/emailVerifications/create", {"email": "ada@example.org"}).json()
    body = {
        "verificationUUID": sent["verificationUUID"],
        "verificationToken": site.environment.mailbox("ada@example.org")[-1].code,
    }
    for answer in (
        site.call("POST", "/emailVerifications/signin", {**body, "sessionPublicKey": "0" * length}),
        site.call("POST", "/emailVerifications/signin", body, x_dyn_session_public_key="0" * length),
    ):
        assert answer.status_code == 400
        assert answer.json()["code"] == "bad_request"
    assert site.call("POST", "/emailVerifications/signin", body).status_code == 200
