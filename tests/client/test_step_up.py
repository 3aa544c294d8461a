from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from tests.client.conftest import FakeApi

SIGN = {"action": "wallet.waas.sign", "required": True}


def test_the_server_says_whether_and_how_to_step_up(api: FakeApi) -> None:
    client = api.signed_in()
    credential = {"id": "d-1", "format": "totp", "type": "totp"}
    answer = {"isRequired": True, "credentials": [credential], "defaultCredentialId": "d-1"}
    api.answer("POST stepUp/check", answer)
    step_up = client.check_step_up_auth("wallet:export")
    assert api.last("POST stepUp/check").body == {"scope": "wallet:export"}
    assert step_up.is_required
    assert [credential.id for credential in step_up.credentials] == ["d-1"]
    assert step_up.default_credential_id == "d-1"


def test_a_held_token_answers_without_asking_and_is_not_spent(api: FakeApi) -> None:
    client = api.signed_in(elevatedAccessToken=api.elevated("wallet:export wallet:sign", single_use=True))
    assert not client.check_step_up_auth("wallet:sign").is_required
    assert "POST stepUp/check" not in api.endpoints()
    assert len(client.state.elevated_tokens) == 1


def test_a_token_for_a_scope_that_only_begins_alike_does_not_answer(api: FakeApi) -> None:
    client = api.signed_in(elevatedAccessToken=api.elevated("wallet:signature"))
    api.answer("POST stepUp/check", {"isRequired": True, "credentials": []})
    assert client.check_step_up_auth("wallet:sign").is_required


@pytest.mark.parametrize(
    "answer", [{"status": 500, "body": {"error": "x"}}, {"raw": b"<html>"}, {"body": {}}]
)
def test_a_check_that_fails_counts_as_required(api: FakeApi, answer: dict[str, Any]) -> None:
    client = api.signed_in()
    api.answer("POST stepUp/check", **answer)
    assert client.check_step_up_auth("wallet:sign").is_required


def test_a_check_that_does_not_arrive_counts_as_required(api: FakeApi) -> None:
    client = api.signed_in()
    api.fail("POST stepUp/check", httpx.ConnectError("refused"))
    assert client.check_step_up_auth("wallet:sign").is_required


@pytest.mark.parametrize(
    ("mfa", "has_methods", "needed"),
    [
        ({"actions": []}, True, False),
        ({"actions": [{**SIGN, "required": False}], "required": True}, True, False),
        ({"actions": [{**SIGN, "action": "wallet.waas.export"}], "required": True}, True, False),
        ({"actions": [SIGN], "required": True}, False, True),
        ({"actions": [SIGN]}, True, True),
        ({"actions": [SIGN]}, False, False),
    ],
)
def test_an_action_needs_mfa_when_listed_and_mfa_is_required_or_set_up(
    api: FakeApi, mfa: dict[str, Any], *, has_methods: bool, needed: bool
) -> None:
    api.settings(**mfa)
    client = api.signed_in()
    methods = {"devices": [], "passkeys": [], "userHasVerifiedMfaMethods": has_methods}
    api.answer("GET users/mfa/methods", methods)
    assert client.is_mfa_required_for_action("wallet.waas.sign") is needed


def test_an_action_needs_mfa_when_the_methods_cannot_be_read(api: FakeApi) -> None:
    api.settings(actions=[SIGN])
    client = api.signed_in()
    api.answer("GET users/mfa/methods", {"error": "down"}, status=500)
    assert client.is_mfa_required_for_action("wallet.waas.sign")
