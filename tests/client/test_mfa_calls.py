from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mfa_simulators.client import ClientError, OtpVerification

if TYPE_CHECKING:
    from tests.client.conftest import FakeApi

DEVICE = {
    "id": "d-1",
    "type": "totp",
    "verified": True,
    "default": True,
    "createdAt": "2026-01-01T00:00:00.000Z",
    "verifiedAt": None,
    "somethingNew": {"a": 1},
}


def test_devices_are_read_with_whatever_else_they_carry(api: FakeApi) -> None:
    client = api.signed_in()
    api.answer("GET users/mfa", {"count": 1, "devices": [DEVICE]})
    api.answer("GET users/mfa/d-1", DEVICE)
    (device,) = client.get_mfa_devices()
    assert device == client.get_mfa_device("d-1")
    assert (device.id, device.type, device.verified, device.default) == ("d-1", "totp", True, True)
    assert device.created_at == "2026-01-01T00:00:00.000Z"
    assert device.verified_at is None


@pytest.mark.parametrize(("asked", "sent"), [({}, "true"), ({"verified_only": False}, "false")])
def test_methods_are_the_verified_ones_unless_asked_otherwise(
    api: FakeApi, asked: dict[str, bool], sent: str
) -> None:
    client = api.signed_in()
    passkey = {"id": "p-1", "credentialId": "AQ", "createdAt": "2026-01-01T00:00:00.000Z"}
    api.answer(
        "GET users/mfa/methods",
        {"devices": [DEVICE], "passkeys": [passkey], "userHasVerifiedMfaMethods": True},
    )
    methods = client.get_mfa_methods(**asked)
    assert api.last("GET users/mfa/methods").query == {"verifiedOnly": sent}
    assert methods.user_has_verified_mfa_methods
    assert methods.passkeys[0].credential_id == "AQ"


def test_an_app_is_enrolled_by_either_route(api: FakeApi) -> None:
    client = api.signed_in()
    uri = "otpauth://totp/Acme:ann?secret=GEZDGNBVGY3TQOJQ&issuer=Acme"
    api.answer(
        "GET users/mfa/register/totp",
        {"id": "d-1", "type": "totp", "secret": "GEZDGNBVGY3TQOJQ", "uri": uri},
    )
    api.answer("POST users/mfa/register/totp", DEVICE)
    api.answer("POST users/mfa/auth/totp", api.session("token-2"))
    registration = client.register_totp_mfa_device()
    assert (registration.id, registration.uri) == ("d-1", uri)
    assert client.verify_totp_mfa_device("123456").verified
    assert api.last("POST users/mfa/register/totp").body == {"type": "totp", "code": "123456"}
    assert client.state.token == "token-1"  # this route leaves the session as it was
    client.authenticate_totp_mfa_device("123456", device_id=registration.id)
    assert api.last("POST users/mfa/auth/totp").body == {"code": "123456", "id": "d-1"}
    assert client.state.token == "token-2"


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ({}, {}),
        ({"create_mfa_token": True}, {"createMfaToken": {"singleUse": True}}),
        ({"create_mfa_token": False}, {"createMfaToken": {"singleUse": False}}),
        ({"requested_scopes": ("credential:link",)}, {"requestedScopes": ["credential:link"]}),
    ],
)
def test_tokens_are_asked_for_only_when_wanted(
    api: FakeApi, asked: dict[str, Any], sent: dict[str, Any]
) -> None:
    client = api.signed_in()
    for method in ("totp", "recovery", "email"):
        api.answer(f"POST users/mfa/auth/{method}", api.session(mfaToken="m-1"))
    client.authenticate_totp_mfa_device("123456", **asked)
    client.authenticate_mfa_recovery_code("ABCDEFGHIJ", **asked)
    client.authenticate_mfa_email(OtpVerification(verification_uuid="v-1"), "123456", **asked)
    assert api.last("POST users/mfa/auth/totp").body == {"code": "123456", **sent}
    assert api.last("POST users/mfa/auth/recovery").body == {"code": "ABCDEFGHIJ", **sent}
    email = {"verificationUUID": "v-1", "verificationToken": "123456"}
    assert api.last("POST users/mfa/auth/email").body == {**email, **sent}


