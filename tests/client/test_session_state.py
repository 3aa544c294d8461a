from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mfa_simulators.client import ClientError, ClientState

if TYPE_CHECKING:
    from tests.client.conftest import FakeApi


def test_every_verify_response_replaces_token_user_and_expiry(api: FakeApi) -> None:
    client = api.signed_in(user=api.user(scope="requiresAdditionalAuth"))
    assert client.is_user_missing_mfa_auth()
    api.clock.advance(60)
    api.answer("POST users/mfa/auth/totp", api.session("token-2"))
    api.answer("GET users/mfa", {"count": 0, "devices": []})
    client.authenticate_totp_mfa_device("123456")
    client.get_mfa_devices()
    assert client.state.expires_at == api.clock.now() + 3600
    assert not client.is_user_missing_mfa_auth()
    assert api.last("GET users/mfa").headers["authorization"] == "Bearer token-2"


def test_an_answer_without_a_token_leaves_the_client_without_one(api: FakeApi) -> None:
    client = api.signed_in()
    api.answer("POST refresh", api.session(None))
    api.answer("GET users", api.user())
    client.refresh_auth()
    client.refresh_user()
    assert client.state.token is None
    assert "authorization" not in api.last("GET users").headers


def test_an_mfa_token_is_replaced_only_by_another(api: FakeApi) -> None:
    client = api.signed_in(mfaToken="m-1")
    api.answer("POST refresh", api.session(mfaToken=""))
    client.refresh_auth()
    assert client.state.mfa_token == "m-1"
    api.answer("POST refresh", api.session(mfaToken="m-2"))
    client.refresh_auth()
    assert client.state.mfa_token == "m-2"


def test_reading_the_user_again_changes_the_user_only(api: FakeApi) -> None:
    client = api.signed_in()
    before = client.state
    api.answer("GET users", api.user(scope="requiresAdditionalAuth", firstName="Ann"))
    user = client.refresh_user()
    assert user.first_name == "Ann"
    assert client.state == ClientState(token=before.token, user=user, expires_at=before.expires_at)


@pytest.mark.parametrize(
    ("scope", "missing"),
    [
        ("requiresAdditionalAuth", True),
        ("userDataForm requiresAdditionalAuth", True),
        ("userDataForm\trequiresAdditionalAuth\n", True),
        ("x-requiresAdditionalAuth-y", False),
        ("requiresAdditionalAuthentication", False),
        ("user:basic", False),
        ("", False),
        (None, False),
    ],
)
def test_scope_is_tested_on_the_split_list(api: FakeApi, scope: str | None, *, missing: bool) -> None:
    client = api.signed_in(user=api.user(scope=scope))
    assert client.is_user_missing_mfa_auth() is missing


@pytest.mark.parametrize(
    ("acknowledgement", "pending"), [("pending", True), ("complete", False), (None, False)]
)
def test_recovery_codes_are_pending_by_the_users_word(
    api: FakeApi, acknowledgement: str | None, *, pending: bool
) -> None:
    client = api.signed_in(user=api.user(mfaBackupCodeAcknowledgement=acknowledgement))
    assert client.is_pending_recovery_codes_acknowledgment() is pending


@pytest.mark.parametrize(
    "question", ["is_user_missing_mfa_auth", "is_pending_recovery_codes_acknowledgment", "next_mfa_step"]
)
def test_what_is_due_is_no_question_for_a_signed_out_client(api: FakeApi, question: str) -> None:
    with pytest.raises(ClientError, match="nobody is signed in") as caught:
        getattr(api.connect(), question)()
    assert caught.value.code == "not_signed_in"
    assert caught.value.status is None


