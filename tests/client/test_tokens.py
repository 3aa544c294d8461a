from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mfa_simulators.client import ClientError

if TYPE_CHECKING:
    from tests.client.conftest import FakeApi

    from mfa_simulators.client import MfaClient

ELEVATED = "x-dyn-elevated-access-token"
MFA = "x-mfa-auth-token"
REGISTRATION = {
    "id": "d-1",
    "type": "totp",
    "secret": "GEZDGNBVGY3TQOJQ",
    "uri": "otpauth://totp/a?secret=GE",
}


@pytest.fixture
def elevated(api: FakeApi) -> Any:
    """Signs a client in that holds an elevated token."""

    def signed_in(scope: object, **token: Any) -> MfaClient:
        api.answer("GET users/mfa/register/totp", REGISTRATION)
        api.answer("DELETE users/mfa/d-1", status=204)
        api.answer("POST refresh", api.session())
        return api.signed_in(elevatedAccessToken=api.elevated(scope, **token))

    return signed_in


def test_an_mfa_token_is_handed_out_once(api: FakeApi) -> None:
    client = api.signed_in(mfaToken="m-1")
    assert client.consume_mfa_token() == "m-1"
    with pytest.raises(ClientError, match="the client holds none") as caught:
        client.consume_mfa_token()
    assert caught.value.code == "mfa_token_required"


def test_a_deletion_consumes_the_mfa_token_and_refreshes(api: FakeApi) -> None:
    client = api.signed_in(mfaToken="m-1")
    api.answer("DELETE users/mfa/d-1", status=204)
    api.answer("POST refresh", api.session("token-2"))
    client.delete_mfa_device("d-1")
    seen = api.last("DELETE users/mfa/d-1").headers
    assert seen[MFA] == "m-1"
    assert ELEVATED not in seen
    assert client.state.mfa_token is None
    assert client.state.token == "token-2"


def test_a_refused_deletion_has_consumed_the_mfa_token_too(api: FakeApi) -> None:
    client = api.signed_in(mfaToken="m-1")
    api.answer("DELETE users/mfa/d-1", {"error": "no", "code": "mfa_token_invalid"}, status=403)
    with pytest.raises(ClientError):
        client.delete_mfa_device("d-1")
    assert client.state.mfa_token is None
    assert "POST refresh" not in api.endpoints()


def test_a_deletion_may_be_tried_with_a_token_given_or_with_none(api: FakeApi) -> None:
    client = api.signed_in(mfaToken="m-1")
    api.answer("DELETE users/mfa/d-1", status=204)
    api.answer("POST refresh", api.session())
    client.delete_mfa_device("d-1", mfa_token="stolen\xff")
    assert (
        api.last("DELETE users/mfa/d-1").headers.raw.count((b"x-mfa-auth-token", "stolen\xff".encode())) == 1
    )
    client.delete_mfa_device("d-1", mfa_token=None)
    assert MFA not in api.last("DELETE users/mfa/d-1").headers
    assert client.state.mfa_token == "m-1"


def test_a_deletion_stands_although_the_session_ended_with_it(api: FakeApi) -> None:
    client = api.signed_in(mfaToken="m-1")
    told: list[Any] = []
    client.events.on("refreshFailure", told.append)
    api.answer("DELETE users/mfa/d-1", status=204)
    api.answer("POST refresh", {"error": "revoked", "code": "unauthorized"}, status=401)
    client.delete_mfa_device("d-1")
    assert [event["error"].status for event in told] == [401]


def test_an_elevated_token_goes_to_the_calls_of_its_scope_only(api: FakeApi, elevated: Any) -> None:
    client = elevated("credential:link")
    client.register_totp_mfa_device()
    client.delete_mfa_device("d-1")
    assert ELEVATED in api.last("GET users/mfa/register/totp").headers
    assert ELEVATED not in api.last("DELETE users/mfa/d-1").headers
    assert len(client.state.elevated_tokens) == 1  # not single-use: kept


