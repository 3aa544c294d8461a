"""Faults of limits that somebody gets around: each shows where it is, and does not on the clean server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

GUESSES = 12  # the limit is ten


def status(answer: Any) -> int:
    return int(answer.status_code)


def right_code_while_locked(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    wrong = [status(person.answer_totp("000000")) for _ in range(GUESSES)]
    assert wrong[-1] == 429
    return status(person.answer_totp()) == 200


def naming_now_and_then(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    named = [{"id": person.device_id} if number % 2 else {} for number in range(GUESSES)]
    return 429 not in [status(person.answer_totp("000000", **body)) for body in named]


def new_registrations(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    answers = []
    for _ in range(GUESSES):
        person.register()
        answers.append(status(person.call("POST", "/users/mfa/register/totp", {"code": "000000"})))
    return 429 not in answers


def other_method_between(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    answers = []
    for _ in range(GUESSES):
        answers.append(status(person.answer_totp("000000")))
        person.answer_recovery("AAAAAAAAAA")
    return 429 not in answers


def mail(person: Any) -> str:
    sent = person.call("POST", "/emailVerifications/create", {"email": person.email})
    return str(sent.json()["verificationUUID"])


def guess(person: Any, verification: str, route: str = "signin") -> int:
    body = {"verificationUUID": verification, "verificationToken": "x"}
    return status(person.call("POST", f"/emailVerifications/{route}", body))


def one_email(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    verification = mail(person)
    return 429 not in [guess(person, verification) for _ in range(GUESSES)]


def many_emails(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    return 429 not in [guess(person, mail(person)) for _ in range(GUESSES)]


def within_the_session(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    verification = mail(person)
    return 429 not in [guess(person, verification, "verify") for _ in range(GUESSES)]


def everybody_locked(make: Any, faults: Any) -> Any:
    site = make(faults=faults)
    person, other = site.enrolled(), site.enrolled("other@example.org")
    for _ in range(GUESSES):
        person.answer_totp("000000")
    return status(other.answer_totp()) == 429


PROBES: dict[str, Any] = {
    "X20": right_code_while_locked,
    "X21": naming_now_and_then,
    "X22": new_registrations,
    "X23": other_method_between,
    "X24": one_email,
    "X25": many_emails,
    "X26": within_the_session,
    "X27": everybody_locked,
}


@pytest.mark.parametrize("fault_id", PROBES)
def test_a_fault_shows_and_the_clean_server_does_not(make: Callable[..., Any], fault_id: str) -> None:
    assert PROBES[fault_id](make, [fault_id]) is True
    assert PROBES[fault_id](make, ["no-op"]) is False


@pytest.mark.parametrize("route", ["auth", "register"])
def test_the_lock_that_lets_the_right_code_in_still_stops_wrong_ones(
    make: Callable[..., Any], route: str
) -> None:
    person = make(faults=["right-code-passes-lock"]).sign_in()
    person.register()
    answers = [
        status(person.call("POST", f"/users/mfa/{route}/totp", {"code": "000000"})) for _ in range(GUESSES)
    ]
    assert answers == [422] * 10 + [429] * 2


def test_the_lock_that_lets_the_right_email_code_in_still_stops_wrong_ones(make: Callable[..., Any]) -> None:
    person = make(faults=["right-code-passes-lock"]).sign_in()
    verification = mail(person)
    assert [guess(person, verification) for _ in range(GUESSES)] == [422] * 10 + [429] * 2
    code = person.site.environment.mailbox(person.email)[-1].code
    body = {"verificationUUID": verification, "verificationToken": code}
    assert status(person.call("POST", "/emailVerifications/signin", body)) == 200
