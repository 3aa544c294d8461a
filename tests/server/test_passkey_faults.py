"""Faults of passkeys: each shows where it is, and does not on the clean server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


def status(answer: Any) -> int:
    return int(answer.status_code)


def gated_registers(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).enrolled().again()
    return status(person.new_passkey()) == 200


def deletion(headers: dict[str, str]) -> Any:
    def probe(make: Any, faults: Any) -> Any:
        person = make(faults=faults).enrolled()
        return status(person.call("DELETE", f"/users/mfa/{person.device_id}", **headers)) == 204

    return probe


ORIGIN = "http://localhost:3000"


def assertion(lie: str | None = None, *, origin: str = ORIGIN, tamper: Any = None, **made: Any) -> Any:
    """Whether an assertion with a lie in it is accepted."""

    def probe(make: Any, faults: Any) -> Any:
        person = make(faults=faults).sign_in()
        person.key = type(person.key)(clock=person.site.clock, seed=str(lie), **made)
        assert status(person.new_passkey()) == 200
        options = person.call("GET", "/users/passkeys/authenticate").json()
        body = person.key.get(options, origin=ORIGIN, fault=lie)
        if tamper is not None:
            tamper(body)
        return status(person.call("POST", "/users/mfa/auth/passkey", body)) == 200

    return probe


def attestation(lie: str) -> Any:
    """Whether a registration with a lie in it is accepted."""

    def probe(make: Any, faults: Any) -> Any:
        person = make(faults=faults).sign_in()
        options = person.call("GET", "/users/passkeys/register").json()
        return (
            status(person.call("POST", "/users/passkeys/register", person.attest(options, fault=lie))) == 200
        )

    return probe


def passkey_replay(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.new_passkey()
    options = person.call("GET", "/users/passkeys/authenticate").json()
    body = person.key.get(options, origin=ORIGIN)
    return [status(person.call("POST", "/users/mfa/auth/passkey", body)) for _ in range(2)] == [200, 200]


def stale_challenge(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.new_passkey()
    options = person.call("GET", "/users/passkeys/authenticate").json()
    body = person.key.get(options, origin=ORIGIN)
    person.site.clock.advance(3600)
    return status(person.call("POST", "/users/mfa/auth/passkey", body)) == 200


def short_challenge(make: Any, faults: Any) -> Any:
    return len(make(faults=faults).call("GET", "/users/passkeys/signin").json()["challenge"]) < 20


def requested_rp_id(make: Any, faults: Any) -> Any:
    path = "/users/passkeys/signin?relatedOriginRpId=evil.test"
    return status(make(faults=faults).call("GET", path)) == 200


def others_passkey(make: Any, faults: Any) -> Any:
    site = make(faults=faults, session_based=True)
    ada, bob = site.sign_in("ada@example.org"), site.sign_in("bob@example.org")
    ada.new_passkey()
    bob.new_passkey()
    later = ada.again()
    options = later.call("GET", "/users/passkeys/authenticate").json()
    body = bob.key.get({**options, "allowCredentials": []}, origin=ORIGIN)
    return status(later.call("POST", "/users/mfa/auth/passkey", body)) == 200


def rolled_back(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.key = type(person.key)(clock=person.site.clock, seed="rollback", counter="per-credential")
    person.new_passkey()
    person.answer_passkey()
    person.key.rollback(1)
    return status(person.answer_passkey()) == 200


def zero_refused(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.new_passkey()
    return status(person.answer_passkey()) != 200


def not_excluded(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.new_passkey()
    return not person.call("GET", "/users/passkeys/register").json()["excludeCredentials"]


def deleted_passkey(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    person.new_passkey()
    (passkey,) = person.call("GET", "/users/passkeys").json()["passkeys"]
    options = person.call("GET", "/users/passkeys/authenticate").json()
    body = person.key.get(options, origin=ORIGIN)
    deletion = {"passkeyId": passkey["id"]}
    assert (
        status(person.call("DELETE", "/users/passkeys", deletion, x_mfa_auth_token=person.mfa_token())) == 204
    )
    return status(person.call("POST", "/users/mfa/auth/passkey", body)) == 200


def passkey_without_mfa(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.new_passkey()
    (passkey,) = person.call("GET", "/users/passkeys").json()["passkeys"]
    return status(person.call("DELETE", "/users/passkeys", {"passkeyId": passkey["id"]})) == 204


def passkey_leaves_gated(make: Any, faults: Any) -> Any:
    person = make(faults=faults, enrollment="signup").sign_in()
    person.new_passkey()
    return bool(person.gated)


def too_many(make: Any, faults: Any) -> Any:
    person = make(faults=faults, passkeys_per_user=1).sign_in()
    person.new_passkey()
    return status(person.call("GET", "/users/passkeys/register")) == 200


def malformed_500(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    options = person.call("GET", "/users/passkeys/register").json()
    body = person.attest(options)
    body["response"]["attestationObject"] = "oA"
    return status(person.call("POST", "/users/passkeys/register", body)) == 500


def other_session(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).sign_in()
    person.new_passkey()
    first, second = person.again(), person.again()
    options = first.call("GET", "/users/passkeys/authenticate").json()
    body = person.key.get(options, origin=ORIGIN)
    return status(second.call("POST", "/users/mfa/auth/passkey", body)) == 200


def any_port(make: Any, faults: Any) -> Any:
    accepted = assertion("origin-port")
    return accepted(lambda **settings: make(**settings, origins=[ORIGIN]), faults)


def refuses(lie: str) -> Any:
    accepted = assertion(lie)
    return lambda make, faults: not accepted(make, faults)


PROBES: dict[str, Any] = {
    "P01": assertion("challenge-other"),
    "P02": passkey_replay,
    "P04": stale_challenge,
    "P05": short_challenge,
    "P06": assertion("origin-foreign"),
    "P07": assertion("rp-id-hash-other"),
    "P08": requested_rp_id,
    "P09": assertion("type-swapped"),
    "P10": assertion("cross-origin"),
    "P11": assertion("user-present-cleared"),
    "P12": assertion("user-verified-cleared"),
    "P13": assertion("signature-flipped"),
    "P14": others_passkey,
    "P15": assertion("user-handle-other"),
    "P17": rolled_back,
    "P18": zero_refused,
    "P20": not_excluded,
    "P21": attestation("algorithm-not-offered"),
    "P22": assertion("backup-state-without-eligible"),
    "P23": attestation("credential-id-long"),
    "P25": deleted_passkey,
    "P26": passkey_without_mfa,
    "P27": passkey_leaves_gated,
    "P28": gated_registers,
    "P29": too_many,
    "P30": malformed_500,
    "P34": assertion("origin-prefix"),
    "P35": assertion("origin-suffix"),
    "P36": assertion("origin-http"),
    "P37": other_session,
    "P38": assertion("backup-eligible-changed"),
    "P39": refuses("client-data-extra-member"),
    "P40": refuses("signature-high-s"),
    "P41": any_port,
}


@pytest.mark.parametrize("fault_id", PROBES)
def test_a_fault_shows_and_the_clean_server_does_not(make: Callable[..., Any], fault_id: str) -> None:
    assert PROBES[fault_id](make, [fault_id]) is True
    assert PROBES[fault_id](make, ["no-op"]) is False
