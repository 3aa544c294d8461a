"""Faults of limits, and of what errors and headers tell: each shows where it is, and does not on the clean server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


def status(answer: Any) -> int:
    return int(answer.status_code)


def limit(path: str) -> Any:
    def probe(make: Any, faults: Any) -> Any:
        person = make(faults=faults).sign_in()
        person.register()
        body = {"code": "AAAAAAAAAA"}
        return 429 not in [status(person.call("POST", path, body)) for _ in range(12)]

    return probe


def new_login_resets(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    return 429 not in [status(person.again().answer_totp("000000")) for _ in range(12)]


def header_resets(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    body = {"code": "000000"}
    sent = [
        person.call("POST", "/users/mfa/auth/totp", body, x_forwarded_for=f"192.0.2.{number}")
        for number in range(12)
    ]
    return 429 not in [status(answer) for answer in sent]


def spelling_resets(make: Any, faults: Any) -> Any:
    site = make(faults=faults)

    def wrong(email: str) -> int:
        sent = site.call("POST", "/emailVerifications/create", {"email": email}).json()
        body = {"verificationUUID": sent["verificationUUID"], "verificationToken": "x"}
        return status(site.call("POST", "/emailVerifications/signin", body))

    for _ in range(11):
        assert wrong("ada@example.org") in (422, 429)
    return wrong("ADA@example.org") == 422


def limited_answer(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    for _ in range(10):
        person.answer_totp("000000")
    return person, person.answer_totp("000000")


def never_ends(make: Any, faults: Any) -> Any:
    person, _ = limited_answer(make, faults)
    person.site.clock.advance(300)
    return status(person.answer_totp()) == 429


def no_hint(make: Any, faults: Any) -> Any:
    return "retry-after" not in limited_answer(make, faults)[1].headers


def told_apart(make: Any, faults: Any) -> Any:
    site = make(faults=faults)
    person, other = site.enrolled(), site.enrolled("other@example.org")
    code = person.codes()[0]
    person.answer_recovery(code)
    codes = [person.answer_recovery(each).json() for each in (code, "AAAAAAAAAA")]
    unknown = "00000000-0000-4000-8000-000000000000"
    devices = [person.call("GET", f"/users/mfa/{each}").json() for each in (other.device_id, unknown)]
    return codes[0] != codes[1] and devices[0] != devices[1]


def open_cors(make: Any, faults: Any) -> Any:
    answer = make(faults=faults).call("GET", "/settings", origin="http://evil.test")
    return "access-control-allow-origin" in answer.headers


def open_csrf(make: Any, faults: Any) -> Any:
    site = make(faults=faults)
    person = site.sign_in()
    site.environment.update(cookie_mode=True)
    cookie = f"DYNAMIC_JWT_TOKEN={person.token}"
    answer = site.call("POST", "/refresh", cookie=cookie, origin="http://evil.test")
    site.http.cookies.clear()
    return status(answer) == 200


PROBES: dict[str, Any] = {
    "X01": limit("/users/mfa/auth/totp"),
    "X02": new_login_resets,
    "X04": limit("/users/mfa/register/totp"),
    "X05": limit("/users/mfa/auth/recovery"),
    "X06": header_resets,
    "X07": spelling_resets,
    "X09": never_ends,
    "X10": no_hint,
    "X12": told_apart,
    "X15": open_cors,
    "X16": open_csrf,
}


@pytest.mark.parametrize("fault_id", PROBES)
def test_a_fault_shows_and_the_clean_server_does_not(make: Callable[..., Any], fault_id: str) -> None:
    assert PROBES[fault_id](make, [fault_id]) is True
    assert PROBES[fault_id](make, ["no-op"]) is False
