"""What an attacker would send to be let in: right in every way but one, and that one hard to see."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from fido2 import cbor
from hypothesis import assume, given, settings, strategies as st
from tests.simulators.webauthn.forging import CHALLENGE, EXPECTED, KEYS, ORIGIN, made, raw, register, text

from mfa_simulators.passkey import VirtualPasskey
from mfa_simulators.webauthn import (
    Policy,
    VerificationError,
    request_options,
    verify_authentication,
    verify_registration,
)


@pytest.mark.parametrize("outputs", [{1: 1}, {b"prf": True}, {True: True}, {-1: {}}])
def test_an_extension_is_called_by_a_name(outputs: Any) -> None:
    key, registration = KEYS[-7]
    credential = register(registration)
    options = request_options(challenge=CHALLENGE, rp_id="example.org", allow_credentials=[credential])
    response = key.get(options, origin=ORIGIN)
    data = raw(response["response"]["authenticatorData"])
    data = data[:32] + bytes((data[32] | 0x80,)) + data[33:] + cbor.encode(outputs)
    response["response"]["authenticatorData"] = text(data)
    with pytest.raises(VerificationError, match=r"7\.2 step 7:"):
        verify_authentication(response, credential=credential, **EXPECTED)


# Base64url: one spelling.


def spelt_otherwise(spelling: str) -> list[str]:
    """Other texts that a lenient reader takes for the same bytes."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    found = [spelling + "=", spelling + "==", spelling + "\n", " " + spelling, spelling + "\0"]
    spare = {2: 4, 3: 2}.get(len(spelling) % 4, 0)
    if spare:
        last = alphabet.index(spelling[-1])
        found += [spelling[:-1] + alphabet[last | bits] for bits in range(1, 1 << spare)]
    return found


@pytest.mark.parametrize(
    "member", ["rawId", "clientDataJSON", "authenticatorData", "signature", "userHandle"]
)
def test_base64url_has_one_spelling(member: str) -> None:
    key, registration = KEYS[-7]
    credential = replace(register(registration), user_handle=b"u")
    options = request_options(challenge=CHALLENGE, rp_id="example.org", allow_credentials=[credential])
    response = key.get(options, origin=ORIGIN)
    verify_authentication(response, credential=credential, **EXPECTED)
    place = response if member == "rawId" else response["response"]
    for other in spelt_otherwise(place[member]):
        bent = deepcopy(response)
        inside = bent if member == "rawId" else bent["response"]
        inside[member] = other
        if member == "rawId":
            bent["id"] = other
        with pytest.raises(VerificationError, match=r"7\.2 step 3:"):
            verify_authentication(bent, credential=credential, **EXPECTED)


# What a caller gets wrong, and must hear of at once.


def test_no_challenge_sent_is_no_challenge_answered() -> None:
    key, registration = KEYS[-7]
    credential = register(registration)
    response = key.get(
        request_options(challenge=b"", rp_id="example.org", allow_credentials=[credential]), origin=ORIGIN
    )
    with pytest.raises(VerificationError, match=r"7\.2 step 11:"):
        verify_authentication(response, credential=credential, **(EXPECTED | {"challenge": b""}))


def test_one_origin_given_as_text_is_not_taken_for_a_collection_of_letters() -> None:
    key, registration = KEYS[-7]
    credential = register(registration)
    options = request_options(challenge=CHALLENGE, rp_id="example.org", allow_credentials=[credential])
    page = "https://app.example.or"  # stands in the text of ours
    response = VirtualPasskey.load(key.export(), seed=7).get(options, origin=ORIGIN, fault=None)
    client_data = raw(response["response"]["clientDataJSON"]).replace(ORIGIN.encode(), page.encode())
    response["response"]["clientDataJSON"] = text(client_data)
    for origins in (ORIGIN, ORIGIN.encode()):
        with pytest.raises(TypeError, match="origins"):
            verify_authentication(response, credential=credential, **(EXPECTED | {"origins": origins}))
        with pytest.raises(TypeError, match="origins"):
            verify_registration(registration, **(EXPECTED | {"origins": origins}))
    with pytest.raises(TypeError, match="allow_credentials"):
        verify_authentication(response, credential=credential, allow_credentials=credential.id, **EXPECTED)


@pytest.mark.parametrize(
    "choice",
    [
        {"user_verification": "require"},
        {"attestation": "verified"},
        {"counter": "reject"},
    ],
)
def test_a_choice_that_is_none_is_not_taken_for_the_laxest(choice: Any) -> None:
    with pytest.raises(ValueError, match=next(iter(choice))):
        Policy(**choice)


@pytest.mark.parametrize("choice", [{"top_origins": ORIGIN}, {"attestation_types": "basic"}])
def test_one_text_is_not_taken_for_a_collection_in_a_policy(choice: Any) -> None:
    with pytest.raises(TypeError, match=next(iter(choice))):
        Policy(**choice)


# Structure: any one thing in a response replaced, taken away, doubled or put elsewhere.

ODD: Any = st.sampled_from(
    [
        None,
        True,
        False,
        0,
        1,
        -7,
        2**64 - 1,
        -(2**64),
        "",
        b"",
        "x",
        "\ud800",
        b"\xff" * 70,
        [],
        {},
        [[]],
        {1: 2},
    ]
)
UNREAD = {"authenticatorAttachment", "transports", "authenticatorData", "publicKey", "publicKeyAlgorithm"}


@st.composite
def bent(draw: st.DrawFn, value: Any) -> Any:
    """The value with one thing about it changed, at any depth."""
    if isinstance(value, dict) and value and draw(st.booleans()):
        name = draw(st.sampled_from(sorted(value, key=str)))
        if draw(st.integers(0, 4)) == 0:
            return {key: inside for key, inside in value.items() if key != name}
        return value | {name: draw(bent(value[name]))}
    if isinstance(value, list) and value and draw(st.booleans()):
        at = draw(st.integers(0, len(value) - 1))
        return draw(st.sampled_from([value[:at], [*value, value[at]], value[::-1]]))
    if isinstance(value, bytes) and value and draw(st.booleans()):
        at = draw(st.integers(0, len(value) - 1))
        return value[:at] + draw(st.binary(max_size=3)) + value[at + draw(st.integers(0, 3)) :]
    return draw(ODD)


_, ATTESTED = made(attestation="direct")


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_nothing_that_is_bent_in_an_attested_registration_is_taken(data: st.DataObject) -> None:
    whole: Any = cbor.decode(raw(ATTESTED["response"]["attestationObject"]))
    changed = data.draw(bent(whole))
    try:
        encoded = cbor.encode(changed)
    except (TypeError, ValueError):
        assume(False)
    assume(encoded != cbor.encode(whole))
    response = deepcopy(ATTESTED)
    response["response"]["attestationObject"] = text(encoded)
    with pytest.raises(VerificationError, match=r"7\.1 step "):
        register(response)


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_nothing_that_is_bent_in_a_response_raises_anything_else_or_changes_what_is_read(
    data: st.DataObject,
) -> None:
    response = data.draw(bent(ATTESTED))
    try:
        told = register(response)
    except VerificationError as error:
        str(error).encode()  # it can be written to any log
    else:
        assert told == replace(register(ATTESTED), transports=told.transports, discoverable=told.discoverable)
        read = {name: value for name, value in response["response"].items() if name not in UNREAD}
        assert read == {name: ATTESTED["response"][name] for name in ("clientDataJSON", "attestationObject")}
