"""Authenticator apps: enrolment, codes, one device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


def test_registration_answers_with_a_secret_and_a_uri_that_agree(make: Callable[..., Any]) -> None:
    person = make(environment_name="A&B: Ltd").sign_in("a+b&secret=AAAA@example.org")
    answer = person.call("GET", "/users/mfa/register/totp")
    body = answer.json()
    assert set(body) == {"id", "type", "secret", "uri"}
    uri = urlsplit(body["uri"])
    query = parse_qs(uri.query)
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert unquote(uri.path) == "/A&B: Ltd:a+b&secret=AAAA@example.org"
    assert query["secret"] == [body["secret"]]
    assert query["issuer"] == ["A&B: Ltd"]
    assert (query["algorithm"], query["digits"], query["period"]) == (["SHA1"], ["6"], ["30"])
    assert "=" not in body["secret"]
    assert len(body["secret"]) == 32
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("route", ["auth", "register"])
def test_both_routes_verify_the_device(site: Any, route: str) -> None:
    person = site.sign_in()
    person.enrol(route=route)
    (device,) = person.devices()
    assert device["verified"] is True
    assert device["default"] is True
    assert device["verifiedAt"] == "2026-01-01T00:00:07.000Z"


@pytest.mark.parametrize(
    ("wanted", "route", "works"),
    [("auth", "auth", True), ("auth", "register", False), ("register", "register", True)],
)
def test_the_switch_closes_the_other_route(
    make: Callable[..., Any], wanted: str, route: str, works: bool
) -> None:
    person = make(enrolment_route=wanted).sign_in()
    code = person.register().code()
    answer = person.call("POST", f"/users/mfa/{route}/totp", {"code": code})
    assert answer.is_success is works
    assert person.devices()[0]["verified"] is works


def test_an_unverified_device_is_listed_and_is_no_method(make: Callable[..., Any]) -> None:
    person = make(session_based=True).sign_in()
    person.register()
    (device,) = person.devices()
    assert (device["verified"], device["verifiedAt"], device["default"]) == (False, None, False)
    methods = person.call("GET", "/users/mfa/methods?verifiedOnly=true").json()
    assert methods == {"devices": [], "passkeys": [], "userHasVerifiedMfaMethods": False}
    assert len(person.call("GET", "/users/mfa/methods?verifiedOnly=false").json()["devices"]) == 1
    assert person.again().scopes == {"user:basic"}


def test_a_wrong_code_leaves_the_device_unverified_and_its_secret_good(
    site: Any, refused: Callable[..., None]
) -> None:
    person = site.sign_in()
    app = person.register()
    wrong = f"{(int(app.code()) + 1) % 1_000_000:06d}"
    refused(person.answer_totp(wrong), 422, "mfa_invalid_code")
    refused(person.call("POST", "/users/mfa/register/totp", {"code": wrong}), 422, "mfa_invalid_code")
    assert person.devices()[0]["verified"] is False
    assert person.answer_totp(app.code()).status_code == 200


def test_an_abandoned_registration_gives_way_to_a_new_one(site: Any, refused: Callable[..., None]) -> None:
    person = site.sign_in()
    first = person.register()
    second = person.register()
    assert first.secret != second.secret
    assert len(person.devices()) == 1
    refused(person.answer_totp(first.code()), 422, "mfa_invalid_code")
    assert person.answer_totp(second.code()).status_code == 200


@pytest.mark.parametrize("status", [401, 403, 409, 422])
def test_a_second_device_is_refused(
    make: Callable[..., Any], refused: Callable[..., None], status: int
) -> None:
    person = make(second_device_status=status).enrolled()
    before = person.devices()
    refused(person.call("GET", "/users/mfa/register/totp"), status, "mfa_device_limit")
    refused(person.call("POST", "/users/mfa/register/totp", {"code": "000000"}), status, "mfa_device_limit")
    assert person.devices() == before
    assert person.answer_totp().status_code == 200


def test_after_deletion_another_device_can_be_enrolled(site: Any) -> None:
    person = site.enrolled()
    token = person.mfa_token()
    assert person.call("DELETE", f"/users/mfa/{person.device_id}", x_mfa_auth_token=token).status_code == 204
    site.clock.advance(60)
    person.enrol()
    assert [device["verified"] for device in person.devices()] == [True]


def test_a_code_is_good_once_whatever_the_session(
    make: Callable[..., Any], refused: Callable[..., None]
) -> None:
    person = make(session_based=True).enrolled()
    first, second = person.again(), person.again()
    code = person.app.code()
    assert first.answer_totp(code).status_code == 200
    refused(first.answer_totp(code), 422, "mfa_invalid_code")
    refused(second.answer_totp(code), 422, "mfa_invalid_code")


def test_the_code_that_enrolled_is_used(make: Callable[..., Any], refused: Callable[..., None]) -> None:
    person = make(session_based=True).sign_in()
    person.enrol(step=0)
    refused(person.again().answer_totp(), 422, "mfa_invalid_code")


def test_an_older_step_is_refused_after_a_newer_one(site: Any, refused: Callable[..., None]) -> None:
    person = site.enrolled()
    site.clock.advance(90)
    assert person.answer_totp(person.app.code()).status_code == 200
    refused(person.answer_totp(person.app.code(step=-1)), 422, "mfa_invalid_code")


@pytest.mark.parametrize("drift", [0, 1, 2])
@pytest.mark.parametrize("offset", [-3, -2, -1, 0, 1, 2, 3])
def test_the_drift_is_as_set_on_both_sides(make: Callable[..., Any], drift: int, offset: int) -> None:
    site = make(totp_drift_steps=drift)
    person = site.sign_in()
    person.enrol(step=0)
    site.clock.advance(300)
    assert person.answer_totp(person.app.code(step=offset)).is_success is (abs(offset) <= drift)


@pytest.mark.parametrize("second", ["00:01:29.999", "00:01:30.000", "00:01:59.999"])
def test_the_boundary_of_a_step_is_floored(make: Callable[..., Any], second: str) -> None:
    site = make(totp_drift_steps=0)
    person = site.sign_in()
    person.enrol(step=0)
    site.clock.set(f"2026-01-01T{second}Z")
    assert person.answer_totp(person.app.code()).status_code == 200


@pytest.mark.parametrize(
    "settings",
    [
        {"totp_digits": 8},
        {"totp_algorithm": "SHA256"},
        {"totp_algorithm": "SHA512", "totp_digits": 7, "totp_period": 60},
    ],
)
def test_codes_follow_the_uri(make: Callable[..., Any], settings: dict[str, Any]) -> None:
    person = make(**settings).sign_in()
    person.register()
    oracle = pyotp.parse_uri(person.app.uri)
    assert isinstance(oracle, pyotp.TOTP)
    code = oracle.at(person.site.clock.now())
    assert person.answer_totp(code).status_code == 200


def test_a_device_keeps_the_form_it_was_registered_with(site: Any) -> None:
    person = site.enrolled()
    site.environment.update(totp_digits=8, totp_algorithm="SHA512", totp_period=60)
    assert person.answer_totp(person.fresh_code()).status_code == 200


def codes_of_another_form(code: str) -> list[str]:
    return [
        *(code + "0", code[:5], code + "\0", f" {code}", f"{code} ", code + "\n", "", "x" * 6),
        "".join(chr(0xFF10 + int(digit)) for digit in code),  # full-width
        "".join(chr(0x0660 + int(digit)) for digit in code),  # Arabic-Indic
        f"{code[:3]} {code[3:]}",
    ]


def test_only_exactly_the_digits_pass(make: Callable[..., Any], refused: Callable[..., None]) -> None:
    person = make(attempts=1000).enrolled()
    code = person.fresh_code()
    for other in codes_of_another_form(code):
        refused(person.answer_totp(other), 422, "mfa_invalid_code")
    assert person.answer_totp(code).status_code == 200


def test_leading_zeros_belong_to_the_code(make: Callable[..., Any], refused: Callable[..., None]) -> None:
    person = make(attempts=1000).enrolled()
    while not (code := person.fresh_code()).startswith("0"):
        pass
    refused(person.answer_totp(code.lstrip("0")), 422, "mfa_invalid_code")
    assert person.answer_totp(code).status_code == 200


@pytest.mark.parametrize("code", [123456, ["123456"], None, {}, True, 1.5])
def test_a_code_that_is_no_text_is_a_bad_request(site: Any, refused: Callable[..., None], code: Any) -> None:
    person = site.enrolled()
    refused(person.call("POST", "/users/mfa/auth/totp", {"code": code}), 400, "bad_request")
    refused(person.call("POST", "/users/mfa/auth/recovery", {"code": code}), 400, "bad_request")


def test_codes_of_another_user_are_refused(site: Any, refused: Callable[..., None]) -> None:
    ada, bob = site.enrolled("ada@example.org"), site.enrolled("bob@example.org")
    refused(ada.answer_totp(bob.fresh_code()), 422, "mfa_invalid_code")
    refused(ada.answer_totp(bob.app.code(), id=bob.device_id), 422, "mfa_device_not_found")


def test_the_server_trusts_its_own_clock_only(site: Any, refused: Callable[..., None]) -> None:
    person = site.enrolled()
    site.clock.advance(3600)
    later = person.app.code()
    site.clock.advance(-3600)
    for name in ("date", "x_time"):
        for claimed in ("Thu, 01 Jan 2026 01:00:07 GMT", "2026-01-01T01:00:07Z", "1767229207"):
            answer = person.call("POST", "/users/mfa/auth/totp", {"code": later}, **{name: claimed})
            refused(answer, 422, "mfa_invalid_code")


def test_the_secret_is_shown_once_only(site: Any) -> None:
    person = site.enrolled()
    secret = person.app.secret
    for method, path in (
        ("GET", "/users/mfa"),
        ("GET", f"/users/mfa/{person.device_id}"),
        ("GET", "/users/mfa/methods"),
        ("GET", "/users/mfa/register/totp"),
        ("GET", "/users"),
        ("POST", "/refresh"),
    ):
        assert secret not in person.call(method, path).text


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_looking_does_not_register(site: Any, method: str) -> None:
    person = site.sign_in()
    person.call(method, "/users/mfa/register/totp")
    assert person.devices() == []


def test_totp_switched_off_is_refused(make: Callable[..., Any], refused: Callable[..., None]) -> None:
    person = make(totp=False).sign_in()
    refused(person.call("GET", "/users/mfa/register/totp"), 403, "mfa_method_disabled")
    refused(person.answer_totp("000000"), 403, "mfa_method_disabled")
    refused(person.call("POST", "/users/mfa/register/totp", {"code": "000000"}), 403, "mfa_method_disabled")
    assert person.call("GET", "/users/passkeys/register").status_code == 200


def test_secrets_are_all_different(make: Callable[..., Any]) -> None:
    site = make()
    secrets = set()
    for number in range(30):
        secrets.add(site.sign_in(f"user{number}@example.org").register().secret)
    assert len(secrets) == 30
