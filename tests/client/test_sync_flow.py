from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mfa_simulators.client import ClientError

if TYPE_CHECKING:
    from tests.client.conftest import FakeApi

    from mfa_simulators.client import MfaClient

GATED = "requiresAdditionalAuth"


@pytest.fixture
def calls() -> list[str]:
    return []


@pytest.fixture
def client(api: FakeApi, calls: list[str]) -> MfaClient:
    client = api.connect()
    client.on_mfa_required(calls.append)
    return client


def test_the_handler_runs_when_a_login_owes_mfa(api: FakeApi, client: MfaClient, calls: list[str]) -> None:
    api.signed_in(client, user=api.user(scope=GATED))
    assert calls == ["mfa"]


def test_the_handler_runs_when_recovery_codes_are_pending(
    api: FakeApi, client: MfaClient, calls: list[str]
) -> None:
    api.signed_in(client, user=api.user(mfaBackupCodeAcknowledgement="pending"))
    assert calls == ["recovery_codes"]


def test_the_handler_stays_quiet_when_nothing_is_pending(
    api: FakeApi, client: MfaClient, calls: list[str]
) -> None:
    api.signed_in(client)
    assert calls == []


def test_the_handler_runs_once_a_login_and_again_after_logout(
    api: FakeApi, client: MfaClient, calls: list[str]
) -> None:
    gated = api.user(scope=GATED)
    api.signed_in(client, user=gated)
    api.answer("GET users", gated)
    api.answer("POST refresh", api.session(user=gated))
    client.refresh_user()
    client.refresh_auth()
    api.answer("POST users/mfa/auth/totp", api.session(user=api.user(mfaBackupCodeAcknowledgement="pending")))
    client.authenticate_totp_mfa_device("123456")
    assert calls == ["mfa"]
    client.logout()
    api.signed_in(client, user=gated)
    assert calls == ["mfa", "mfa"]


def test_enrolling_of_ones_own_will_runs_the_handler_for_the_codes(
    api: FakeApi, client: MfaClient, calls: list[str]
) -> None:
    api.signed_in(client)
    api.answer("POST users/mfa/auth/totp", api.session(user=api.user(mfaBackupCodeAcknowledgement="pending")))
    client.authenticate_totp_mfa_device("123456")
    assert calls == ["recovery_codes"]


def test_a_handler_set_late_runs_at_once(api: FakeApi, calls: list[str]) -> None:
    client = api.signed_in(user=api.user(scope=GATED))
    client.on_mfa_required(calls.append)
    client.on_mfa_required(calls.append)
    assert calls == ["mfa"]


def test_the_handler_runs_again_after_a_reload(api: FakeApi, client: MfaClient, calls: list[str]) -> None:
    api.signed_in(client, user=api.user(scope=GATED))
    client.restore(client.state)
    assert calls == ["mfa", "mfa"]


def test_the_handler_may_meet_the_challenge_itself(api: FakeApi) -> None:
    client = api.connect()
    api.answer("POST users/mfa/auth/totp", api.session("token-2"))
    client.on_mfa_required(lambda _: (client.authenticate_totp_mfa_device("123456"), None)[1])
    api.signed_in(client, user=api.user(scope=GATED))
    assert client.state.token == "token-2"
    assert not client.is_user_missing_mfa_auth()


def test_what_the_handler_raises_comes_out_and_the_session_is_kept(api: FakeApi) -> None:
    client = api.connect()
    client.on_mfa_required(lambda _: (client.authenticate_totp_mfa_device("123456"), None)[1])
    api.answer("POST users/mfa/auth/totp", {"error": "Invalid", "code": "mfa_invalid_code"}, status=422)
    with pytest.raises(ClientError, match="Invalid"):
        api.signed_in(client, user=api.user(scope=GATED))
    assert client.state.signed_in
