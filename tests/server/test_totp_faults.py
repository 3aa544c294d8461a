"""Faults of codes of authenticator apps: each shows where it is, and does not on the clean server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


def status(answer: Any) -> int:
    return int(answer.status_code)


def replay_in_session(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    code = person.fresh_code()
    person.answer_totp(code)
    return status(person.answer_totp(code)) == 200


def replay_in_other_session(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    code = person.fresh_code()
    other = person.again()
    person.answer_totp(code)
    return status(other.answer_totp(code)) == 200


def replay_after_enrolment(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.enrol(step=0)
    return status(person.answer_totp()) == 200


def older_after_newer(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    person.site.clock.advance(90)
    person.answer_totp(person.app.code())
    return status(person.answer_totp(person.app.code(step=-1))) == 200


def offset(steps: int, *, refused: bool = False) -> Any:
    def probe(make: Any, faults: Any) -> Any:
        person = make(faults=faults).sign_in()
        person.enrol(step=0)
        person.site.clock.advance(1200)
        return (status(person.answer_totp(person.app.code(step=steps))) == 200) is not refused

    return probe


def rounded(make: Any, faults: Any) -> Any:
    person = make(faults=faults, totp_drift_steps=0).sign_in()
    person.enrol(step=0)
    person.site.clock.advance(60 + 20)
    return status(person.answer_totp()) != 200


def claimed_time(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    person.site.clock.advance(3600)
    code = person.app.code()
    person.site.clock.advance(-3600)
    answer = person.call("POST", "/users/mfa/auth/totp", {"code": code}, x_time="2026-01-01T01:00:07Z")
    return status(answer) == 200


def changed_code(change: Callable[[str], Any]) -> Any:
    def probe(make: Any, faults: Any) -> Any:
        person = make(faults=faults, attempts=1000).enrolled()
        while not (code := person.fresh_code()).startswith("0"):
            pass
        return status(person.answer_totp(change(code))) == 200

    return probe


def honest_enrolment_fails(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    app = person.register()
    return status(person.answer_totp(app.code())) != 200


def other_users_code(make: Any, faults: Any) -> Any:
    site = make(faults=faults)
    ada, bob = site.enrolled("ada@example.org"), site.enrolled("bob@example.org")
    return status(ada.answer_totp(bob.fresh_code())) == 200


def unverified_passes(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).sign_in()
    person.new_passkey()
    person.register()
    later = person.again()
    return status(later.answer_totp()) == 200


def replay_after_confirmation(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.enrol(route="register", step=0)
    return status(person.answer_totp()) == 200


def replay_with(**other_use: Any) -> Any:
    def probe(make: Any, faults: Any) -> Any:
        person = make(faults=faults).enrolled()
        code = person.fresh_code()
        assert status(person.answer_totp(code)) == 200
        body = other_use or {"id": person.device_id}
        return [status(person.answer_totp(code, **body)) for _ in range(2)] == [200, 422]

    return probe


def other_users_app_named(make: Any, faults: Any) -> Any:
    site = make(faults=faults)
    ada, bob = site.enrolled("ada@example.org"), site.enrolled("bob@example.org")
    return status(ada.answer_totp(bob.fresh_code(), id=bob.device_id)) == 200


def new_app_verified(route: str, change: Callable[[Any], Any]) -> Any:
    def probe(make: Any, faults: Any) -> Any:
        person = make(faults=faults).sign_in()
        body = {"code": change(person.register())}
        return status(person.call("POST", f"/users/mfa/{route}/totp", body)) == 200

    return probe


def refused_at_the_edge(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.site.clock.advance(60 - 7)  # the clock begins seven seconds into a step
    return status(person.answer_totp(person.register().code())) != 200


def crashes(make: Any, faults: Any) -> Any:
    return status(make(faults=faults).enrolled().answer_totp("no number")) == 500


def body_crashes(make: Any, faults: Any) -> Any:
    return status(make(faults=faults).enrolled().call("POST", "/users/mfa/auth/totp", [])) == 500


PROBES: dict[str, Any] = {
    "T01": replay_in_session,
    "T02": replay_in_other_session,
    "T03": replay_after_enrolment,
    "T06": older_after_newer,
    "T07": offset(2),
    "T08": offset(-20),
    "T09": offset(-1, refused=True),
    "T10": rounded,
    "T11": claimed_time,
    "T12": changed_code(lambda code: code.lstrip("0")),
    "T13": changed_code(lambda code: code[:5]),
    "T14": changed_code(int),
    "T15": honest_enrolment_fails,
    "T16": honest_enrolment_fails,
    "T17": other_users_code,
    "T19": unverified_passes,
    "T20": changed_code(lambda _: "000000"),
    "T21": replay_after_confirmation,
    "T22": replay_with(),
    "T23": replay_with(createMfaToken={"singleUse": True}),
    "T24": other_users_app_named,
    "T25": changed_code(lambda _: "123456"),
    "T26": changed_code(lambda code: f"{(int(code) + 1) % 10**6:06}"),
    "T29": refused_at_the_edge,
    "T30": changed_code(lambda code: str(int(code))),
    "T31": changed_code(lambda code: code[1:]),
    "T32": changed_code(lambda _: ""),
    "X28": crashes,
    "X29": body_crashes,
    "T27": new_app_verified("auth", lambda app: app.code(step=-10)),
    "T28": new_app_verified("register", lambda app: [app.code()]),
}


@pytest.mark.parametrize("fault_id", PROBES)
def test_a_fault_shows_and_the_clean_server_does_not(make: Callable[..., Any], fault_id: str) -> None:
    assert PROBES[fault_id](make, [fault_id]) is True
    assert PROBES[fault_id](make, ["no-op"]) is False