def test_a_code_goes_out_once_whatever_comes_back(api: FakeApi) -> None:
    client = api.signed_in()
    api.answer("POST users/mfa/auth/totp", {"error": "try again"}, status=503)
    with pytest.raises(ClientError):
        client.authenticate_totp_mfa_device("123456")
    assert api.endpoints().count("POST users/mfa/auth/totp") == 1


@pytest.mark.parametrize(
    "code", [123456, ["123456"], None, {}, "\uff11\uff12\uff13\uff14\uff15\uff16", "12\x00456", "\ud800"]
)
def test_a_code_of_any_kind_reaches_the_server_as_it_is(api: FakeApi, code: Any) -> None:
    client = api.signed_in()
    api.answer("POST users/mfa/auth/totp", {"error": "bad", "code": "bad_request"}, status=400)
    with pytest.raises(ClientError):
        client.authenticate_totp_mfa_device(code)
    assert api.last("POST users/mfa/auth/totp").body == {"code": code}


def test_completion_is_told_with_token_and_device(api: FakeApi) -> None:
    client = api.signed_in()
    told: list[Any] = []
    client.events.on("mfaCompletionSuccess", told.append)
    api.answer("POST users/mfa/auth/totp", api.session(mfaToken="m-1"))
    api.answer("POST users/mfa/auth/recovery", api.session())
    client.authenticate_totp_mfa_device("123456", device_id="d-1")
    client.authenticate_mfa_recovery_code("ABCDEFGHIJ")
    assert told == [{"mfa_token": "m-1", "device_id": "d-1"}, {}]


def test_failure_is_told_with_its_error(api: FakeApi) -> None:
    client = api.signed_in()
    told: list[Any] = []
    off = client.events.on("mfaCompletionFailure", told.append)
    api.answer("POST users/mfa/auth/totp", {"error": "Invalid", "code": "mfa_invalid_code"}, status=422)
    for _ in range(2):
        with pytest.raises(ClientError):
            client.authenticate_totp_mfa_device("123456", device_id="d-1")
        off()
    assert [(event["error"].kind, event["device_id"]) for event in told] == [("invalid_code", "d-1")]


def test_a_listener_may_hear_one_event_only(api: FakeApi) -> None:
    client = api.signed_in()
    told: list[Any] = []
    client.events.once("mfaCompletionSuccess", told.append)
    api.answer("POST users/mfa/auth/recovery", api.session())
    client.authenticate_mfa_recovery_code("ABCDEFGHIJ")
    client.authenticate_mfa_recovery_code("KLMNOPQRST")
    assert told == [{}]


def test_recovery_codes_are_read_renewed_and_acknowledged(api: FakeApi) -> None:
    client = api.signed_in(user=api.user(mfaBackupCodeAcknowledgement="pending"), mfaToken="m-1")
    api.answer("GET users/mfa/recovery", {"count": 2, "recoveryCodes": ["A", "B"]})
    api.answer("POST users/mfa/recovery", {"count": 2, "recoveryCodes": ["C", "D"]})
    api.answer("PUT users", api.session(user=api.user(mfaBackupCodeAcknowledgement="complete")))
    assert client.get_mfa_recovery_codes() == ("A", "B")
    assert client.create_new_mfa_recovery_codes() == ("C", "D")
    assert api.last("POST users/mfa/recovery").raw == b""
    client.acknowledge_recovery_codes()
    seen = api.last("PUT users")
    assert seen.body == {"mfaBackupCodeAcknowledgement": "complete"}
    assert seen.headers["x-mfa-auth-token"] == "m-1"
    assert client.state.mfa_token == "m-1"  # an acknowledgement does not use it up
    assert not client.is_pending_recovery_codes_acknowledgment()


def test_the_default_device_is_set_without_a_body(api: FakeApi) -> None:
    client = api.signed_in()
    api.answer("PUT users/mfa/d-1", status=204)
    client.set_default_mfa_device("d-1")
    assert api.last("PUT users/mfa/d-1").raw == b""


def test_a_device_id_cannot_leave_its_place_in_the_path(api: FakeApi) -> None:
    client = api.signed_in()
    with pytest.raises(ClientError):
        client.get_mfa_device("../recovery?x=1")
    assert api.endpoints()[-1] == "GET users/mfa/../recovery?x=1"  # decoded: one segment on the wire
