"""When a session is gated, what lifts the gate, and what a gated token opens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = [
    (False, "none", False, "user:basic"),
    (False, "none", True, "user:basic"),
    (False, "signup", False, "requiresAdditionalAuth"),
    (False, "signup", True, "user:basic"),
    (False, "action", False, "user:basic"),
    (False, "action", True, "user:basic"),
    (True, "none", False, "user:basic"),
    (True, "none", True, "requiresAdditionalAuth"),
    (True, "signup", False, "requiresAdditionalAuth"),
    (True, "signup", True, "requiresAdditionalAuth"),
    (True, "action", True, "requiresAdditionalAuth"),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
@pytest.mark.parametrize("method", ["totp", "passkey"])
def test_every_row_of_the_gate_table(
    make: Callable[..., Any], row: tuple[bool, str, bool, str], method: str
) -> None:
    session_based, enrollment, has_method, scope = row
    site = make(session_based=session_based, enrollment=enrollment)
    person = site.sign_in()
    if has_method:
        assert (person.enrol() if method == "totp" else person.new_passkey()).status_code == 200
        assert person.scopes == {"user:basic"}
    assert person.again().scopes == {scope}


def test_a_code_of_the_app_lifts_the_gate_of_this_session_only(make: Callable[..., Any]) -> None:
    site = make(session_based=True)
    person = site.enrolled()
    first, second = person.again(), person.again()
    assert first.answer_totp().status_code == 200
    assert first.scopes == {"user:basic"}
    assert second.take(second.call("POST", "/refresh")).status_code == 200
    assert second.gated


def test_an_old_gated_token_stays_gated_after_the_session_passed(make: Callable[..., Any]) -> None:
    person = make(session_based=True).enrolled().again()
    old = person.token
    assert person.answer_totp().status_code == 200
    assert person.site.call("GET", "/users/passkeys", token=old).status_code == 403
    assert person.call("GET", "/users/passkeys").status_code == 200


def test_a_new_login_is_gated_again(make: Callable[..., Any]) -> None:
    person = make(session_based=True).enrolled().again()
    person.answer_totp()
    assert person.again().gated


def test_refreshing_does_not_lift_the_gate(make: Callable[..., Any]) -> None:
    person = make(enrollment="signup").sign_in()
    for _ in range(3):
        person.take(person.call("POST", "/refresh"))
        assert person.gated


def test_proving_the_email_again_does_not_lift_the_gate(make: Callable[..., Any]) -> None:
    site = make(session_based=True)
    person = site.enrolled().again()
    sent = person.call("POST", "/emailVerifications/create", {"email": person.email}).json()
    code = site.environment.mailbox(person.email)[-1].code
    answer = person.call(
        "POST",
        "/emailVerifications/verify",
        {"verificationUUID": sent["verificationUUID"], "verificationToken": code},
    )
    person.take(answer)
    assert answer.json()["nextView"] == "done"
    assert person.gated


def test_enabling_session_mfa_reaches_users_who_existed_before(make: Callable[..., Any]) -> None:
    site = make()
    person = site.enrolled()
    other = site.sign_in("other@example.org")
    site.environment.update(session_based=True, require_at_onboarding=True)
    assert person.again().gated
    assert other.again().gated


def test_deleting_the_last_method_does_not_free_who_must_have_one(make: Callable[..., Any]) -> None:
    person = make(enrollment="signup").enrolled()
    token = person.mfa_token()
    assert person.call("DELETE", f"/users/mfa/{person.device_id}", x_mfa_auth_token=token).status_code == 204
    assert person.again().gated


def test_every_way_of_signing_in_leads_to_the_same_gate(make: Callable[..., Any]) -> None:
    site = make(enrollment="signup", session_based=True)
    sent = site.call(
        "POST", "/smsVerifications/create", {"phoneCountryCode": "1", "phoneNumber": "5551234567"}
    )
    code = site.environment.mailbox("+15551234567")[-1].code
    by_sms = site.call(
        "POST",
        "/smsVerifications/signin",
        {"verificationUUID": sent.json()["verificationUUID"], "verificationToken": code},
    )
    token = site.environment.external_jwt(sub="ext-1", email="e@example.org")
    external = site.call("POST", "/externalAuth/signin", {"jwt": token})
    person = site.sign_in()
    person.new_passkey()
    options = site.call("GET", "/users/passkeys/signin").json()
    assertion = person.key.get(options, origin="http://localhost:3000")
    by_passkey = site.call("POST", "/users/passkeys/signin", assertion)
    for answer in (by_sms, external, by_passkey):
        assert answer.status_code == 200, answer.text
        assert answer.json()["user"]["scope"] == "requiresAdditionalAuth"


@pytest.mark.parametrize("meets", [True, False])
def test_passkey_sign_in_meets_session_mfa_only_by_the_switch(make: Callable[..., Any], meets: bool) -> None:
    site = make(session_based=True, passkey_signin_meets_session_mfa=meets)
    person = site.sign_in()
    person.new_passkey()
    options = site.call("GET", "/users/passkeys/signin").json()
    assert options["allowCredentials"] == []
    answer = site.call(
        "POST", "/users/passkeys/signin", person.key.get(options, origin="http://localhost:3000")
    )
    assert answer.json()["user"]["scope"] == ("user:basic" if meets else "requiresAdditionalAuth")


OPEN = [
    ("GET", "/users"),
    ("POST", "/refresh"),
    ("POST", "/stepUp/check"),
    ("GET", "/users/mfa"),
    ("GET", "/users/mfa/methods"),
    ("GET", "/users/passkeys/authenticate"),
    ("POST", "/revoke"),
]
CLOSED = [
    ("DELETE", "/users"),
    ("GET", "/users/mfa/recovery"),
    ("POST", "/users/mfa/recovery"),
    ("GET", "/users/mfa/{device}"),
    ("PUT", "/users/mfa/{device}"),
    ("DELETE", "/users/mfa/{device}"),
    ("GET", "/users/passkeys"),
    ("GET", "/users/mfa/register/totp"),
    ("GET", "/users/passkeys/register"),
    ("GET", "/users/mfa/register/passkey"),
    ("POST", "/wallets/actions/sign"),
]


@pytest.mark.parametrize(("method", "path"), OPEN)
def test_a_gated_token_opens_what_leads_out_of_the_gate(
    make: Callable[..., Any], method: str, path: str
) -> None:
    person = make(session_based=True).enrolled().again()
    body = {"scope": "wallet:sign"} if path == "/stepUp/check" else None
    assert person.call(method, path, body).is_success


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_a_gated_token_opens_nothing_else(
    make: Callable[..., Any], refused: Callable[..., None], method: str, path: str
) -> None:
    person = make(session_based=True).enrolled().again()
    answer = person.call(method, path.format(device=person.device_id))
    refused(answer, 403, "requires_additional_auth")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/users/mfa/register/totp", {"code": "000000"}),
        ("PUT", "/users", {"firstName": "Ada"}),
        ("PUT", "/users/passkeys", {"id": "x", "alias": "y"}),
        ("DELETE", "/users/passkeys", {"passkeyId": "x"}),
        ("POST", "/externalAuth/verify", {"jwt": "x"}),
    ],
)
def test_a_gated_token_with_a_body_opens_nothing_else(
    make: Callable[..., Any], refused: Callable[..., None], method: str, path: str, body: dict[str, Any]
) -> None:
    person = make(session_based=True).enrolled().again()
    refused(person.call(method, path, body), 403, "requires_additional_auth")


def test_a_gated_token_of_who_has_no_method_opens_the_registrations(make: Callable[..., Any]) -> None:
    person = make(enrollment="signup").sign_in()
    assert person.call("GET", "/users/mfa/register/totp").status_code == 200
    assert person.call("GET", "/users/passkeys/register").status_code == 200


def test_a_gated_session_cannot_bind_an_app_registered_earlier(
    make: Callable[..., Any], refused: Callable[..., None]
) -> None:
    """A passkey user registers an app in a full session, and tries to verify it from a gated one."""
    person = make(session_based=True).sign_in()
    person.new_passkey()
    app = person.register()
    later = person.again()
    assert later.gated
    refused(later.answer_totp(app.code()), 422, "mfa_invalid_code")
    refused(later.answer_totp(app.code(), id=person.device_id), 422, "mfa_invalid_code")
    assert [device["verified"] for device in later.devices()] == [False]


def test_no_field_that_a_user_may_write_touches_the_gate(make: Callable[..., Any]) -> None:
    person = make(session_based=True).enrolled().again()
    fields = {"mfaBackupCodeAcknowledgement": "complete", "scope": "user:basic", "mfa": False}
    assert person.call("PUT", "/users", fields).status_code == 403
    person.take(person.call("PUT", "/users", {"mfaBackupCodeAcknowledgement": "complete"}))
    assert person.gated
    person.take(person.call("POST", "/refresh"))
    assert person.gated


def test_enrolling_by_the_register_route_leaves_the_session_as_it_was(make: Callable[..., Any]) -> None:
    person = make(enrollment="signup").sign_in()
    done = person.enrol(route="register")
    assert done.json()["verified"] is True
    assert "minifiedJwt" not in done.json()
    assert person.gated
    person.take(person.call("POST", "/refresh"))
    assert person.scopes == {"user:basic"}


def test_a_method_that_is_switched_off_gates_nobody(make: Callable[..., Any]) -> None:
    site = make(session_based=True)
    person = site.enrolled()
    site.environment.update(totp=False)
    assert person.again().scopes == {"user:basic"}