def test_an_elevated_token_to_unlink_goes_with_an_empty_mfa_token(api: FakeApi, elevated: Any) -> None:
    client = elevated("credential:unlink")
    client.delete_mfa_device("d-1")
    seen = api.last("DELETE users/mfa/d-1").headers
    assert seen[MFA] == ""
    assert seen[ELEVATED] == api.elevated("credential:unlink")


def test_a_single_use_token_is_gone_when_sent_even_if_refused(api: FakeApi, elevated: Any) -> None:
    client = elevated("credential:link user:update", single_use=True)
    api.answer("GET users/mfa/register/totp", {"error": "limit", "code": "mfa_device_limit"}, status=401)
    with pytest.raises(ClientError):
        client.register_totp_mfa_device()
    assert client.state.elevated_tokens == ()  # all its scopes with it
    with pytest.raises(ClientError):
        client.register_totp_mfa_device()
    assert ELEVATED not in api.last("GET users/mfa/register/totp").headers


def test_an_expired_token_is_dropped_by_the_clients_clock(api: FakeApi, elevated: Any) -> None:
    client = elevated("credential:link", seconds=300)
    api.clock.advance(299)
    client.register_totp_mfa_device()
    assert ELEVATED in api.last("GET users/mfa/register/totp").headers
    api.clock.advance(1)
    client.register_totp_mfa_device()
    assert ELEVATED not in api.last("GET users/mfa/register/totp").headers
    assert client.state.elevated_tokens == ()


def test_the_newest_token_of_a_scope_set_wins(api: FakeApi, elevated: Any) -> None:
    client = elevated("wallet:sign credential:link")
    newer = api.elevated("credential:link wallet:sign", seconds=900)
    api.answer("POST refresh", api.session(elevatedAccessToken=newer))
    client.refresh_auth()
    assert [held.token for held in client.state.elevated_tokens] == [newer]


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "e30.e30.e30", "a.!!!.c", "a." + "W" * 7 + ".c"])
def test_a_token_that_says_nothing_is_not_kept(api: FakeApi, token: str) -> None:
    client = api.signed_in(elevatedAccessToken=token)
    assert client.state.elevated_tokens == ()


def test_a_token_expired_on_arrival_is_not_kept(elevated: Any) -> None:
    assert elevated("credential:link", seconds=-1).state.elevated_tokens == ()


def test_a_scope_that_is_no_string_is_refused_and_changes_nothing(api: FakeApi, elevated: Any) -> None:
    with pytest.raises(ClientError, match=r"elevatedAccessToken\.scope: expected one string") as caught:
        elevated(["credential:link"])
    assert caught.value.code == "malformed_answer"
    client = api.connect()
    with pytest.raises(ClientError):
        client.verify_otp(client.send_email_otp("ann@example.org"), "123456")
    assert not client.state.signed_in


@pytest.mark.parametrize(("action", "kept"), [("user.update", None), ("wallet.waas.sign", "m-1")])
def test_a_user_update_uses_the_mfa_token_up_where_it_is_protected(
    api: FakeApi, action: str, kept: str | None
) -> None:
    api.settings(actions=[{"action": action, "required": True}])
    client = api.connect()
    client.initialize()
    api.signed_in(client, mfaToken="m-1")
    api.answer("PUT users", api.session())
    client.update_user(alias="ann")
    assert api.last("PUT users").headers[MFA] == "m-1"
    assert client.state.mfa_token == kept


def test_an_elevated_token_makes_the_mfa_token_unnecessary(api: FakeApi) -> None:
    client = api.signed_in(mfaToken="m-1", elevatedAccessToken=api.elevated("user:update"))
    api.answer("PUT users", api.session())
    client.update_user(alias="ann")
    seen = api.last("PUT users").headers
    assert ELEVATED in seen
    assert MFA not in seen
    assert client.state.mfa_token == "m-1"


def test_an_acknowledgement_uses_no_elevated_token_up(api: FakeApi) -> None:
    client = api.signed_in(elevatedAccessToken=api.elevated("user:update", single_use=True))
    api.answer("PUT users", api.session())
    client.acknowledge_recovery_codes()
    assert ELEVATED not in api.last("PUT users").headers
    assert len(client.state.elevated_tokens) == 1
