"""Faults of what a server promises: each shows where it is, and does not on the clean server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt
import pytest
from tests.server.conftest import ORIGIN

from mfa_simulators.webauthn import creation_options

if TYPE_CHECKING:
    from collections.abc import Callable


def status(answer: Any) -> int:
    return int(answer.status_code)


def claims(person: Any) -> dict[str, Any]:
    return dict(jwt.decode(person.token, options={"verify_signature": False}))


def passkeys_gone_with_totp(make: Any, faults: Any) -> Any:
    return status(make(faults=faults, totp=False).sign_in().new_passkey()) != 200


def eight_digits(make: Any, faults: Any) -> Any:
    return make(faults=faults).sign_in().register().digits == 8


def no_register_route(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    code = person.register().code()
    return status(person.call("POST", "/users/mfa/register/totp", {"type": "totp", "code": code})) != 200


def recovery_without_token(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    answer = person.answer_recovery(person.codes()[0], createMfaToken={"singleUse": True})
    return not answer.json().get("mfaToken")


def dashes(make: Any, faults: Any) -> Any:
    return all("-" in code for code in make(faults=faults).enrolled().codes())


def renewed_by_itself(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    for code in person.codes():
        assert status(person.answer_recovery(code)) == 200
    return bool(person.codes())


def optional_enforced(make: Any, faults: Any) -> Any:
    return make(faults=faults).sign_in().gated


def exempt(make: Any, faults: Any) -> Any:
    site = make(faults=faults)
    person = site.sign_in()
    site.environment.update(require_at_onboarding=True)
    return not person.again().gated


def no_audience(make: Any, faults: Any) -> Any:
    return "aud" not in claims(make(faults=faults).sign_in())


def scope_list(make: Any, faults: Any) -> Any:
    return isinstance(claims(make(faults=faults).sign_in())["scope"], list)


def passkey_lifts_nothing(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).sign_in()
    assert status(person.new_passkey()) == 200
    later = person.again()
    assert status(later.answer_passkey()) == 200
    return later.gated


def sign_in_by_passkey(site: Any, key: Any) -> int:
    options = site.call("GET", "/users/passkeys/signin")
    if options.status_code != 200:
        return status(options)
    return status(site.call("POST", "/users/passkeys/signin", key.get(options.json(), origin=ORIGIN)))


def passkey_sign_in_closed(make: Any, faults: Any) -> Any:
    site = make(faults=faults)
    person = site.sign_in()
    assert status(person.new_passkey()) == 200
    return sign_in_by_passkey(site, person.key) != 200


def account_from_passkey(make: Any, faults: Any) -> Any:
    site = make(faults=faults)
    stranger = site.sign_in().key
    options = creation_options(
        challenge=b"made elsewhere..", rp_id="localhost", rp_name="x", user_id=b"x", user_name="x"
    )
    stranger.create(options, origin=ORIGIN)
    return sign_in_by_passkey(site, stranger) == 200


def settings_upside_down(make: Any, faults: Any) -> Any:
    settings = make(faults=faults, session_based=True).call("GET", "/settings").json()
    return settings["security"]["mfa"]["enabled"] is False


def unknown_error_code(make: Any, faults: Any) -> Any:
    answer = make(faults=faults).enrolled().answer_totp("000000")
    return bool(answer.json()["code"] != "mfa_invalid_code")


def crash(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    return status(person.call("POST", "/users/mfa/auth/totp", {"code": 123456})) == 500


PROBES: dict[str, Any] = {
    "E19": passkeys_gone_with_totp,
    "E20": eight_digits,
    "E21": no_register_route,
    "R24": recovery_without_token,
    "R25": dashes,
    "R26": renewed_by_itself,
    "S25": optional_enforced,
    "S26": exempt,
    "S27": no_audience,
    "S28": scope_list,
    "P31": passkey_lifts_nothing,
    "P32": passkey_sign_in_closed,
    "P33": account_from_passkey,
    "X17": unknown_error_code,
    "X18": crash,
    "X19": settings_upside_down,
}


@pytest.mark.parametrize("fault_id", PROBES)
def test_a_fault_shows_and_the_clean_server_does_not(make: Callable[..., Any], fault_id: str) -> None:
    assert PROBES[fault_id](make, [fault_id]) is True
    assert PROBES[fault_id](make, ["no-op"]) is False
