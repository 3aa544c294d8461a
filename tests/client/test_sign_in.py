from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from mfa_simulators.client import Client, ClientError, ScreenWords

if TYPE_CHECKING:
    from tests.client.conftest import FakeApi


def test_the_client_speaks_the_whole_vocabulary(api: FakeApi) -> None:
    client: Client = api.connect()
    screens: ScreenWords = api.connect()
    assert client.state == api.connect().state
    assert screens.current_screen is None


def test_signing_in_by_email_makes_a_session(api: FakeApi) -> None:
    client = api.connect()
    api.answer("POST emailVerifications/signin", api.session("token-1", mfaToken="m-1"))
    verification = client.send_email_otp("ann@example.org")
    session = client.verify_otp(verification, "123456", allow_new_mfa_linking=True)
    assert api.last("POST emailVerifications/create").body == {"email": "ann@example.org"}
    body = api.last("POST emailVerifications/signin").body
    assert len(body.pop("sessionPublicKey")) == 66
    assert body == {"verificationUUID": "v-1", "verificationToken": "123456", "allowNewMFALinking": True}
    assert session.token == client.state.token == "token-1"
    assert client.state.user is not None
    assert client.state.user.id == "u-1"
    assert client.state.expires_at == api.clock.now() + 3600
    assert client.state.mfa_token == "m-1"
    assert client.state.signed_in


def test_an_email_code_of_a_signed_in_user_proves_the_address_again(api: FakeApi) -> None:
    client = api.signed_in()
    api.answer("POST emailVerifications/verify", api.session("token-2", nextView="done"))
    verification = client.send_email_otp("ann@example.org")
    session = client.verify_otp(verification, "123456", requested_scopes=["credential:link"])
    assert api.last("POST emailVerifications/verify").body["requestedScopes"] == ["credential:link"]
    assert session.next_view == "done"
    assert client.state.token == "token-2"


def test_an_external_token_signs_in(api: FakeApi) -> None:
    client = api.connect()
    api.answer("POST externalAuth/signin", api.session())
    client.sign_in_with_external_jwt("a.b.c")
    assert api.last("POST externalAuth/signin").body["jwt"] == "a.b.c"
    assert client.state.signed_in


def test_every_call_carries_the_headers_of_the_wire(api: FakeApi) -> None:
    client = api.signed_in(api.connect(origin="https://app.example.org"))
    api.answer("GET users/mfa", {"count": 0, "devices": []})
    client.get_mfa_devices()
    client.get_mfa_devices()
    first, second = (seen.headers for seen in api.seen[-2:])
    assert first["authorization"] == "Bearer token-1"
    assert first["content-type"] == "application/json"
    assert first["origin"] == "https://app.example.org"
    assert first["x-dyn-api-version"] == "API/0.0.1125"
    assert first["x-dyn-version"] == "ClientSDK/1.27.1"
    assert first["x-dynamic-platform"] == "web"
    assert len(first["x-dyn-request-id"]) == 50
    assert first["x-dyn-request-id"].isalnum()
    assert first["x-dyn-request-id"] != second["x-dyn-request-id"]
    assert len(first["x-dyn-session-id"]) == 32
    assert first["x-dyn-session-id"] == second["x-dyn-session-id"]
    assert len(first["x-dyn-session-public-key"]) == 66


def test_a_signed_out_client_sends_no_token(api: FakeApi) -> None:
    api.connect().initialize()
    headers = api.last("GET settings").headers
    assert "authorization" not in headers
    assert "x-dyn-session-public-key" not in headers
    assert api.last("GET settings").query == {"sdkVersion": "ClientSDK/1.27.1"}


@pytest.mark.parametrize("endpoint", ["POST emailVerifications/signin", "POST refresh"])
def test_signing_in_and_refreshing_are_signed_by_the_device(api: FakeApi, endpoint: str) -> None:
    client = api.signed_in()
    api.answer("POST refresh", api.session())
    client.refresh_auth()
    headers = api.last(endpoint).headers
    point = bytes.fromhex(headers["x-dynamic-device-publickey"])
    signature = bytes.fromhex(headers["x-dynamic-device-signed-nonce"])
    assert len(point) == 33
    assert len(signature) == 64
    der = encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
    public_key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    public_key.verify(der, headers["x-dynamic-device-nonce"].encode(), ec.ECDSA(SHA256()))


def test_no_nonce_is_used_twice_and_the_pool_is_filled_again(api: FakeApi) -> None:
    client = api.signed_in()
    api.answer("POST refresh", api.session())
    for _ in range(6):
        client.refresh_auth()
    nonces = [
        seen.headers["x-dynamic-device-nonce"]
        for seen in api.seen
        if "x-dynamic-device-nonce" in seen.headers
    ]
    assert nonces == [f"nonce-{n}" for n in (0, 1, 2, 3, 4, 0, 1)]
    assert api.endpoints().count("GET nonces") == 2


def test_nonces_older_than_a_day_are_not_used(api: FakeApi) -> None:
    client = api.signed_in()
    api.answer("POST refresh", api.session())
    api.answer("GET nonces", {"nonces": ["fresh"]})
    api.clock.advance(24 * 3600)
    client.refresh_auth()
    assert api.last("POST refresh").headers["x-dynamic-device-nonce"] == "fresh"


def test_a_server_without_nonces_is_told_of(api: FakeApi) -> None:
    api.answer("GET nonces", {"nonces": []})
    with pytest.raises(
        ClientError, match=r"GET nonces answered with a malformed nonces: expected at least one"
    ):
        api.signed_in()


def test_device_and_session_keys_differ_and_device_headers_stay_off_mfa_calls(api: FakeApi) -> None:
    client = api.signed_in()
    api.answer("POST users/mfa/auth/totp", api.session())
    client.authenticate_totp_mfa_device("123456")
    sign_in = api.last("POST emailVerifications/signin").headers
    assert sign_in["x-dynamic-device-publickey"] != sign_in["x-dyn-session-public-key"]
    assert "x-dynamic-device-nonce" not in api.last("POST users/mfa/auth/totp").headers


def test_device_headers_can_be_left_out(api: FakeApi) -> None:
    api.signed_in(api.connect(sign_nonces=False))
    assert "x-dynamic-device-nonce" not in api.last("POST emailVerifications/signin").headers
    assert "GET nonces" not in api.endpoints()


def test_settings_are_asked_for_three_times_at_most(api: FakeApi) -> None:
    api.answer("GET settings", {"error": "down"}, status=503)
    with pytest.raises(ClientError, match="down"):
        api.connect().initialize()
    assert api.endpoints() == ["GET settings"] * 3


def test_settings_that_are_refused_are_not_asked_for_again(api: FakeApi) -> None:
    api.answer("GET settings", {"error": "no such environment"}, status=404)
    with pytest.raises(ClientError, match="no such environment"):
        api.connect().initialize()
    assert api.endpoints() == ["GET settings"]
