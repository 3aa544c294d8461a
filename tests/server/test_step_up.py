"""MFA tokens, elevated tokens, protected actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

SIGN = {"actions": ["wallet.waas.sign"]}


def test_an_mfa_token_comes_on_request_only(site: Any) -> None:
    person = site.enrolled()
    assert "mfaToken" not in person.answer_totp(person.fresh_code()).json()
    assert person.mfa_token()
    first, second, *_ = person.codes()
    assert "mfaToken" not in person.answer_recovery(first).json()
    assert person.answer_recovery(second, createMfaToken={"singleUse": False}).json()["mfaToken"]


def test_a_single_use_token_is_good_for_one_call(
    make: Callable[..., Any], refused: Callable[..., None]
) -> None:
    person = make(**SIGN).enrolled()
    token = person.mfa_token()
    path = "/wallets/actions/sign"
    done = person.call("POST", path, x_mfa_auth_token=token)
    assert done.json() == {"action": "wallet.waas.sign", "done": True}
    refused(person.call("POST", path, x_mfa_auth_token=token), 403, "mfa_token_invalid")


def test_a_token_for_many_uses_lives_in_its_session_and_as_long(
    make: Callable[..., Any], refused: Callable[..., None]
) -> None:
    site = make(**SIGN)
    person = site.enrolled()
    token = person.mfa_token(single_use=False)
    for _ in range(3):
        assert person.call("POST", "/wallets/actions/sign", x_mfa_auth_token=token).status_code == 200
    other = person.again()
    refused(other.call("POST", "/wallets/actions/sign", x_mfa_auth_token=token), 403, "mfa_token_invalid")
    assert person.call("POST", "/wallets/actions/sign", x_mfa_auth_token=token).status_code == 200
    assert person.call("POST", "/revoke").status_code == 204
    answer = other.call("POST", "/wallets/actions/sign", x_mfa_auth_token=token)
    refused(answer, 403, "mfa_token_invalid")


def test_a_token_may_be_given_a_life(make: Callable[..., Any]) -> None:
    site = make(**SIGN, mfa_token_seconds=60)
    person = site.enrolled()
    token = person.mfa_token(single_use=False)
    site.clock.advance(59)
    assert person.call("POST", "/wallets/actions/sign", x_mfa_auth_token=token).status_code == 200
    site.clock.advance(1)
    assert person.call("POST", "/wallets/actions/sign", x_mfa_auth_token=token).status_code == 403


def test_tokens_of_another_user_are_refused(make: Callable[..., Any], refused: Callable[..., None]) -> None:
    site = make(**SIGN)
    ada, bob = site.enrolled("ada@example.org"), site.enrolled("bob@example.org")
    mfa, elevated = bob.mfa_token(), bob.elevated("wallet:sign")
    path = "/wallets/actions/sign"
    refused(ada.call("POST", path, x_mfa_auth_token=mfa), 403, "mfa_token_invalid")
    answer = ada.call("POST", path, x_dyn_elevated_access_token=elevated)
    refused(answer, 403, "elevated_access_token_required")
    assert bob.call("POST", path, x_mfa_auth_token=mfa).status_code == 200
    assert bob.call("POST", path, x_dyn_elevated_access_token=elevated).status_code == 200


@pytest.mark.parametrize(
    ("actions", "enrollment", "enrolled", "status"),
    [
        ([], "none", True, 200),
        (["wallet.waas.export"], "none", True, 200),
        (["wallet.waas.sign"], "none", True, 403),
        (["wallet.waas.sign"], "none", False, 200),
        (["wallet.waas.sign"], "action", False, 403),
        ([{"action": "wallet.waas.sign", "required": False}], "action", True, 200),
    ],
)
def test_an_action_takes_a_proof_where_it_is_switched_on(
    make: Callable[..., Any], actions: Any, enrollment: str, enrolled: bool, status: int
) -> None:
    site = make(actions=actions, enrollment=enrollment)
    person = site.enrolled() if enrolled else site.sign_in()
    assert person.call("POST", "/wallets/actions/sign").status_code == status


def test_exporting_always_takes_a_proof_under_the_newer_version(make: Callable[..., Any]) -> None:
    person = make(min_api_version="2026_04_01").sign_in()
    assert person.call("POST", "/wallets/actions/export").status_code == 403
    assert person.call("POST", "/wallets/actions/sign").status_code == 200


def test_an_unknown_action_is_not_found(site: Any, refused: Callable[..., None]) -> None:
    refused(site.sign_in().call("POST", "/wallets/actions/melt"), 404, "not_found")


def test_an_elevated_token_has_the_claims_that_clients_read(site: Any) -> None:
    person = site.enrolled()
    for scopes, single, seconds in (
        (["wallet:sign"], True, 300),
        (["credential:link"], False, 600),
        (["credential:unlink", "wallet:export"], True, 300),
    ):
        token = person.elevated(*scopes)
        claims = jwt.decode(token, options={"verify_signature": False})
        assert claims["scope"] == " ".join(scopes)
        assert claims["singleUse"] is single
        assert claims["exp"] - claims["iat"] == seconds


def test_the_settings_of_an_action_shape_its_token(make: Callable[..., Any]) -> None:
    action = {"action": "wallet.waas.sign", "tokenBehavior": "time_bound", "tokenExpirySeconds": 42}
    claims = jwt.decode(
        make(actions=[action]).enrolled().elevated("wallet:sign"), options={"verify_signature": False}
    )
    assert (claims["singleUse"], claims["exp"] - claims["iat"]) == (False, 42)


def test_an_elevated_token_opens_its_own_scope_only(make: Callable[..., Any]) -> None:
    person = make(actions=["wallet.waas.sign", "wallet.waas.export", "wallet.waas.reshare"]).enrolled()
    token = person.elevated("wallet:sign")
    for action, status in (("export", 403), ("reshare", 403), ("sign", 200)):
        answer = person.call("POST", f"/wallets/actions/{action}", x_dyn_elevated_access_token=token)
        assert answer.status_code == status, action


def test_a_single_use_elevated_token_is_used_up_as_a_whole(make: Callable[..., Any]) -> None:
    person = make(actions=["wallet.waas.sign", "wallet.waas.export"]).enrolled()
    token = person.elevated("wallet:sign", "wallet:export")
    assert person.call("POST", "/wallets/actions/sign", x_dyn_elevated_access_token=token).status_code == 200
    assert (
        person.call("POST", "/wallets/actions/export", x_dyn_elevated_access_token=token).status_code == 403
    )


@pytest.mark.parametrize(("scope", "seconds"), [("wallet:sign", 300), ("user:update", 600)])
def test_an_elevated_token_expires(make: Callable[..., Any], scope: str, seconds: int) -> None:
    site = make(actions=["wallet.waas.sign", "user.update"])
    person = site.enrolled()

    def use(token: str) -> int:
        if scope == "wallet:sign":
            return int(
                person.call("POST", "/wallets/actions/sign", x_dyn_elevated_access_token=token).status_code
            )
        return int(
            person.call("PUT", "/users", {"alias": "x"}, x_dyn_elevated_access_token=token).status_code
        )

    for passed, status in ((seconds - 8, 200), (seconds, 403)):
        token = person.elevated(scope)
        site.clock.advance(passed)
        assert use(token) == status


def test_a_time_bound_token_is_good_until_it_expires(make: Callable[..., Any]) -> None:
    person = make(actions=["user.update"]).enrolled()
    token = person.elevated("user:update")
    for _ in range(3):
        answer = person.call("PUT", "/users", {"alias": "x"}, x_dyn_elevated_access_token=token)
        assert answer.status_code == 200


def test_an_elevated_token_dies_with_its_session(make: Callable[..., Any]) -> None:
    person = make(**SIGN).enrolled()
    other = person.again()
    token = person.elevated("wallet:sign")
    person.call("POST", "/revoke")
    assert other.call("POST", "/wallets/actions/sign", x_dyn_elevated_access_token=token).status_code == 403


def test_an_elevated_token_is_no_session_token_and_the_reverse(
    make: Callable[..., Any], refused: Callable[..., None]
) -> None:
    person = make(**SIGN).enrolled()
    elevated = person.elevated("wallet:sign")
    refused(person.site.call("GET", "/users", token=elevated), 401, "unauthorized")
    answer = person.call("POST", "/wallets/actions/sign", x_dyn_elevated_access_token=person.token)
    refused(answer, 403, "elevated_access_token_required")


@pytest.mark.parametrize(
    "scope", ["console:mfa:reset", "business_account:read", "wallet:all", "", "user:basic"]
)
def test_scopes_that_are_not_a_users_are_refused_and_use_up_nothing(
    site: Any, refused: Callable[..., None], scope: str
) -> None:
    person = site.enrolled()
    code = person.fresh_code()
    refused(person.answer_totp(code, requestedScopes=["wallet:sign", scope]), 422, "invalid_scopes")
    assert person.answer_totp(code).status_code == 200


def prove_email(person: Any, *scopes: str) -> Any:
    sent = person.call("POST", "/emailVerifications/create", {"email": person.email}).json()
    return person.call(
        "POST",
        "/emailVerifications/verify",
        {
            "verificationUUID": sent["verificationUUID"],
            "verificationToken": person.site.environment.mailbox(person.email)[-1].code,
            "requestedScopes": list(scopes),
        },
    )


def test_proving_the_email_elevates_only_who_has_no_mfa(site: Any) -> None:
    person = site.sign_in()
    assert prove_email(person, "wallet:sign").json()["elevatedAccessToken"]
    person.enrol()
    answer = prove_email(person, "wallet:sign")
    assert answer.status_code == 200
    assert "elevatedAccessToken" not in answer.json()


def test_an_external_assertion_elevates_once(make: Callable[..., Any], refused: Callable[..., None]) -> None:
    site = make(**SIGN)
    signed = site.call("POST", "/externalAuth/signin", {"jwt": site.environment.external_jwt(sub="ext")})
    token = signed.json()["minifiedJwt"]
    assertion = site.environment.external_jwt(sub="ext", scope="wallet:sign")
    answer = site.call("POST", "/externalAuth/verify", {"jwt": assertion}, token=token)
    assert answer.json()["elevatedAccessToken"]
    again = site.call("POST", "/externalAuth/verify", {"jwt": assertion}, token=token)
    refused(again, 401, "invalid_external_auth")
    other = site.environment.external_jwt(sub="someone-else", scope="wallet:sign")
    refused(
        site.call("POST", "/externalAuth/verify", {"jwt": other}, token=token), 401, "invalid_external_auth"
    )


def test_the_check_follows_version_and_actions(make: Callable[..., Any]) -> None:
    def required(person: Any, scope: str) -> Any:
        return person.call("POST", "/stepUp/check", {"scope": scope}).json()["isRequired"]

    old = make(actions=["wallet.waas.sign"]).enrolled()
    assert [required(old, each) for each in ("credential:link", "wallet:sign", "wallet:export")] == [
        *(False, True, False)
    ]
    new = make(min_api_version="2026_04_01").sign_in()
    assert [required(new, each) for each in ("credential:unlink", "wallet:export", "wallet:sign")] == [
        *(True, True, False)
    ]


def test_the_check_offers_mfa_methods_or_else_sign_in_credentials(make: Callable[..., Any]) -> None:
    site = make(actions=["wallet.waas.sign"], enrollment="action")
    person = site.sign_in()
    before = person.call("POST", "/stepUp/check", {"scope": "wallet:sign"}).json()
    assert [each["format"] for each in before["credentials"]] == ["email"]
    assert before["defaultCredentialId"] == before["credentials"][0]["id"]
    site.enrolled("other@example.org")
    person.enrol()
    person.new_passkey()
    after = person.call("POST", "/stepUp/check", {"scope": "wallet:sign"}).json()
    assert {each["format"] for each in after["credentials"]} == {"totp", "passkey"}
    assert after["defaultCredentialId"] == person.device_id
    free = person.call("POST", "/stepUp/check", {"scope": "wallet:restore"}).json()
    assert free == {"isRequired": False, "credentials": []}


def test_acknowledging_is_no_update_and_uses_up_no_token(make: Callable[..., Any]) -> None:
    person = make(actions=["user.update"]).enrolled()
    token = person.mfa_token()
    done = person.call("PUT", "/users", {"mfaBackupCodeAcknowledgement": "complete"}, x_mfa_auth_token=token)
    assert done.status_code == 200
    assert person.call("PUT", "/users", {"alias": "x"}).status_code == 403
    assert person.call("PUT", "/users", {"alias": "x"}, x_mfa_auth_token=token).status_code == 200
    assert person.call("GET", "/users").json()["alias"] == "x"


def test_a_reset_of_mfa_ends_the_proofs_of_before(make: Callable[..., Any]) -> None:
    person = make(actions=["wallet.waas.sign"]).enrolled()
    mfa, elevated = person.mfa_token(single_use=False), person.elevated("wallet:sign")
    person.site.environment.reset_mfa(person.id)
    person.enrol()
    for proof in ({"x_mfa_auth_token": mfa}, {"x_dyn_elevated_access_token": elevated}):
        assert person.call("POST", "/wallets/actions/sign", **proof).status_code == 403