@pytest.mark.parametrize(
    ("user", "has_methods", "step"),
    [
        ({"scope": "requiresAdditionalAuth"}, False, "enrol"),
        ({"scope": "requiresAdditionalAuth"}, True, "challenge"),
        ({"mfaBackupCodeAcknowledgement": "pending"}, True, "recovery_codes"),
        ({}, True, None),
    ],
)
def test_the_next_step_follows_scope_methods_and_acknowledgement(
    api: FakeApi, user: dict[str, Any], step: str | None, *, has_methods: bool
) -> None:
    # A device that was never verified is listed all the same: it must not make a challenge of an enrolment.
    client = api.signed_in(user=api.user(**user))
    devices = [{"id": "d-1", "type": "totp", "verified": False}]
    api.answer(
        "GET users/mfa/methods",
        {"devices": devices, "passkeys": [], "userHasVerifiedMfaMethods": has_methods},
    )
    assert client.next_mfa_step() == step


def test_logging_out_tells_the_server_and_forgets_everything(api: FakeApi) -> None:
    client = api.signed_in(mfaToken="m-1", elevatedAccessToken=api.elevated("credential:link"))
    key = api.last("POST emailVerifications/signin").headers["x-dyn-session-public-key"]
    told: list[Any] = []
    client.events.on("logout", told.append)
    client.logout()
    revoke = api.last("POST revoke").headers
    assert revoke["x-dyn-logout-reason"] == "user-intent"
    assert revoke["authorization"] == "Bearer token-1"
    assert client.state == ClientState()
    assert told == [{"reason": "user-intent"}]
    api.signed_in(client)
    assert api.last("POST emailVerifications/signin").headers["x-dyn-session-public-key"] != key


def test_logging_out_succeeds_although_the_server_refuses(api: FakeApi) -> None:
    client = api.signed_in()
    api.answer("POST revoke", {"error": "expired"}, status=401)
    client.logout()
    assert not client.state.signed_in


def test_a_signed_out_client_has_nothing_to_revoke(api: FakeApi) -> None:
    api.connect().logout()
    assert api.endpoints() == []


def test_a_refusal_with_401_does_not_log_out(api: FakeApi) -> None:
    client = api.signed_in()
    before = client.state
    api.answer("GET users/mfa", {"error": "Unauthorized"}, status=401)
    with pytest.raises(ClientError) as caught:
        client.get_mfa_devices()
    assert caught.value.kind == "unauthorized"
    assert client.state == before


def test_an_expired_session_is_left_only_when_asked(api: FakeApi) -> None:
    client = api.signed_in()
    api.answer("GET users/mfa", {"count": 0, "devices": []})
    assert not client.logout_if_expired()
    api.clock.advance(3600)
    client.get_mfa_devices()
    assert api.last("GET users/mfa").headers["authorization"] == "Bearer token-1"
    assert client.logout_if_expired()
    assert api.last("POST revoke").headers["x-dyn-logout-reason"] == "token-expired"
    assert not client.state.signed_in


def test_deleting_the_user_ends_the_session_without_revoking_it(api: FakeApi) -> None:
    client = api.signed_in(mfaToken="m-1")
    api.answer("DELETE users", status=204)
    client.delete_user()
    assert api.last("DELETE users").headers["x-mfa-auth-token"] == "m-1"
    assert not client.state.signed_in
    assert "POST revoke" not in api.endpoints()


def test_a_kept_session_is_taken_up_without_a_request(api: FakeApi) -> None:
    state = api.signed_in(mfaToken="m-1", elevatedAccessToken=api.elevated("user:update")).state
    reloaded = api.connect()
    asked = len(api.seen)
    reloaded.restore(state)
    assert reloaded.state == state
    assert len(api.seen) == asked


def test_fields_of_the_user_are_written_as_on_the_wire(api: FakeApi) -> None:
    client = api.signed_in()
    api.answer("PUT users", api.session("token-2", user=api.user(firstName="Ann"), nextView="done"))
    session = client.update_user(first_name="Ann", email="ann@example.org")
    assert api.last("PUT users").body == {"firstName": "Ann", "email": "ann@example.org"}
    assert session.user.first_name == "Ann"
    assert client.state.token == "token-2"
