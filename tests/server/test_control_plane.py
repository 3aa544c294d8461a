"""The test hooks over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mfa_simulators.clock import SystemClock
from mfa_simulators.server import ReferenceServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mfa_simulators.server import Environment


@pytest.fixture(scope="module")
def controlled() -> ReferenceServer:
    return ReferenceServer(control=True)


@pytest.fixture(scope="module")
def control(controlled: ReferenceServer) -> Iterator[httpx.Client]:
    with httpx.Client(transport=controlled.transport, base_url="http://localhost/control") as client:
        yield client


def made(control: httpx.Client, **body: Any) -> str:
    answer = control.post("/environments", json=body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["baseUrl"] == "http://localhost/api/v0"
    return str(answer.json()["environmentId"])


def test_an_environment_is_made_and_used(control: httpx.Client) -> None:
    environment = made(control, settings={"require_at_onboarding": True}, clock="2026-01-01T00:00:00Z")
    url = f"http://localhost/api/v0/sdk/{environment}"
    sent = control.post(f"{url}/emailVerifications/create", json={"email": "a+b@example.org"}).json()
    mailbox = control.get(f"/environments/{environment}/mailbox", params={"email": "a+b@example.org"}).json()
    assert mailbox == [{"code": mailbox[0]["code"], "sentAt": "2026-01-01T00:00:00.000Z"}]
    body = {"verificationUUID": sent["verificationUUID"], "verificationToken": mailbox[0]["code"]}
    user = control.post(f"{url}/emailVerifications/signin", json=body).json()["user"]
    assert user["scope"] == "requiresAdditionalAuth"
    reset = control.post(f"/environments/{environment}/users/{user['id']}/reset-mfa")
    assert (reset.status_code, reset.content) == (204, b"")


def test_an_environment_dates_its_answers_by_its_own_clock(control: httpx.Client) -> None:
    environment = made(control, clock="2026-01-01T00:00:00Z")
    url = f"http://localhost/api/v0/sdk/{environment}/settings"
    assert control.get(url).headers.get_list("date") == ["Thu, 01 Jan 2026 00:00:00 GMT"]
    control.post(f"/environments/{environment}/clock", json={"advance": 90})
    assert control.options(url).headers.get_list("date") == ["Thu, 01 Jan 2026 00:01:30 GMT"]


def test_settings_are_changed(control: httpx.Client) -> None:
    environment = made(control)
    assert (
        control.patch(f"/environments/{environment}", json={"settings": {"totp": False}}).status_code == 204
    )
    shown = control.get(f"http://localhost/api/v0/sdk/{environment}/settings").json()
    assert shown["security"]["mfa"]["availableMethods"] == ["passkey"]


def test_the_clock_is_moved_and_set(control: httpx.Client) -> None:
    environment = made(control)
    path = f"/environments/{environment}/clock"
    assert control.post(path, json={"set": "2030-01-01T00:00:00Z"}).json() == {
        "now": "2030-01-01T00:00:00.000Z"
    }
    assert control.post(path, json={"advance": 90}).json() == {"now": "2030-01-01T00:01:30.000Z"}


def test_a_clock_that_is_moved_again_and_again_stays_where_dates_can_be_written(
    control: httpx.Client,
) -> None:
    environment = made(control)
    path = f"/environments/{environment}/clock"
    answers = [control.post(path, json={"advance": 5e10}) for _ in range(9)]
    assert {answer.status_code for answer in answers} == {200, 400}
    settings = control.get(f"http://localhost/api/v0/sdk/{environment}/settings")
    assert settings.status_code == 200
    assert settings.headers["date"]


def test_external_tokens_sign_in(control: httpx.Client) -> None:
    environment = made(control)
    token = control.post(
        f"/environments/{environment}/external-jwt", json={"sub": "x", "email": "x@example.org"}
    ).json()["jwt"]
    url = f"http://localhost/api/v0/sdk/{environment}/externalAuth/signin"
    assert control.post(url, json={"jwt": token}).status_code == 200


def test_the_transcript_masks_secrets_unless_asked(control: httpx.Client) -> None:
    environment = made(control, settings={"email_code": "424242"})
    url = f"http://localhost/api/v0/sdk/{environment}"
    sent = control.post(f"{url}/emailVerifications/create", json={"email": "a@example.org"}).json()
    body = {"verificationUUID": sent["verificationUUID"], "verificationToken": "424242"}
    token = control.post(f"{url}/emailVerifications/signin", json=body).json()["minifiedJwt"]
    control.get(f"{url}/users/mfa/register/totp", headers={"authorization": f"Bearer {token}"})
    masked = control.get(f"/environments/{environment}/transcript")
    plain = control.get(f"/environments/{environment}/transcript?unmasked=true")
    assert [entry["path"].rpartition("/")[2] for entry in masked.json()] == ["create", "signin", "totp"]
    assert {"at", "method", "path", "query", "request", "status", "answer"} == set(masked.json()[0])
    for secret in (token, "424242", "otpauth"):
        assert secret not in masked.text
        assert secret in plain.text


def test_faults_are_listed_and_given(control: httpx.Client) -> None:
    faults = {fault["slug"]: fault for fault in control.get("/faults").json()}
    assert set(faults["recovery-code-reusable"]) == {"id", "slug", "sentence", "requirement", "sources"}
    assert faults["recovery-code-reusable"]["id"] == "R01"
    made(control, faults=["recovery-code-reusable"])


def test_a_servers_own_faults_are_in_every_environment_that_names_none() -> None:
    server = ReferenceServer(control=True, faults=["recovery-code-reusable"])
    with httpx.Client(transport=server.transport, base_url="http://localhost/control") as client:
        ids = [made(client), made(client, faults=["no-op"]), made(client, faults=[])]
    assert [server.registry[each].faults for each in ids] == [("recovery-code-reusable",), ("no-op",), ()]


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("/environments", {"settings": {"totpp": True}}, "did you mean 'totp'"),
        ("/environments", {"faults": ["recovery-code-reusabel"]}, "did you mean 'recovery-code-reusable'"),
        (
            "/environments",
            {"faults": ["recovery-code-reusable", "R01"]},
            "recovery-code-reusable is given twice",
        ),
        ("/environments", {"clock": "yesterday"}, "expected a date"),
        ("/environments", {"setings": {}}, "setings"),
        ("/environments", {"settings": {"seed": 1}}, "beside the settings"),
        ("/environments", None, "JSON body"),
        ("{one}/clock", {}, "expected one of"),
        ("{one}/clock", {"advance": 1e300}, "an instant from 1970 to 9000"),
        ("{one}/clock", {"advance": -1e10}, "an instant from 1970 to 9000"),
        ("{one}/clock", {"set": "9999-12-31T23:59:59-14:00"}, "an instant from 1970 to 9000"),
        ("{one}/clock", {"set": "1969-12-31T23:59:59Z"}, "an instant from 1970 to 9000"),
        ("/environments", {"clock": "0001-01-01T00:00:00+14:00"}, "an instant from 1970 to 9000"),
        ("/environments", {"settings": {"totp_period": 2**63}}, "totp_period: expected 1 to 315360000"),
        ("/environments", {"settings": {"actions": 5}}, "actions: expected a list, found a whole number"),
        ("{one}/clock", {"advance": 1, "set": "2030-01-01T00:00:00Z"}, "expected one of"),
        ("{one}/external-jwt", {}, "sub"),
    ],
)
def test_mistakes_are_told(control: httpx.Client, path: str, body: Any, told: str) -> None:
    answer = control.post(path.format(one=f"/environments/{made(control)}"), json=body)
    assert answer.status_code == 400
    assert told in answer.json()["error"]


def test_unknown_environments_and_users_are_not_found(control: httpx.Client) -> None:
    missing = "00000000-0000-4000-8000-000000000000"
    assert control.get(f"/environments/{missing}/transcript").status_code == 404
    assert control.post(f"/environments/{made(control)}/users/{missing}/reset-mfa").status_code == 404


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8080", 200),
        ("127.0.0.1", 200),
        ("[::1]:99", 200),
        ("evil.test", 403),
        ("localhost.evil.test:80", 403),
        ("", 403),
    ],
)
def test_only_loopback_names_are_answered(control: httpx.Client, host: str, status: int) -> None:
    assert control.get("/faults", headers={"host": host}).status_code == status


def test_without_control_there_are_no_hooks(server: ReferenceServer, http: httpx.Client) -> None:
    environment: Environment = server.environment()
    for path in ("/control/faults", f"/control/environments/{environment.id}/transcript"):
        assert http.get(f"http://localhost{path}").status_code == 404


def test_the_control_plane_is_no_part_of_the_document(control: httpx.Client) -> None:
    document = control.get("http://localhost/api/v0/openapi.json").json()
    assert not [path for path in document["paths"] if path.startswith("/control")]


def test_clocks_that_cannot_be_moved_say_so(make: Callable[..., Any], server: ReferenceServer) -> None:
    with pytest.raises(TypeError, match="cannot be moved"):
        server.environment(clock=SystemClock()).advance(1)


@pytest.mark.parametrize(
    "path",
    ["/control/faults", "//control/faults", "///control//faults", "/%2fcontrol/faults", "/control/faults/"],
)
def test_only_loopback_names_reach_the_hooks_however_the_path_is_written(
    controlled: ReferenceServer, path: str
) -> None:
    with httpx.Client(transport=controlled.transport) as client:
        answer = client.get(f"http://localhost{path}", headers={"host": "rebound.example"})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    ("origin", "status"), [("https://evil.example", 403), ("null", 403), ("http://localhost:5173", 201)]
)
def test_no_website_of_others_reaches_the_hooks(control: httpx.Client, origin: str, status: int) -> None:
    answer = control.post("/environments", json={}, headers={"origin": origin})
    assert answer.status_code == status
