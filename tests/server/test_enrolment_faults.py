"""Faults of enrolling: each shows where it is, and does not on the clean server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


def status(answer: Any) -> int:
    return int(answer.status_code)


def active_before_verified(make: Any, faults: Any) -> Any:
    person = make(faults=faults, enrollment="signup").sign_in()
    person.register()
    person.take(person.call("POST", "/refresh"))
    return not person.gated


def wrong_code_enrols(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.register()
    person.answer_totp("000000")
    return bool(person.devices()[0]["verified"])


def second_device(make: Any, faults: Any) -> Any:
    return status(make(faults=faults).enrolled().call("GET", "/users/mfa/register/totp")) == 200


def gated_registers(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).enrolled().again()
    return status(person.new_passkey()) == 200


def no_step_up(make: Any, faults: Any) -> Any:
    person = make(faults=faults, min_api_version="2026_04_01").sign_in()
    return status(person.new_passkey()) == 200


def abandoned_blocks(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.register()
    blocked = status(person.call("GET", "/users/mfa/register/totp")) == 401
    assert status(person.answer_totp()) == 200 or not blocked
    return blocked


def unverified_counts(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).sign_in()
    person.register()
    return bool(person.again().gated)


def secret_renewed(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    app = person.register()
    person.answer_totp("000000")
    return status(person.answer_totp(app.code())) != 200


def secret_length(make: Any, faults: Any) -> Any:
    return len(make(faults=faults).sign_in().register().secret) < 26


def secrets_alike(make: Any, faults: Any) -> Any:
    site = make(faults=faults)
    return len({site.sign_in(f"{name}@example.org").register().secret[:20] for name in "abc"}) == 1


def secret_listed(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    return person.app.secret in person.call("GET", "/users/mfa").text


def uri_wrong(make: Any, faults: Any) -> Any:
    uri = make(faults=faults).sign_in("a&b@example.org").call("GET", "/users/mfa/register/totp").json()["uri"]
    return "issuer=Not-" in uri or ":a&b@" in uri


def cacheable(make: Any, faults: Any) -> Any:
    return "public" in make(faults=faults).call("GET", "/settings").headers["cache-control"]


def disabled(make: Any, faults: Any) -> Any:
    return status(make(faults=faults, totp=False).sign_in().call("GET", "/users/mfa/register/totp")) == 200


PROBES: dict[str, Any] = {
    "E01": active_before_verified,
    "E02": wrong_code_enrols,
    "E03": second_device,
    "E05": gated_registers,
    "E06": no_step_up,
    "E07": abandoned_blocks,
    "E08": unverified_counts,
    "E10": secret_renewed,
    "E11": secret_length,
    "E12": secrets_alike,
    "E13": secret_listed,
    "E14": uri_wrong,
    "E15": uri_wrong,
    "E16": cacheable,
    "E17": disabled,
}


@pytest.mark.parametrize("fault_id", PROBES)
def test_a_fault_shows_and_the_clean_server_does_not(make: Callable[..., Any], fault_id: str) -> None:
    assert PROBES[fault_id](make, [fault_id]) is True
    assert PROBES[fault_id](make, ["no-op"]) is False
