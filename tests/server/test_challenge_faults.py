"""Faults of passkey challenges that were issued for something else: each shows where it is, and not elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ORIGIN = "http://localhost:3000"
REGISTER, MFA, SIGN_IN = "/users/passkeys/register", "/users/passkeys/authenticate", "/users/passkeys/signin"


def swapped(asked: str, answered: str, path: str) -> Any:
    """Whether the challenge of `asked` is good for the ceremony `answered`, which ends at `path`."""

    def probe(make: Any, faults: Any) -> Any:
        person = make(faults=faults).sign_in()
        assert person.new_passkey().status_code == 200
        challenge = person.call("GET", asked).json()["challenge"]
        options = {**person.call("GET", answered).json(), "challenge": challenge}
        return person.call("POST", path, person.key.get(options, origin=ORIGIN)).status_code == 200

    return probe


def finished_elsewhere(make: Any, faults: Any) -> Any:
    person = make(faults=faults, session_based=True).enrolled()
    response = person.attest(person.call("GET", REGISTER).json())
    return person.again().call("POST", REGISTER, response).status_code == 200


PROBES: dict[str, Any] = {
    "P60": swapped(REGISTER, MFA, "/users/mfa/auth/passkey"),
    "P61": swapped(SIGN_IN, MFA, "/users/mfa/auth/passkey"),
    "P62": swapped(MFA, SIGN_IN, SIGN_IN),
    "P63": finished_elsewhere,
}


@pytest.mark.parametrize("fault_id", PROBES)
def test_a_fault_shows_and_the_clean_server_does_not(make: Callable[..., Any], fault_id: str) -> None:
    assert PROBES[fault_id](make, [fault_id]) is True
    assert PROBES[fault_id](make, ["no-op"]) is False
