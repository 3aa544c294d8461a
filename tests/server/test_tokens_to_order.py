"""Session tokens made to order, and the rotation of keys: what backends are tested with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import jwt
import pytest

from mfa_simulators.server import ReferenceServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def control() -> Iterator[httpx.Client]:
    server = ReferenceServer(control=True)
    with httpx.Client(transport=server.transport, base_url="http://localhost/control") as client:
        yield client


@pytest.fixture
def environment(control: httpx.Client) -> str:
    return str(control.post("/environments", json={}).json()["environmentId"])


def ordered(control: httpx.Client, environment: str, **order: Any) -> dict[str, str]:
    answer = control.post(f"/environments/{environment}/session-token", json=order)
    assert answer.status_code == 200, answer.text
    made: dict[str, str] = answer.json()
    return made


def keys(control: httpx.Client, environment: str) -> dict[str, Any]:
    answer = control.get(f"http://localhost/api/v0/sdk/{environment}/.well-known/jwks")
    return {key["kid"]: jwt.PyJWK(key) for key in answer.json()["keys"]}


def verified(control: httpx.Client, environment: str, token: str) -> dict[str, Any]:
    key = keys(control, environment)[jwt.get_unverified_header(token)["kid"]]
    claims: dict[str, Any] = jwt.decode(token, key, ["RS256"], {"verify_aud": False})
    return claims


def status(control: httpx.Client, environment: str, token: str) -> int:
    url = f"http://localhost/api/v0/sdk/{environment}/users"
    return control.get(url, headers={"authorization": f"Bearer {token}"}).status_code


def test_unless_ordered_otherwise_it_is_a_completed_sessions(control: httpx.Client, environment: str) -> None:
    made = ordered(control, environment)
    claims = verified(control, environment, made["jwt"])
    assert claims["scope"] == "user:basic"
    assert (claims["sub"], claims["sid"]) == (made["userId"], made["sessionId"])
    assert status(control, environment, made["jwt"]) == 200


def test_it_is_complete_where_a_sign_in_would_owe_mfa(control: httpx.Client) -> None:
    settings = {"require_at_onboarding": True, "session_based": True}
    made = control.post("/environments", json={"settings": settings}).json()["environmentId"]
    token = ordered(control, made)["jwt"]
    assert verified(control, made, token)["scope"] == "user:basic"


def test_claims_and_headers_go_over_its_own_and_null_takes_one_away(
    control: httpx.Client, environment: str
) -> None:
    claims = {"scope": "other", "aud": None, "extra": [1]}
    token = ordered(control, environment, claims=claims, headers={"typ": "x", "kid": None})["jwt"]
    assert jwt.get_unverified_header(token) == {"alg": "RS256", "typ": "x"}
    found = jwt.decode(token, options={"verify_signature": False})
    assert (found["scope"], found["extra"]) == ("other", [1])
    assert "aud" not in found


def test_its_session_can_be_revoked(control: httpx.Client, environment: str) -> None:
    token = ordered(control, environment)["jwt"]
    url = f"http://localhost/api/v0/sdk/{environment}/revoke"
    assert control.post(url, headers={"authorization": f"Bearer {token}"}).status_code == 204
    assert status(control, environment, token) == 401


def test_another_key_is_published_nowhere(control: httpx.Client, environment: str) -> None:
    token = ordered(control, environment, key="other")["jwt"]
    assert jwt.get_unverified_header(token)["kid"] not in keys(control, environment)
    assert status(control, environment, token) == 401


def test_a_key_that_was_rotated_out_is_believed_until_it_is_retired(
    control: httpx.Client, environment: str
) -> None:
    before = ordered(control, environment)["jwt"]
    kid = control.post(f"/environments/{environment}/keys/rotate").json()["kid"]
    after = ordered(control, environment)["jwt"]
    assert jwt.get_unverified_header(after)["kid"] == kid
    assert len(keys(control, environment)) == 2
    assert [status(control, environment, token) for token in (before, after)] == [200, 200]
    verified(control, environment, ordered(control, environment, key="old")["jwt"])
    assert control.post(f"/environments/{environment}/keys/retire").status_code == 204
    assert list(keys(control, environment)) == [kid]
    assert [status(control, environment, token) for token in (before, after)] == [401, 200]


def test_tokens_of_other_kinds(control: httpx.Client, environment: str) -> None:
    elevated = ordered(control, environment, kind="elevated", scopes=["wallet:sign", "wallet:export"])
    assert jwt.get_unverified_header(elevated["jwt"])["typ"] == "elevated+jwt"
    assert verified(control, environment, elevated["jwt"])["scope"] == "wallet:sign wallet:export"
    assert ordered(control, environment, kind="mfa")["jwt"].count(".") == 0


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ({"key": "old"}, "before the keys were rotated"),
        ({"kind": "mfa", "claims": {"scope": "x"}}, "opaque"),
        ({"kind": "sesion"}, "Invalid enum value"),
        ({"claim": {}}, "claim"),
    ],
)
def test_orders_that_cannot_be_met_are_told(
    control: httpx.Client, environment: str, order: dict[str, Any], told: str
) -> None:
    answer = control.post(f"/environments/{environment}/session-token", json=order)
    assert answer.status_code == 400
    assert told in answer.json()["error"]


def test_environments_are_listed_with_what_a_backend_has_to_know(control: httpx.Client) -> None:
    listed = control.get("/environments").json()
    assert len({each["environmentId"] for each in listed}) == len(listed) > 0
    first = listed[0]
    read_before = first["keysRead"]
    assert first["jwks"] == f"{first['baseUrl']}/sdk/{first['environmentId']}/.well-known/jwks"
    assert control.get(first["jwks"]).json()["keys"]
    assert control.get("/environments").json()[0]["keysRead"] == read_before + 1
    made = ordered(control, first["environmentId"])["jwt"]
    claims = verified(control, first["environmentId"], made)
    assert (claims["iss"], claims["aud"]) == (first["issuer"], first["audience"])


def test_in_process_the_words_of_an_order_are_keywords() -> None:
    environment = ReferenceServer().environment()
    made = environment.session_token(claims={"scope": "requiresAdditionalAuth"}, email="ada@example.org")
    found = jwt.decode(made.jwt, options={"verify_signature": False})
    assert (found["scope"], found["email"]) == ("requiresAdditionalAuth", "ada@example.org")
    with pytest.raises(TypeError, match="claim"):
        environment.session_token(claim={})
