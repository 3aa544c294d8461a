"""How many wrong answers are taken, of whom, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

WRONG = {
    "totp": ("POST", "/users/mfa/auth/totp", {"code": "000000"}),
    "recovery": ("POST", "/users/mfa/auth/recovery", {"code": "AAAAAAAAAA"}),
    "passkey": (
        "POST",
        "/users/mfa/auth/passkey",
        {
            "id": "AAAA",
            "rawId": "AAAA",
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {"authenticatorData": "AAAA", "clientDataJSON": "AAAA", "signature": "AAAA"},
        },
    ),
}


def limited(answer: Any) -> bool:
    if answer.status_code != 429:
        assert answer.status_code == 422, answer.text
        return False
    assert answer.json()["code"] == "mfa_rate_limited"
    assert answer.headers["retry-after"].isdigit()
    return True


@pytest.mark.parametrize("path", WRONG)
def test_ten_wrong_answers_are_taken_on_each_path(make: Callable[..., Any], path: str) -> None:
    person = make(session_based=True).enrolled()
    answers = [limited(person.call(*WRONG[path])) for _ in range(12)]
    assert answers == [False] * 10 + [True] * 2
    for other in WRONG.keys() - {path}:
        assert not limited(person.call(*WRONG[other]))


def test_enrolment_is_limited_too(site: Any) -> None:
    person = site.sign_in()
    app = person.register()
    wrong = f"{(int(app.code()) + 1) % 10**6:06d}"
    body = {"code": wrong}
    answers = [limited(person.call("POST", "/users/mfa/register/totp", body)) for _ in range(11)]
    assert answers == [False] * 10 + [True]


def test_the_account_is_limited_whatever_the_session_or_the_headers_say(make: Callable[..., Any]) -> None:
    person = make(session_based=True).enrolled()
    for number in range(10):
        later = person.again()
        answer = later.call(*WRONG["totp"], x_forwarded_for=f"192.0.2.{number}")
        assert not limited(answer)
    assert limited(person.again().answer_totp())
    assert limited(person.again().call(*WRONG["totp"], x_forwarded_for="192.0.2.99"))


def test_the_right_answer_waits_for_the_end_of_the_window(make: Callable[..., Any]) -> None:
    site = make()
    person = site.enrolled()
    for _ in range(10):
        person.call(*WRONG["totp"])
        site.clock.advance(1)
    answer = person.answer_totp()
    assert limited(answer)
    assert answer.headers["retry-after"] == "290"
    site.clock.advance(289)
    assert limited(person.answer_totp())
    site.clock.advance(1)
    assert person.answer_totp().status_code == 200


def test_another_account_is_not_limited(site: Any) -> None:
    ada, bob = site.enrolled("ada@example.org"), site.enrolled("bob@example.org")
    for _ in range(11):
        ada.call(*WRONG["totp"])
    assert bob.answer_totp().status_code == 200


def test_right_answers_are_not_counted(make: Callable[..., Any]) -> None:
    person = make(attempts=2).enrolled()
    for _ in range(5):
        assert person.answer_totp(person.fresh_code()).status_code == 200
    assert not limited(person.call(*WRONG["totp"]))


def test_numbers_are_settings(make: Callable[..., Any]) -> None:
    person = make(attempts=3, attempts_window_seconds=60).enrolled()
    answers = [person.call(*WRONG["totp"]) for _ in range(4)]
    assert [limited(answer) for answer in answers] == [False, False, False, True]
    assert answers[-1].headers["retry-after"] == "60"


def test_codes_by_email_are_limited_by_address(site: Any) -> None:
    def wrong(email: str) -> Any:
        sent = site.call("POST", "/emailVerifications/create", {"email": email}).json()
        right = site.environment.mailbox(email)[-1].code
        body = {
            "verificationUUID": sent["verificationUUID"],
            "verificationToken": f"{(int(right) + 1) % 10**6:06d}",
        }
        return site.call("POST", "/emailVerifications/signin", body)

    for _ in range(5):
        for spelling in ("ada@example.org", "ADA@example.org"):
            assert wrong(spelling).status_code == 422
    answer = wrong("Ada@example.org")
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_email_verification_attempts")
    assert answer.headers["retry-after"] == "300"
    assert wrong("bob@example.org").status_code == 422


def test_addresses_are_limited_by_a_setting_only(make: Callable[..., Any]) -> None:
    site = make(requests_per_address=3, requests_window_seconds=10)
    answers = [site.call("GET", "/settings") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].json()["code"] == "too_many_requests"
    assert answers[-1].headers["retry-after"] == "10"
    site.clock.advance(10)
    assert site.call("GET", "/settings").status_code == 200
