"""Session tokens, the user, refreshing and ending; cookie mode and CORS."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt as independent
from joserfc.jwk import KeySet

if TYPE_CHECKING:
    from collections.abc import Callable

ORIGIN = "http://localhost:3000"


def claims_of(person: Any) -> dict[str, Any]:
    return dict(jwt.decode(person.token, options={"verify_signature": False}))


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_tokens_verify_by_the_published_keys(make: Callable[..., Any], algorithm: str) -> None:
    site = make(token_algorithm=algorithm)
    person = site.sign_in()
    for path in ("/.well-known/jwks", "/.well-known/jwks.json"):
        keys = KeySet.import_key_set(site.call("GET", path).json())
        token = independent.decode(person.token, keys, algorithms=[algorithm])
        assert token.claims == claims_of(person)


def test_the_token_has_the_vendors_claims(site: Any) -> None:
    person = site.sign_in(sessionPublicKey="02" * 33)
    claims = claims_of(person)
    environment = site.environment
    assert claims["iss"] == f"http://localhost/{environment.id}"
    assert claims["aud"] == ORIGIN
    assert claims["sub"] == person.id
    assert claims["sid"] == person.answer["user"]["sessionId"]
    assert claims["environment_id"] == environment.id == person.answer["user"]["projectEnvironmentId"]
    assert claims["exp"] == person.answer["expiresAt"] == claims["iat"] + 7200
    assert claims["kid"] == jwt.get_unverified_header(person.token)["kid"]
    assert claims["scope"] == "user:basic"
    assert claims["session_public_key"] == "02" * 33
    assert person.answer["jwt"] == person.answer["minifiedJwt"]


def test_without_an_origin_header_the_audience_is_the_environments_own(make: Callable[..., Any]) -> None:
    site = make(origins=["http://localhost:*", "https://app.example.org"])
    token = site.environment.external_jwt(sub="x")
    answer = site.http.post(f"{site.url}/externalAuth/signin", json={"jwt": token})
    read = jwt.decode(answer.json()["minifiedJwt"], options={"verify_signature": False})
    assert read["aud"] == "https://app.example.org"


def test_the_user_has_the_members_of_the_wire(site: Any) -> None:
    person = site.sign_in("Ada@Example.org")
    user = person.answer["user"]
    assert user["newUser"] is True
    assert user["verifiedCredentials"][0]["format"] == "email"
    assert user["verifiedCredentials"][0]["public_identifier"] == "Ada@Example.org"
    assert user["lastVerifiedCredentialId"] == user["verifiedCredentials"][0]["id"]
    assert user["missingFields"] == []
    assert person.call("GET", "/users").json() == {**user, "newUser": False}
    again = site.sign_in("ada@example.ORG")
    assert again.id == person.id
    assert again.answer["user"]["newUser"] is False


def forged(person: Any) -> dict[str, str]:
    """Forged session tokens that say the gate is lifted."""
    claims = {**claims_of(person), "scope": "user:basic"}
    header, _, signature = person.token.split(".")

    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    key = person.site.environment.operations.tools.key.result()
    pem = key.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}"
    mac = base64.urlsafe_b64encode(hmac.digest(pem, signed.encode(), hashlib.sha256)).rstrip(b"=").decode()
    return {
        "none": f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}.",
        "HS256 under the public key": f"{signed}.{mac}",
        "scope edited": f"{header}.{part(claims)}.{signature}",
        "garbage": "x.y.z",
        "empty parts": "..",
        "deep": "A" * 9000,
    }


def test_forged_tokens_are_refused(make: Callable[..., Any], refused: Callable[..., None]) -> None:
    person = make(enrollment="signup").sign_in()
    for token in forged(person).values():
        refused(person.site.call("GET", "/users", token=token), 401, "unauthorized")


@pytest.mark.parametrize("own_key", [True, False])
def test_tokens_of_another_environment_are_refused(
    make: Callable[..., Any], refused: Callable[..., None], own_key: bool
) -> None:
    """With shared keys the signature holds, and the claims must tell."""
    person = make(own_key=own_key).sign_in()
    for _ in range(3):
        other = make()
        refused(other.call("GET", "/users/mfa", token=person.token), 401, "unauthorized")


def test_a_token_expires(site: Any, refused: Callable[..., None]) -> None:
    person = site.sign_in()
    site.clock.set(person.answer["expiresAt"] - 0.001)
    assert person.call("GET", "/users").status_code == 200
    site.clock.set(person.answer["expiresAt"])
    refused(person.call("GET", "/users"), 401, "unauthorized")
    refused(person.call("POST", "/refresh"), 401, "unauthorized")


def test_refreshing_prolongs_the_session(make: Callable[..., Any]) -> None:
    site = make(session_seconds=100)
    person = site.sign_in()
    before = claims_of(person)
    site.clock.advance(90)
    person.take(person.call("POST", "/refresh"))
    site.clock.advance(90)
    assert person.call("GET", "/users").status_code == 200
    assert claims_of(person)["sid"] == before["sid"]


def test_revoking_ends_this_session_only(site: Any, refused: Callable[..., None]) -> None:
    person = site.sign_in()
    other = person.again()
    answer = person.call("POST", "/revoke", x_dyn_logout_reason="user-intent")
    assert (answer.status_code, answer.content) == (204, b"")
    for method, path in (("GET", "/users"), ("POST", "/refresh"), ("POST", "/revoke")):
        refused(person.call(method, path), 401, "unauthorized")
    assert other.call("GET", "/users").status_code == 200


def test_a_deleted_user_is_gone_with_all_sessions(site: Any, refused: Callable[..., None]) -> None:
    person = site.enrolled()
    other = person.again()
    assert person.call("DELETE", "/users").status_code == 204
    refused(person.call("GET", "/users"), 401, "unauthorized")
    refused(other.call("GET", "/users"), 401, "unauthorized")
    newcomer = site.sign_in(person.email)
    assert newcomer.id != person.id
    assert newcomer.devices() == []


def test_codes_by_email_are_good_once_and_for_a_while(site: Any, refused: Callable[..., None]) -> None:
    def create() -> dict[str, str]:
        sent = site.call("POST", "/emailVerifications/create", {"email": "ada@example.org"}).json()
        code = site.environment.mailbox("ada@example.org")[-1].code
        return {"verificationUUID": sent["verificationUUID"], "verificationToken": code}

    body = create()
    wrong = {**body, "verificationToken": f"{(int(body['verificationToken']) + 1) % 10**6:06d}"}
    path = "/emailVerifications/signin"
    refused(site.call("POST", path, wrong), 422, "wrong_email_verification_token")
    assert site.call("POST", path, body).status_code == 200
    refused(site.call("POST", path, body), 422, "wrong_email_verification_token")
    late = create()
    site.clock.advance(600)
    refused(site.call("POST", path, late), 422, "wrong_email_verification_token")


def test_a_code_sent_again_replaces_the_last(site: Any, refused: Callable[..., None]) -> None:
    sent = site.call("POST", "/emailVerifications/create", {"email": "a@example.org"}).json()
    body = {"verificationUUID": sent["verificationUUID"]}
    assert (
        site.call("POST", "/emailVerifications/retry", body).json()["verificationUUID"]
        == body["verificationUUID"]
    )
    old, new = (mail.code for mail in site.environment.mailbox("a@example.org"))
    path = "/emailVerifications/signin"
    refused(
        site.call("POST", path, {**body, "verificationToken": old}), 422, "wrong_email_verification_token"
    )
    assert site.call("POST", path, {**body, "verificationToken": new}).status_code == 200


def test_the_fixed_code_signs_in(make: Callable[..., Any]) -> None:
    site = make(email_code="135790")
    sent = site.call("POST", "/emailVerifications/create", {"email": "a@example.org"}).json()
    body = {"verificationUUID": sent["verificationUUID"], "verificationToken": "135790"}
    assert site.call("POST", "/emailVerifications/signin", body).status_code == 200


def test_a_new_address_is_proved_in_a_full_session(
    make: Callable[..., Any], refused: Callable[..., None]
) -> None:
    site = make(session_based=True)
    person = site.enrolled()

    def prove(who: Any, email: str) -> Any:
        sent = site.call("POST", "/emailVerifications/create", {"email": email}).json()
        code = site.environment.mailbox(email)[-1].code
        return who.call(
            "POST",
            "/emailVerifications/verify",
            {"verificationUUID": sent["verificationUUID"], "verificationToken": code},
        )

    refused(prove(person.again(), "evil@example.org"), 403, "requires_additional_auth")
    assert prove(person, "new@example.org").json()["user"]["email"] == "new@example.org"
    site.sign_in("taken@example.org")
    refused(prove(person, "taken@example.org"), 422, "invalid_verification")
    assert site.sign_in("new@example.org").id == person.id


def test_external_tokens_are_checked(site: Any, refused: Callable[..., None]) -> None:
    path = "/externalAuth/signin"
    token = site.environment.external_jwt(sub="ext", email="ext@example.org")
    answer = site.call("POST", path, {"jwt": token}).json()
    assert answer["user"]["verifiedCredentials"][-1]["format"] == "externalUser"
    again = site.environment.external_jwt(sub="ext")
    assert site.call("POST", path, {"jwt": again}).json()["user"]["id"] == answer["user"]["id"]
    site.clock.advance(300)
    refused(site.call("POST", path, {"jwt": again}), 401, "invalid_external_auth")
    refused(site.call("POST", path, {"jwt": "x"}), 401, "invalid_external_auth")
    refused(site.call("POST", path, {}), 400, "bad_request")
    own = site.sign_in().token
    refused(site.call("POST", path, {"jwt": own}), 401, "invalid_external_auth")


# Cookie mode.


def cookie_site(make: Callable[..., Any]) -> tuple[Any, str, dict[str, Any]]:
    site = make(cookie_mode=True)
    sent = site.call("POST", "/emailVerifications/create", {"email": "a@example.org"}).json()
    code = site.environment.mailbox("a@example.org")[-1].code
    answer = site.call(
        "POST",
        "/emailVerifications/signin",
        {"verificationUUID": sent["verificationUUID"], "verificationToken": code},
    )
    site.http.cookies.clear()
    return site, answer.headers["set-cookie"], answer.json()


def test_in_cookie_mode_the_token_is_in_the_cookie_only(make: Callable[..., Any]) -> None:
    site, cookie, body = cookie_site(make)
    assert not {"jwt", "minifiedJwt"} & body.keys()
    assert body["expiresAt"]
    flags = {part.strip() for part in cookie.split(";")[1:]}
    assert flags == {"Path=/", "Max-Age=7200", "HttpOnly", "SameSite=Lax"}
    held = cookie.partition(";")[0]
    assert held.startswith("DYNAMIC_JWT_TOKEN=ey")
    assert site.call("GET", "/users", cookie=held).status_code == 200
    assert site.call("GET", "/users").status_code == 401
    ended = site.call("POST", "/revoke", cookie=held)
    assert "Max-Age=0" in ended.headers["set-cookie"]
    assert site.call("GET", "/users", cookie=held).status_code == 401


def test_in_cookie_mode_foreign_pages_change_nothing(
    make: Callable[..., Any], refused: Callable[..., None]
) -> None:
    site, cookie, _ = cookie_site(make)
    held = cookie.partition(";")[0]
    for method, path in (
        ("POST", "/refresh"),
        ("POST", "/users/mfa/recovery"),
        ("GET", "/users/mfa/register/totp"),
        ("GET", "/users/mfa/register/totp/"),
        ("GET", "/users/mfa//register/totp"),
        ("GET", "/users/mfa/register/totp%2F"),
        ("GET", "/users/mfa/recovery/"),
        ("DELETE", "/users"),
        ("PUT", "/users"),
    ):
        answer = site.call(method, path, cookie=held, origin="http://evil.test")
        refused(answer, 403, "origin_not_allowed")
        without = site.http.request(
            method, site.url + path, headers={"cookie": held, "sec-fetch-site": "cross-site"}
        )
        refused(without, 403, "origin_not_allowed")
    assert site.call("GET", "/users", cookie=held).status_code == 200
    assert site.call("POST", "/refresh", cookie=held).status_code == 200


def test_the_cookie_counts_in_cookie_mode_only(site: Any) -> None:
    person = site.sign_in()
    assert site.call("GET", "/users", cookie=f"DYNAMIC_JWT_TOKEN={person.token}").status_code == 401


def test_an_external_token_may_come_as_a_cookie(make: Callable[..., Any]) -> None:
    site = make(cookie_mode=True, external_auth_cookie="customer")
    token = site.environment.external_jwt(sub="x")
    answer = site.call("POST", "/externalAuth/signin", cookie=f"customer={token}")
    assert answer.status_code == 200
    assert site.call("GET", "/settings").json()["security"]["externalAuth"]["cookieName"] == "customer"


# CORS.


def test_preflights_reflect_what_is_asked_for(site: Any) -> None:
    wanted = "authorization, content-type, x-dyn-api-version, x-mfa-auth-token"
    answer = site.call(
        "OPTIONS",
        "/users/mfa/auth/totp",
        access_control_request_method="POST",
        access_control_request_headers=wanted,
    )
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["access-control-allow-headers"] == wanted
    for method in ("GET", "POST", "PUT", "DELETE"):
        assert method in answer.headers["access-control-allow-methods"]


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (ORIGIN, True),
        ("http://localhost", True),
        ("https://localhost:3000", False),
        ("http://localhost.evil.test", False),
        ("http://localhost:3000.evil.test", False),
        ("http://evil.test", False),
        ("null", False),
    ],
)
def test_only_origins_of_the_environment_may_read(site: Any, origin: str, allowed: bool) -> None:
    for method, path in (("GET", "/settings"), ("GET", "/users"), ("GET", "/nowhere"), ("OPTIONS", "/users")):
        answer = site.call(method, path, origin=origin)
        assert (answer.headers.get("access-control-allow-origin") == origin) is allowed
        assert ("access-control-allow-origin" in answer.headers) is allowed
        assert answer.headers["vary"] == "origin"
    exposed = site.call("GET", "/settings", origin=origin).headers.get("access-control-expose-headers")
    assert (exposed == "retry-after") is allowed


def test_nothing_may_be_stored_by_caches(site: Any) -> None:
    person = site.enrolled()
    for path in ("/settings", "/users", "/users/mfa", "/users/mfa/recovery", "/nowhere"):
        assert person.call("GET", path).headers["cache-control"] == "no-store"


# Spellings.


@pytest.mark.parametrize(
    "other", ["anna@stra\u00dfe.example", "anna@\u017ftrasse.example", "ANNA@strasse\u212a.example"]
)
def test_only_the_case_of_ascii_letters_is_no_matter(site: Any, other: str) -> None:
    anna = site.sign_in("anna@strasse.example")
    assert site.sign_in("Anna@STRASSE.example").id == anna.id
    assert site.sign_in(other).id != anna.id


@pytest.mark.parametrize("path", ["//settings", "/settings/", "//settings//"])
def test_empty_segments_of_a_path_are_no_matter(site: Any, path: str) -> None:
    assert site.call("GET", path).json() == site.call("GET", "/settings").json()
    doubled = site.url.replace("/api/v0", "//api//v0")
    assert site.http.get(f"{doubled}/settings").json() == site.call("GET", "/settings").json()


@pytest.mark.parametrize("levels", [33, 500, 975, 978, 980, 990])
def test_metadata_nested_too_deep_is_refused_and_not_kept(
    site: Any, refused: Callable[..., None], levels: int
) -> None:
    person = site.sign_in()
    raw = '{"metadata":{"x":' + "[" * levels + "]" * levels + "}}"
    answer = site.http.put(
        f"{site.url}/users", content=raw, headers={"authorization": f"Bearer {person.token}"}
    )
    refused(answer, 400, "bad_request")
    assert person.call("GET", "/users").status_code == 200
    assert person.call("POST", "/refresh").status_code == 200
