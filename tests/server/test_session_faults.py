"""Faults of sessions, what is taken for one and what completes one: each shows where it is, and not elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt
import pytest

from mfa_simulators.client.device_key import DeviceKey, device_headers

if TYPE_CHECKING:
    from collections.abc import Callable

ORIGIN = "http://localhost:3000"


def as_session(come_by: Any) -> Any:
    def probe(make: Any, faults: Any) -> Any:
        person = make(faults=faults).enrolled()
        token = come_by(person)
        return person.site.call("GET", "/users/mfa", token=token).status_code == 200

    return probe


def revived(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.call("POST", "/revoke")
    return person.call("POST", "/refresh").status_code == 200


def refreshed_late(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_seconds=3600).sign_in()
    person.site.clock.advance(3601)
    return person.call("POST", "/refresh").status_code == 200


def by_sms(make: Any, faults: Any) -> Any:
    site = make(faults=faults, enrollment="signup")
    sent = site.call(
        "POST", "/smsVerifications/create", {"phoneCountryCode": "1", "phoneNumber": "5551234567"}
    ).json()
    code = site.environment.mailbox("+15551234567")[-1].code
    proof = {"verificationUUID": sent["verificationUUID"], "verificationToken": code}
    return site.call("POST", "/smsVerifications/signin", proof).json()["user"]["scope"] == "user:basic"


def by_external_account(make: Any, faults: Any) -> Any:
    site = make(faults=faults, enrollment="signup")
    answer = site.call("POST", "/externalAuth/signin", {"jwt": site.environment.external_jwt(sub="x")})
    return answer.json()["user"]["scope"] == "user:basic"


def by_passkey(make: Any, faults: Any) -> Any:
    site = make(faults=faults, session_based=True)
    person = site.sign_in()
    person.new_passkey()
    options = site.call("GET", "/users/passkeys/signin").json()
    answer = site.call("POST", "/users/passkeys/signin", person.key.get(options, origin=ORIGIN))
    return answer.json()["user"]["scope"] == "user:basic"


def update_keeps(make: Any, faults: Any) -> Any:
    site = make(faults=faults, session_based=True)
    first = site.sign_in()
    first.again().enrol()
    answer = first.call("PUT", "/users", {"mfaBackupCodeAcknowledgement": "complete"})
    return answer.json()["user"]["scope"] == "user:basic"


def refused_completes(make: Any, faults: Any) -> Any:
    """By every way of answering, all alike."""
    site = make(faults=faults, session_based=True)
    person = site.enrolled()
    person.new_passkey()
    completed = set()
    ways: tuple[Any, ...] = (
        lambda visitor: visitor.answer_totp("000000"),
        lambda visitor: visitor.answer_recovery("AAAAAAAAAA"),
        lambda visitor: visitor.answer_passkey(fault="signature-flipped"),
    )
    for answer in ways:
        visitor = person.again()
        assert answer(visitor).status_code == 422
        visitor.take(visitor.call("POST", "/refresh"))
        completed.add(not visitor.gated)
    (alike,) = completed
    return alike


def gated_reads_device(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).enrolled().again()
    return person.call("GET", f"/users/mfa/{person.device_id}").status_code == 200


def gated_changes_address(make: Any, faults: Any) -> Any:
    site = make(faults=faults, session_based=True)
    person = site.enrolled().again()
    sent = person.call("POST", "/emailVerifications/create", {"email": "eve@example.org"}).json()
    proof = {
        "verificationUUID": sent["verificationUUID"],
        "verificationToken": site.environment.mailbox("eve@example.org")[-1].code,
    }
    return person.call("POST", "/emailVerifications/verify", proof).status_code == 200


def gated_confirms_app(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).sign_in()
    person.new_passkey()
    code = person.register().code()
    body = {"type": "totp", "code": code}
    return person.again().call("POST", "/users/mfa/register/totp", body).status_code == 200


def gated_steps_up(make: Any, faults: Any) -> Any:
    site = make(faults=faults, enrollment="signup")
    jwt = site.environment.external_jwt(sub="x")
    person = site.visitor(site.call("POST", "/externalAuth/signin", {"jwt": jwt}).json())
    word = site.environment.external_jwt(sub="x", scope="wallet:export")
    return person.call("POST", "/externalAuth/verify", {"jwt": word}).status_code == 200


def browser_remembered(make: Any, faults: Any) -> Any:
    """A browser is known by its device key, which it proves by signing a nonce."""
    site = make(faults=faults, session_based=True)
    key = DeviceKey(b"a browser of hers, and of nobody else")

    def sign_in() -> Any:
        sent = site.call("POST", "/emailVerifications/create", {"email": "ada@example.org"}).json()
        proof = {
            "verificationUUID": sent["verificationUUID"],
            "verificationToken": site.environment.mailbox("ada@example.org")[-1].code,
        }
        headers = device_headers(key, site.call("GET", "/nonce").json()["nonce"])
        return site.visitor(site.call("POST", "/emailVerifications/signin", proof, **headers).json())

    sign_in().enrol()
    return not sign_in().gated


def unenrolled_acts(make: Any, faults: Any) -> Any:
    person = make(faults=faults, enrollment="signup").sign_in()
    return person.call("PUT", "/users", {"firstName": "Ada"}).status_code == 200


def names_no_user(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    assert person.call("GET", "/users").status_code == 200
    return jwt.decode(person.token, options={"verify_signature": False})["sub"] != person.id


PROBES: dict[str, Any] = {
    "S40": as_session(lambda person: person.elevated("wallet:sign")),
    "S41": as_session(lambda person: person.mfa_token()),
    "S42": revived,
    "S43": refreshed_late,
    "S44": by_sms,
    "S45": by_external_account,
    "S46": by_passkey,
    "S47": update_keeps,
    "S48": refused_completes,
    "S50": gated_reads_device,
    "S51": gated_changes_address,
    "S52": gated_confirms_app,
    "S53": gated_steps_up,
    "S54": browser_remembered,
    "S55": unenrolled_acts,
    "S56": names_no_user,
}


@pytest.mark.parametrize("fault_id", PROBES)
def test_a_fault_shows_and_the_clean_server_does_not(make: Callable[..., Any], fault_id: str) -> None:
    assert PROBES[fault_id](make, [fault_id]) is True
    assert PROBES[fault_id](make, ["no-op"]) is False


def test_an_update_completes_no_session_and_gates_none_that_owes_nothing(make: Callable[..., Any]) -> None:
    site = make(session_based=True)
    person = site.enrolled()
    gated = person.again()
    acknowledged = {"mfaBackupCodeAcknowledgement": "complete"}
    for visitor, scope in ((person, "user:basic"), (gated, "requiresAdditionalAuth")):
        visitor.take(visitor.call("PUT", "/users", acknowledged))
        assert visitor.scopes == {scope}
