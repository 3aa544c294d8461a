"""Recovery codes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from mfa_simulators.totp import TotpAuthenticator

if TYPE_CHECKING:
    from collections.abc import Callable


def acknowledgement(person: Any) -> Any:
    return person.call("GET", "/users").json()["mfaBackupCodeAcknowledgement"]


def test_a_set_has_ten_distinct_codes_and_reading_returns_it_again(site: Any) -> None:
    person = site.enrolled()
    first = person.call("GET", "/users/mfa/recovery").json()
    assert first["count"] == len(set(first["recoveryCodes"])) == 10
    assert all(re.fullmatch("[a-zA-Z0-9]{10}", code) for code in first["recoveryCodes"])
    assert person.codes() == first["recoveryCodes"]


def test_a_code_completes_the_challenge_once(make: Callable[..., Any], refused: Callable[..., None]) -> None:
    person = make(session_based=True).enrolled()
    code, *left = person.codes()
    first = person.again()
    assert first.answer_recovery(code).status_code == 200
    assert first.scopes == {"user:basic"}
    assert first.codes() == left
    refused(person.again().answer_recovery(code), 422, "mfa_invalid_code")
    refused(first.answer_recovery(code), 422, "mfa_invalid_code")


@pytest.mark.parametrize(
    "typed", [str.lower, lambda code: f" {code} ", lambda code: f"{code[:5]}-{code[5:]}"]
)
def test_case_spaces_and_dashes_do_not_count(site: Any, typed: Callable[[str], str]) -> None:
    person = site.enrolled()
    assert person.answer_recovery(typed(person.codes()[0])).status_code == 200


def test_the_switch_makes_case_count(make: Callable[..., Any], refused: Callable[..., None]) -> None:
    person = make(recovery_codes_ignore_case=False).enrolled()
    code = person.codes()[0]
    refused(person.answer_recovery(code.lower()), 422, "mfa_invalid_code")
    assert person.answer_recovery(code).status_code == 200


def test_a_part_of_a_code_is_refused(site: Any, refused: Callable[..., None]) -> None:
    person = site.enrolled()
    code = person.codes()[0]
    for part in (code[:9], code + "A", code[1:], ""):
        refused(person.answer_recovery(part), 422, "mfa_invalid_code")


def test_a_new_set_voids_the_old_one(site: Any, refused: Callable[..., None]) -> None:
    person = site.enrolled()
    old = person.codes()
    new = person.call("POST", "/users/mfa/recovery").json()["recoveryCodes"]
    assert len(new) == 10
    assert not set(old) & set(new)
    refused(person.answer_recovery(old[0]), 422, "mfa_invalid_code")
    assert person.answer_recovery(new[0]).status_code == 200


def test_acknowledgement_goes_from_pending_to_complete_and_back(site: Any) -> None:
    person = site.sign_in()
    assert acknowledgement(person) is None
    assert person.enrol().json()["user"]["mfaBackupCodeAcknowledgement"] == "pending"
    done = person.call("PUT", "/users", {"mfaBackupCodeAcknowledgement": "complete"}).json()
    assert done["nextView"] == "done"
    assert done["user"]["mfaBackupCodeAcknowledgement"] == "complete"
    assert acknowledgement(person.again()) == "complete"
    person.call("POST", "/users/mfa/recovery")
    assert acknowledgement(person) == "pending"


def test_without_codes_there_is_nothing_to_acknowledge(site: Any, refused: Callable[..., None]) -> None:
    person = site.sign_in()
    assert person.call("PUT", "/users", {"mfaBackupCodeAcknowledgement": "complete"}).status_code == 200
    assert acknowledgement(person) is None
    refused(person.call("PUT", "/users", {"mfaBackupCodeAcknowledgement": "x"}), 400, "bad_request")


def test_codes_come_with_the_first_verified_method(site: Any, refused: Callable[..., None]) -> None:
    person = site.sign_in()
    person.register()
    refused(person.call("GET", "/users/mfa/recovery"), 422, "mfa_invalid_request")
    refused(person.call("POST", "/users/mfa/recovery"), 422, "mfa_invalid_request")
    person.new_passkey()
    assert len(person.codes()) == 10


def test_a_second_method_keeps_the_set(site: Any) -> None:
    person = site.enrolled()
    codes = person.codes()
    person.call("PUT", "/users", {"mfaBackupCodeAcknowledgement": "complete"})
    person.new_passkey()
    assert person.codes() == codes
    assert acknowledgement(person) == "complete"


def test_codes_go_with_the_last_method(site: Any, refused: Callable[..., None]) -> None:
    person = site.enrolled()
    old = person.codes()
    token = person.mfa_token()
    person.call("DELETE", f"/users/mfa/{person.device_id}", x_mfa_auth_token=token)
    assert acknowledgement(person) is None
    refused(person.answer_recovery(old[0]), 422, "mfa_invalid_code")
    site.clock.advance(60)
    person.enrol()
    assert acknowledgement(person) == "pending"
    refused(person.answer_recovery(old[0]), 422, "mfa_invalid_code")
    assert not set(old) & set(person.codes())


def test_codes_stay_while_a_method_is_left(site: Any) -> None:
    person = site.enrolled()
    codes = person.codes()
    person.new_passkey()
    token = person.mfa_token()
    person.call("DELETE", f"/users/mfa/{person.device_id}", x_mfa_auth_token=token)
    assert person.codes() == codes


def test_a_used_up_set_is_not_renewed_by_reading(site: Any) -> None:
    person = site.enrolled()
    for code in person.codes():
        assert person.answer_recovery(code).status_code == 200
    assert person.call("GET", "/users/mfa/recovery").json() == {"count": 0, "recoveryCodes": []}
    assert person.call("POST", "/users/mfa/recovery").json()["count"] == 10


def test_codes_and_app_do_not_pass_for_each_other(site: Any, refused: Callable[..., None]) -> None:
    person = site.enrolled()
    refused(person.answer_totp(person.codes()[0]), 422, "mfa_invalid_code")
    refused(person.answer_recovery(person.fresh_code()), 422, "mfa_invalid_code")


def test_codes_of_another_user_are_refused(site: Any, refused: Callable[..., None]) -> None:
    ada, bob = site.enrolled("ada@example.org"), site.enrolled("bob@example.org")
    code = bob.codes()[0]
    refused(ada.answer_recovery(code), 422, "mfa_invalid_code")
    assert bob.answer_recovery(code).status_code == 200


def test_the_switch_shows_codes_until_they_are_acknowledged(
    make: Callable[..., Any], refused: Callable[..., None]
) -> None:
    person = make(recovery_codes_after_acknowledgement=False).enrolled()
    assert len(person.codes()) == 10
    person.call("PUT", "/users", {"mfaBackupCodeAcknowledgement": "complete"})
    refused(person.call("GET", "/users/mfa/recovery"), 422, "mfa_invalid_request")
    assert person.call("POST", "/users/mfa/recovery").json()["count"] == 10


def test_without_backup_codes_the_answer_is_empty_and_harmless(make: Callable[..., Any]) -> None:
    person = make(allow_backup_codes=False).enrolled()
    assert acknowledgement(person) is None
    for method in ("GET", "POST"):
        assert person.call(method, "/users/mfa/recovery").json() == {"count": 0, "recoveryCodes": []}


@pytest.mark.parametrize("settings", [{"regenerate_needs_mfa": True}, {"min_api_version": "2026_04_01"}])
def test_regeneration_takes_a_fresh_proof_where_it_must(
    make: Callable[..., Any], refused: Callable[..., None], settings: dict[str, Any]
) -> None:
    site = make(**settings)
    person = site.sign_in()
    if "min_api_version" in settings:
        person = site.sign_in(person.email, allowNewMFALinking=True)
        link = person.answer["elevatedAccessToken"]
        registered = person.call("GET", "/users/mfa/register/totp", x_dyn_elevated_access_token=link).json()
        person.app = TotpAuthenticator.from_uri(registered["uri"], clock=site.clock)
        assert person.answer_totp(person.app.code(step=-1)).status_code == 200
    else:
        person.enrol()
    old = person.codes()
    refused(person.call("POST", "/users/mfa/recovery"), 403, "elevated_access_token_required")
    assert person.codes() == old
    token = person.mfa_token()
    assert person.call("POST", "/users/mfa/recovery", x_mfa_auth_token=token).status_code == 200
    elevated = person.elevated("credential:update")
    answer = person.call("POST", "/users/mfa/recovery", x_dyn_elevated_access_token=elevated)
    assert answer.status_code == 200
