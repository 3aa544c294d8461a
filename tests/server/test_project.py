"""Settings, nonces and device signatures, the OpenAPI document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mfa_simulators.server.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable


def test_public_settings_start_the_vendors_client(make: Callable[..., Any]) -> None:
    site = make(
        session_based=True,
        require_at_onboarding=True,
        passkeys=False,
        min_api_version="2026_04_01",
        actions=["wallet.waas.export", {"action": "user.update", "tokenExpirySeconds": 60}],
    )
    shown = site.call("GET", "/settings?sdkVersion=ClientSDK%2F1.27.1").json()
    assert {"chains", "kyc", "sdk", "security", "design", "general", "privacy", "providers"} <= set(shown)
    assert shown["security"]["mfa"] == {
        "enabled": True,
        "required": True,
        "enrollment": "signup",
        "availableMethods": ["totp"],
        "methods": [
            {"type": "totp", "enabled": True, "allowBackupCodes": True},
            {"type": "passkey", "enabled": False, "allowBackupCodes": True},
        ],
        "actions": [
            {"action": "wallet.waas.export", "required": True},
            {"action": "user.update", "required": True, "tokenExpirySeconds": 60},
        ],
    }
    assert shown["security"]["auth"]["storage"] == ["localstorage"]
    assert shown["sdk"]["minApiVersion"] == "2026_04_01"
    assert shown["sdk"]["views"]
    assert any(each["provider"] == "dynamic" for each in shown["providers"])


def test_settings_change_for_everybody_at_once(site: Any) -> None:
    site.environment.update(cookie_mode=True, enrollment="action")
    shown = site.call("GET", "/settings").json()["security"]
    assert shown["auth"]["storage"] == ["cookie"]
    assert (shown["mfa"]["enrollment"], shown["mfa"]["required"]) == ("action", True)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"session_base": True}, "did you mean 'session_based'"),
        ({"require_at_onbording": True}, "did you mean 'require_at_onboarding'"),
        ({"totp": "yes"}, "totp: expected true or false, found text"),
        ({"totp_digits": 5}, "6 to 10"),
        ({"actions": ["wallet.waas.sing"]}, "did you mean 'wallet.waas.sign'"),
        ({"actions": [{"action": "wallet.waas.sign", "requierd": True}]}, "requierd"),
        ({"require_at_onboarding": True, "enrollment": "none"}, "give one of the two"),
        ({"origins": []}, "at least one"),
        ({"attempts": 0}, "attempts: expected 1 to"),
    ],
)
def test_wrong_settings_are_refused_and_say_what_to_do(
    make: Callable[..., Any], settings: dict[str, Any], told: str
) -> None:
    with pytest.raises(SettingsError, match=told):
        make(**settings)


def test_nonces_come_one_to_five(site: Any, refused: Callable[..., None]) -> None:
    assert len(site.call("GET", "/nonces?count=5").json()["nonces"]) == 5
    assert len(site.call("GET", "/nonces?count=99").json()["nonces"]) == 5
    assert len(site.call("GET", "/nonces").json()["nonces"]) == 1
    assert isinstance(site.call("GET", "/nonce").json()["nonce"], str)
    refused(site.call("GET", "/nonces?count=x"), 400, "bad_request")


def signed(nonce: str) -> dict[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    r, s = decode_dss_signature(key.sign(nonce.encode(), ec.ECDSA(SHA256())))
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    return {
        "x_dynamic_device_nonce": nonce,
        "x_dynamic_device_publickey": point.hex(),
        "x_dynamic_device_signed_nonce": (r.to_bytes(32) + s.to_bytes(32)).hex(),
    }


def test_device_signatures_are_verified_and_each_nonce_is_good_once(
    site: Any, refused: Callable[..., None]
) -> None:
    person = site.sign_in()
    nonce = site.call("GET", "/nonce").json()["nonce"]
    headers = signed(nonce)
    assert person.call("POST", "/refresh", **headers).status_code == 200
    refused(person.call("POST", "/refresh", **headers), 401, "unauthorized")
    refused(person.call("POST", "/refresh", **signed("not one of ours")), 401, "unauthorized")


@pytest.mark.parametrize(
    "broken",
    [
        {"x_dynamic_device_signed_nonce": "00" * 64},
        {"x_dynamic_device_signed_nonce": "zz"},
        {"x_dynamic_device_publickey": "05" + "00" * 32},
        {"x_dynamic_device_nonce": "another"},
    ],
)
def test_a_device_signature_that_does_not_hold_is_refused(
    site: Any, refused: Callable[..., None], broken: dict[str, str]
) -> None:
    person = site.sign_in()
    headers = {**signed(site.call("GET", "/nonce").json()["nonce"]), **broken}
    refused(person.call("POST", "/refresh", **headers), 401, "unauthorized")


def test_nonces_live_a_day(site: Any) -> None:
    person = site.sign_in()
    site.environment.update(session_seconds=10**6)
    person.take(person.call("POST", "/refresh"))
    early, late = site.call("GET", "/nonces?count=2").json()["nonces"]
    site.clock.advance(86_399)
    assert person.call("POST", "/refresh", **signed(early)).status_code == 200
    site.clock.advance(1)
    assert person.call("POST", "/refresh", **signed(late)).status_code == 401


def test_sdk_settings_are_taken_and_forgotten(site: Any) -> None:
    answer = site.call("POST", "/sdkSettings", {"anything": [1, 2]})
    assert (answer.status_code, answer.content) == (204, b"")


def test_the_openapi_document_has_every_route_and_body(site: Any) -> None:
    document = site.http.get("http://localhost/api/v0/openapi.json").json()
    prefix = "/api/v0/sdk/{environment_id}"
    assert document["openapi"].startswith("3.1")
    for path, method in (
        ("/users/mfa/auth/totp", "post"),
        ("/users/mfa/{device_id}", "delete"),
        ("/users/passkeys/register", "post"),
        ("/users", "put"),
    ):
        assert method in document["paths"][prefix + path]
    body = document["paths"][f"{prefix}/users/mfa/auth/recovery"]["post"]["requestBody"]
    reference = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert set(document["components"]["schemas"][reference]["properties"]) == {
        *("code", "createMfaToken", "requestedScopes")
    }


@pytest.mark.parametrize("path", ["/", "/nope", "/api/v0/sdk", "/api/v0/sdk/", "/control", "/control/faults"])
def test_unknown_paths_are_not_found_in_the_wires_form(
    site: Any, refused: Callable[..., None], path: str
) -> None:
    refused(site.http.get(f"http://localhost{path}"), 404, "not_found")


@pytest.mark.parametrize("environment", ["x", "00000000-0000-4000-8000-000000000000", "%00", ".."])
def test_an_unknown_environment_is_not_found(
    site: Any, refused: Callable[..., None], environment: str
) -> None:
    refused(site.http.get(f"http://localhost/api/v0/sdk/{environment}/settings"), 404, "not_found")


def test_a_wrong_method_is_refused_in_the_wires_form(site: Any, refused: Callable[..., None]) -> None:
    refused(site.call("PATCH", "/users"), 405, "method_not_allowed")
