"""Listing, the default, deletion, the administrator's reset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def test_a_device_has_the_members_of_the_wire(site: Any) -> None:
    person = site.enrolled()
    (device,) = person.devices()
    assert set(device) == {"type", "id", "verified", "createdAt", "verifiedAt", "default"}
    assert device["type"] == "totp"
    assert person.call("GET", f"/users/mfa/{person.device_id}").json() == device


def test_methods_list_devices_and_passkeys(site: Any) -> None:
    person = site.enrolled()
    person.new_passkey()
    methods = person.call("GET", "/users/mfa/methods?verifiedOnly=true").json()
    assert methods["devices"] == person.devices()
    assert methods["userHasVerifiedMfaMethods"] is True
    (passkey,) = methods["passkeys"]
    assert {"id", "credentialId", "createdAt", "updatedAt"} <= set(passkey)


@pytest.mark.parametrize("body", [None, {"default": True}])
def test_the_default_is_set_with_a_body_or_without(site: Any, body: Any) -> None:
    person = site.enrolled()
    answer = person.call("PUT", f"/users/mfa/{person.device_id}", body)
    assert (answer.status_code, answer.content) == (204, b"")
    assert [device["default"] for device in person.devices()] == [True]


def test_an_unverified_device_cannot_be_the_default(site: Any, refused: Callable[..., None]) -> None:
    person = site.sign_in()
    person.register()
    refused(person.call("PUT", f"/users/mfa/{person.device_id}"), 422, "mfa_invalid_request")
    assert [device["default"] for device in person.devices()] == [False]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("whose", ["other", UNKNOWN, "not-an-id", "a" * 3000, "%00", "%F0%9F%92%A9"])
def test_unknown_and_foreign_devices_answer_alike(
    site: Any, refused: Callable[..., None], method: str, whose: str
) -> None:
    person, other = site.enrolled("ada@example.org"), site.enrolled("bob@example.org")
    device = other.device_id if whose == "other" else whose
    before = other.devices()
    answer = person.call(method, f"/users/mfa/{device}")
    refused(answer, 422, "mfa_device_not_found")
    assert answer.json() == person.call(method, f"/users/mfa/{UNKNOWN}").json()
    assert other.devices() == before


@pytest.mark.parametrize("token", [None, "", "x", "0" * 43])
def test_deletion_takes_a_proof(site: Any, refused: Callable[..., None], token: str | None) -> None:
    person = site.enrolled()
    headers = {} if token is None else {"x_mfa_auth_token": token}
    answer = person.call("DELETE", f"/users/mfa/{person.device_id}", **headers)
    refused(answer, 403, "mfa_token_invalid" if token else "elevated_access_token_required")
    assert len(person.devices()) == 1


def test_deletion_by_mfa_token_and_by_elevated_token(site: Any) -> None:
    person = site.enrolled()
    token = person.mfa_token()
    assert person.call("DELETE", f"/users/mfa/{person.device_id}", x_mfa_auth_token=token).status_code == 204
    site.clock.advance(60)
    person.enrol()
    elevated = person.elevated("credential:unlink")
    answer = person.call(
        "DELETE", f"/users/mfa/{person.device_id}", x_mfa_auth_token="", x_dyn_elevated_access_token=elevated
    )
    assert (answer.status_code, answer.content) == (204, b"")
    assert person.devices() == []


def test_a_lost_device_is_deleted_by_a_recovery_code(make: Callable[..., Any]) -> None:
    person = make(session_based=True).enrolled()
    code = person.codes()[0]
    later = person.again()
    token = later.answer_recovery(code, createMfaToken={"singleUse": True}).json()["mfaToken"]
    assert later.call("DELETE", f"/users/mfa/{person.device_id}", x_mfa_auth_token=token).status_code == 204


@pytest.mark.parametrize(
    ("proof", "mfa", "elevated"),
    [("either", True, True), ("mfa_token", True, False), ("elevated", False, True)],
)
def test_the_switch_says_which_proof_will_do(
    make: Callable[..., Any], proof: str, mfa: bool, elevated: bool
) -> None:
    person = make(deletion_proof=proof).enrolled()
    path = f"/users/mfa/{person.device_id}"
    assert person.call("GET", path).status_code == 200
    person.new_passkey()
    token = person.elevated("credential:unlink")
    assert person.call("DELETE", path, x_dyn_elevated_access_token=token).is_success is elevated
    if not elevated:
        assert person.call("DELETE", path, x_mfa_auth_token=person.mfa_token()).is_success is mfa


def test_the_switch_keeps_the_default_device(make: Callable[..., Any], refused: Callable[..., None]) -> None:
    person = make(default_device_deletion=False).enrolled()
    token = person.mfa_token()
    answer = person.call("DELETE", f"/users/mfa/{person.device_id}", x_mfa_auth_token=token)
    refused(answer, 422, "mfa_invalid_request")


def test_an_unknown_device_uses_up_no_token(site: Any) -> None:
    person = site.enrolled()
    token = person.mfa_token()
    assert person.call("DELETE", f"/users/mfa/{UNKNOWN}", x_mfa_auth_token=token).status_code == 422
    assert person.call("DELETE", f"/users/mfa/{person.device_id}", x_mfa_auth_token=token).status_code == 204


def test_the_reset_removes_everything(make: Callable[..., Any], refused: Callable[..., None]) -> None:
    site = make(enrollment="signup", session_based=True)
    person = site.enrolled()
    code = person.codes()[0]
    person.new_passkey()
    site.environment.reset_mfa(person.id)
    later = person.again()
    assert later.gated
    methods = later.call("GET", "/users/mfa/methods?verifiedOnly=false").json()
    assert methods == {"devices": [], "passkeys": [], "userHasVerifiedMfaMethods": False}
    refused(later.answer_recovery(code), 422, "mfa_invalid_code")
    assert later.answer["user"]["mfaBackupCodeAcknowledgement"] is None
    person.take(person.call("POST", "/refresh"))
    assert person.gated
    site.clock.advance(60)
    later.enrol()
    assert later.scopes == {"user:basic"}


def test_changes_are_noted_for_the_user(site: Any) -> None:
    person = site.enrolled()
    person.answer_recovery(person.codes()[0])
    token = person.mfa_token()
    person.call("DELETE", f"/users/mfa/{person.device_id}", x_mfa_auth_token=token)
    kinds = [notice.kind for notice in site.environment.notices(person.id)]
    assert kinds == ["totp-added", "recovery-code-used", "totp-removed"]
