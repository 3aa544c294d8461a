"""Faults of registrations and of what is told of devices: each shows where it is, and does not on the clean server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

REGISTER = "/users/mfa/register/totp"


def status(answer: Any) -> int:
    return int(answer.status_code)


def given_up_verifies(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    first = person.register()
    person.register()
    return status(person.answer_totp(first.code())) == 200


def given_up_answers(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    first = person.register()
    person.enrol()
    person.site.clock.advance(60)
    return status(person.answer_totp(first.code())) == 200


def secret_beside(make: Any, faults: Any) -> Any:
    told = make(faults=faults).sign_in().call("GET", REGISTER).json()
    return told["secret"] not in told["uri"]


def nobody_named(make: Any, faults: Any) -> Any:
    told = make(faults=faults).sign_in().call("GET", REGISTER).json()
    return "ada@example.org" not in unquote(told["uri"])


def minute_long(make: Any, faults: Any) -> Any:
    return "period=60" in make(faults=faults).sign_in().call("GET", REGISTER).json()["uri"]


def not_by_authenticating(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    return status(person.answer_totp(person.register().code())) != 200


def same_secret(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    return person.register().secret == person.register().secret


def first_gone(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    assert status(person.call("GET", REGISTER)) == 401
    return person.devices() == []


def other_status(make: Any, faults: Any) -> Any:
    return status(make(faults=faults).enrolled().call("GET", REGISTER)) == 409


def deleted(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    answer = person.call("DELETE", f"/users/mfa/{person.device_id}", x_mfa_auth_token=person.mfa_token())
    assert status(answer) in (200, 204)
    return person


def never_again(make: Any, faults: Any) -> Any:
    return status(deleted(make, faults).call("GET", REGISTER)) != 200


def barred_by_passkey(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.new_passkey()
    return status(person.call("GET", REGISTER)) != 200


def passkey_barred(make: Any, faults: Any) -> Any:
    return status(make(faults=faults).enrolled().new_passkey()) != 200


def barred_by_others(make: Any, faults: Any) -> Any:
    site = make(faults=faults)
    site.enrolled("bob@example.org")
    return status(site.sign_in().call("GET", REGISTER)) != 200


def confirmed_though_off(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    app = person.register()
    person.site.environment.update(totp=False)
    return status(person.call("POST", REGISTER, {"code": app.code()})) == 200


def secret_in_user(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    return person.app.secret in person.call("GET", "/users").text


def deleted_answers(make: Any, faults: Any) -> Any:
    person = deleted(make, faults)
    return status(person.answer_totp(person.fresh_code())) == 200


def reset_for_nothing(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    person.site.environment.reset_mfa(person.id)
    return person.devices() != []


def no_default(make: Any, faults: Any) -> Any:
    return not any(device["default"] for device in make(faults=faults).enrolled().devices())


def methods(person: Any) -> dict[str, Any]:
    return dict(person.call("GET", "/users/mfa/methods").json())


def flag_set(make: Any, faults: Any) -> Any:
    return methods(make(faults=faults).sign_in())["userHasVerifiedMfaMethods"]


def passkeys_left_out(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.new_passkey()
    return methods(person)["passkeys"] == []


PROBES: dict[str, Any] = {
    "E22": given_up_verifies,
    "E23": given_up_answers,
    "E24": secret_beside,
    "E25": nobody_named,
    "E26": minute_long,
    "E27": not_by_authenticating,
    "E28": same_secret,
    "E29": first_gone,
    "E30": other_status,
    "E31": never_again,
    "E32": barred_by_passkey,
    "E33": passkey_barred,
    "E34": barred_by_others,
    "E35": confirmed_though_off,
    "E36": secret_in_user,
    "D40": deleted_answers,
    "D41": reset_for_nothing,
    "D42": no_default,
    "D43": flag_set,
    "D44": passkeys_left_out,
}


@pytest.mark.parametrize("fault_id", PROBES)
def test_a_fault_shows_and_the_clean_server_does_not(make: Callable[..., Any], fault_id: str) -> None:
    assert PROBES[fault_id](make, [fault_id]) is True
    assert PROBES[fault_id](make, ["no-op"]) is False
