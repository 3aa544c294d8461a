"""Faults of passkeys' owners, numbers, counters and options: each shows where it is, and not on the clean server."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ORIGIN = "http://localhost:3000"
OK = 200


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def status(answer: Any) -> int:
    return int(answer.status_code)


def key_of(person: Any, seed: str, **character: Any) -> Any:
    return type(person.key)(clock=person.site.clock, seed=seed, **character)


def passkeys(person: Any) -> list[Any]:
    return list(person.call("GET", "/users/passkeys").json()["passkeys"])


def delete(person: Any, passkey: Any) -> int:
    body = {"passkeyId": passkey["id"]}
    return status(person.call("DELETE", "/users/passkeys", body, x_mfa_auth_token=person.mfa_token()))


def answer(person: Any, key: Any, lie: str | None = None, **flags: Any) -> bool:
    options = person.call("GET", "/users/passkeys/authenticate").json() | {"allowCredentials": []}
    body = key.get(options, origin=ORIGIN, fault=lie, **flags)
    return status(person.call("POST", "/users/mfa/auth/passkey", body)) == OK


def register(person: Any, key: Any) -> bool:
    person.key = key
    return status(person.new_passkey()) == OK


def two(make: Any, faults: Any, **settings: Any) -> tuple[Any, Any]:
    site = make(faults=faults, **settings)
    return site.sign_in("ada@example.org"), site.sign_in("bob@example.org")


def foreign_renaming(make: Any, faults: Any) -> Any:
    ada, bob = two(make, faults)
    bob.new_passkey()
    (theirs,) = passkeys(bob)
    return status(ada.call("PUT", "/users/passkeys", {"id": theirs["id"], "alias": "mine"})) == OK


def unknown_id(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    person.new_passkey()
    return answer(person, person.key, "credential-id-unknown")


def taken_over(make: Any, faults: Any) -> Any:
    ada, bob = two(make, faults)
    bob.new_passkey()
    (theirs,) = bob.key.credentials
    options = ada.call("GET", "/users/passkeys/register").json() | {"attestation": "none"}
    ada.key = key_of(ada, "thief")
    body = ada.attest(options)
    (own,) = ada.key.credentials
    attested = decoded(body["response"]["attestationObject"]).replace(own.id, theirs.id)
    body["response"]["attestationObject"] = encoded(attested)
    body["id"] = body["rawId"] = encoded(theirs.id)
    return status(ada.call("POST", "/users/passkeys/register", body)) == OK and not answer(bob, bob.key)


def replaced(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    first = person.key
    return (
        register(person, first) and register(person, key_of(person, "second")) and not answer(person, first)
    )


def second_unknown(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    register(person, person.key)
    person.site.clock.advance(1)
    second = key_of(person, "second")
    return register(person, second) and not answer(person, second)


def still_there(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    person.new_passkey()
    return delete(person, passkeys(person)[0]) == 204 and len(passkeys(person)) == 1


def all_gone(make: Any, faults: Any) -> Any:
    person = make(faults=faults).enrolled()
    register(person, key_of(person, "first"))
    register(person, key_of(person, "second"))
    return delete(person, passkeys(person)[0]) == 204 and not passkeys(person)


def raced(make: Any, faults: Any) -> Any:
    person = make(faults=faults, passkeys_per_user=1).sign_in()
    bodies = []
    for number in range(8):
        person.key = key_of(person, str(number))
        bodies.append(person.attest(person.call("GET", "/users/passkeys/register").json()))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda body: person.call("POST", "/users/passkeys/register", body), bodies))
    return len(passkeys(person)) > 1


def no_room_again(make: Any, faults: Any) -> Any:
    person = make(faults=faults, passkeys_per_user=1).enrolled()
    person.new_passkey()
    delete(person, passkeys(person)[0])
    return status(person.call("GET", "/users/passkeys/register")) != OK


def everybody_named(make: Any, faults: Any) -> Any:
    ada, bob = two(make, faults)
    ada.new_passkey()
    bob.new_passkey()
    return len(ada.call("GET", "/users/passkeys/authenticate").json()["allowCredentials"]) > 1


def clone(uses: int, behind: int) -> Any:
    """Whether a clone is accepted whose original was used so often; it is so far `behind` the original."""

    def probe(make: Any, faults: Any) -> Any:
        person = make(faults=faults).sign_in()
        key = key_of(person, "counts", counter="per-credential")
        register(person, key)
        for _ in range(uses):
            assert answer(person, key)
        twin = key.clone()
        twin.rollback(behind)
        return answer(person, twin)

    return probe


def jump_refused(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    key = key_of(person, "jumps", counter="per-credential", counter_step=5)
    return register(person, key) and not answer(person, key)


def later_backup_refused(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    key = key_of(person, "synced", backup_state=False)
    return register(person, key) and not answer(person, key, flags={"BS": True})


def address_told(make: Any, faults: Any) -> Any:
    person = make(faults=faults).sign_in()
    user = person.call("GET", "/users/passkeys/register").json()["user"]
    return decoded(user["id"]) == user["name"].encode()


def no_algorithms(make: Any, faults: Any) -> Any:
    return (
        not make(faults=faults).sign_in().call("GET", "/users/passkeys/register").json()["pubKeyCredParams"]
    )


def sign_in(lie: str) -> Any:
    """Whether a sign-in with a lie in it is accepted; MFA with it is refused all the same."""

    def probe(make: Any, faults: Any) -> Any:
        person = make(faults=faults).sign_in()
        person.new_passkey()
        assert not answer(person, person.key, lie)
        options = person.call("GET", "/users/passkeys/signin").json()
        body = person.key.get(options, origin=ORIGIN, fault=lie)
        return status(person.call("POST", "/users/passkeys/signin", body)) == OK

    return probe


PROBES: dict[str, Any] = {
    "P42": foreign_renaming,
    "P43": unknown_id,
    "P44": taken_over,
    "P45": replaced,
    "P64": second_unknown,
    "P46": still_there,
    "P47": all_gone,
    "P48": raced,
    "P49": no_room_again,
    "P50": everybody_named,
    "P51": clone(uses=2, behind=1),
    "P52": clone(uses=1, behind=1),
    "P53": jump_refused,
    "P54": later_backup_refused,
    "P55": address_told,
    "P56": no_algorithms,
    "P57": sign_in("origin-foreign"),
    "P58": sign_in("signature-flipped"),
    "P59": sign_in("user-verified-cleared"),
}


@pytest.mark.parametrize("fault_id", PROBES)
def test_a_fault_shows_and_the_clean_server_does_not(make: Callable[..., Any], fault_id: str) -> None:
    assert PROBES[fault_id](make, [fault_id]) is True
    assert PROBES[fault_id](make, ["no-op"]) is False


def test_a_counter_that_went_back_is_refused_even_where_one_that_stands_still_is_not(
    make: Callable[..., Any],
) -> None:
    assert clone(uses=2, behind=2)(make, ["P52"]) is False
