"""Faults of the gate and of sessions: each shows where it is, and does not on the clean server."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

if TYPE_CHECKING:
    from collections.abc import Callable


def status(answer: Any) -> int:
    return int(answer.status_code)


def other_environment(make: Any, faults: Any) -> Any:
    home, away = make(faults=faults), make(faults=faults)
    person = home.sign_in()
    person.call("GET", "/users")
    return status(away.call("GET", "/users/mfa", token=person.token)) == 200


def gate(wanted: bool, *, enrolled: bool = True, **settings: Any) -> Any:
    """Whether a new login is gated (or not), where it should be the other way."""

    def probe(make: Any, faults: Any) -> Any:
        site = make(faults=faults, **settings)
        person = site.enrolled() if enrolled else site.sign_in()
        return ("requiresAdditionalAuth" in person.again().scopes) is wanted

    return probe


def both_scopes(make: Any, faults: Any) -> Any:
    return len(make(faults=faults, enrollment="signup").sign_in().scopes) == 2


def not_lifted(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).enrolled()
    return bool(person.gated)


def every_session(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).enrolled()
    first, second = person.again(), person.again()
    first.answer_totp(person.fresh_code())
    second.take(second.call("POST", "/refresh"))
    return not second.gated


def refreshed(make: Any, faults: Any) -> Any:
    person = make(faults=faults, enrollment="signup").sign_in()
    person.take(person.call("POST", "/refresh"))
    return not person.gated


def not_enforced(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).enrolled().again()
    return status(person.call("POST", "/wallets/actions/sign")) == 200


def external_skips(make: Any, faults: Any) -> Any:
    site = make(faults=faults, enrollment="signup")
    answer = site.call("POST", "/externalAuth/signin", {"jwt": site.environment.external_jwt(sub="x")})
    return answer.json()["user"]["scope"] == "user:basic"


def prove_email(person: Any, **body: Any) -> Any:
    sent = person.call("POST", "/emailVerifications/create", {"email": person.email}).json()
    code = person.site.environment.mailbox(person.email)[-1].code
    proof = {"verificationUUID": sent["verificationUUID"], "verificationToken": code}
    return person.call("POST", "/emailVerifications/verify", {**proof, **body})


def reauthentication_lifts(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).enrolled().again()
    return prove_email(person).json()["user"]["scope"] == "user:basic"


def gated_deletes(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).enrolled().again()
    return status(person.call("DELETE", f"/users/mfa/{person.device_id}")) == 204


def writable(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).enrolled().again()
    person.take(person.call("PUT", "/users", {"scope": "user:basic", "mfa": False}))
    return not person.gated


def refusal_tells(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).enrolled().again()
    return "minifiedJwt" in person.answer_totp("000000").json()


def forged(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    claims = jwt.decode(person.token, options={"verify_signature": False})

    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    head, _, tail = person.token.split(".")
    key = ec.generate_private_key(ec.SECP256R1())
    jwk = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    tokens = [
        f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}.",
        f"{head}.{part({**claims, 'alias': 'x'})}.{tail}",
        jwt.encode(claims, key, "ES256", {"jwk": jwk}),
    ]
    return any(status(person.site.call("GET", "/users", token=token)) == 200 for token in tokens)


def expired(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.site.clock.advance(10_000)
    return status(person.call("GET", "/users")) == 200


def revoked(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.call("POST", "/revoke")
    return status(person.call("GET", "/users")) == 200


def deleted_user(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.call("DELETE", "/users")
    assert person.site.sign_in(person.email).id != person.id
    return status(person.call("GET", "/users")) == 200


PROBES: dict[str, Any] = {
    "E18": other_environment,
    "S01": gate(False, session_based=True),
    "S02": both_scopes,
    "S03": not_lifted,
    "S04": every_session,
    "S05": gate(False, session_based=True),
    "S06": gate(True, enrolled=False, session_based=True),
    "S07": gate(False, session_based=True),
    "S09": gate(True, enrollment="signup"),
    "S10": refreshed,
    "S11": not_enforced,
    "S12": external_skips,
    "S13": reauthentication_lifts,
    "S14": gated_deletes,
    "S15": writable,
    "S16": refusal_tells,
    "S17": forged,
    "S18": forged,
    "S19": forged,
    "S20": expired,
    "S23": revoked,
    "S24": deleted_user,
}


@pytest.mark.parametrize("fault_id", PROBES)
def test_a_fault_shows_and_the_clean_server_does_not(make: Callable[..., Any], fault_id: str) -> None:
    assert PROBES[fault_id](make, [fault_id]) is True
    assert PROBES[fault_id](make, ["no-op"]) is False
