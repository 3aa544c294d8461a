"""What an attacker would send to be let in: right in every way but one, and that one hard to see."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed448, ed25519, rsa
from fido2 import cbor
from hypothesis import assume, given, settings, strategies as st

from mfa_simulators.passkey import VirtualPasskey
from mfa_simulators.passkey.keys import ALGORITHMS
from mfa_simulators.webauthn import (
    Policy,
    VerificationError,
    creation_options,
    request_options,
    verify_authentication,
    verify_registration,
)

ORIGIN = "https://app.example.org"
CHALLENGE = bytes(range(32))
EXPECTED: Any = {"challenge": CHALLENGE, "origins": (ORIGIN,), "rp_id": "example.org"}
OFFERED = tuple(ALGORITHMS)


def raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def made(algorithm: int = -7) -> tuple[VirtualPasskey, Any]:
    key = VirtualPasskey(seed=7, algorithms=(algorithm,))
    options = creation_options(
        challenge=CHALLENGE,
        rp_id="example.org",
        rp_name="Example",
        user_id=b"u",
        user_name="alice",
        policy=Policy(algorithms=OFFERED),
    )
    return key, key.create(options, origin=ORIGIN)


KEYS = {algorithm: made(algorithm) for algorithm in (-7, -8, -53, -257)}


def with_key(public_key: bytes, *, algorithm: int = -7) -> Any:
    """A registration that attests nothing, of another public key: COSE bytes of the attacker's choice."""
    key, honest = KEYS[algorithm]
    response = deepcopy(honest)
    whole: Any = cbor.decode(raw(response["response"]["attestationObject"]))
    (held,) = key.credentials
    data = whole["authData"].removesuffix(held.key.cose()) + public_key
    forged = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
    response["response"]["attestationObject"] = text(forged)
    return response


def register(response: Any) -> Any:
    return verify_registration(response, policy=Policy(algorithms=OFFERED), **EXPECTED)


def cose(algorithm: int) -> dict[int, Any]:
    (held,) = KEYS[algorithm][0].credentials
    members: Any = cbor.decode(held.key.cose())
    return dict(members)


def test_the_attackers_tools_are_sound() -> None:
    for algorithm in KEYS:
        assert register(with_key(cbor.encode(cose(algorithm)), algorithm=algorithm)).algorithm == algorithm


# Keys.


@pytest.mark.parametrize("member", [1, -1])
def test_a_boolean_is_not_the_number_one(member: int) -> None:
    key = cose(-7)
    if member == 1:  # as a label, where the key type stands
        body = cbor.encode({label: value for label, value in key.items() if label != 1})
        forged = bytes((0xA0 | len(key),)) + body[1:] + b"\xf5" + cbor.encode(key[1])
    else:  # as a value: the curve
        forged = cbor.encode(key | {-1: True})
    with pytest.raises(VerificationError, match=r"7\.1 step (13|20):"):
        register(with_key(forged))


def not_on_edwards25519() -> bytes:
    prime = 2**255 - 19
    d = -121665 * pow(121666, -1, prime)
    for y in range(2, 100):
        u, v = (y * y - 1) % prime, (d * y * y + 1) % prime
        if pow(u * v, (prime - 1) // 2, prime) == prime - 1:
            return y.to_bytes(32, "little")
    raise AssertionError


def not_on_edwards448() -> bytes:
    prime = 2**448 - 2**224 - 1
    for y in range(2, 100):
        u, v = (y * y - 1) % prime, (-39081 * y * y - 1) % prime
        if pow(u * v, (prime - 1) // 2, prime) == prime - 1:
            return y.to_bytes(57, "little")
    raise AssertionError


@pytest.mark.parametrize(
    ("algorithm", "point"),
    [
        pytest.param(-8, not_on_edwards25519(), id="Ed25519, off the curve"),
        pytest.param(-53, not_on_edwards448(), id="Ed448, off the curve"),
        pytest.param(-8, (2**255 - 19 + 3).to_bytes(32, "little"), id="Ed25519, y beyond the prime"),
        pytest.param(-53, (2**448 - 2**224 - 1 + 3).to_bytes(57, "little"), id="Ed448, y beyond the prime"),
        pytest.param(-53, bytes(56) + b"\x01", id="Ed448, bits that belong to nothing"),
        pytest.param(-8, (1).to_bytes(32, "little"), id="Ed25519, the neutral point"),
        pytest.param(-53, (1).to_bytes(57, "little"), id="Ed448, the neutral point"),
        pytest.param(-8, bytes(31), id="Ed25519, short"),
        pytest.param(-53, bytes(58), id="Ed448, long"),
    ],
)
def test_a_point_that_is_none_of_the_curve_is_no_key(algorithm: int, point: bytes) -> None:
    with pytest.raises(VerificationError, match=r"7\.1 step 20:"):
        register(with_key(cbor.encode(cose(algorithm) | {-2: point}), algorithm=algorithm))


@settings(max_examples=60)
@given(seed=st.binary(min_size=32, max_size=32), long=st.binary(min_size=57, max_size=57))
def test_every_point_that_a_private_key_makes_is_a_key(seed: bytes, long: bytes) -> None:
    for algorithm, public in (
        (-8, ed25519.Ed25519PrivateKey.from_private_bytes(seed).public_key()),
        (-53, ed448.Ed448PrivateKey.from_private_bytes(long).public_key()),
    ):
        key = cose(algorithm) | {-2: public.public_bytes_raw()}
        assert register(with_key(cbor.encode(key), algorithm=algorithm)).algorithm == algorithm


def modulus(bits: int = 2048) -> int:
    return rsa.generate_private_key(65537, bits).public_key().public_numbers().n


def octets(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


GOOD = modulus()


@pytest.mark.parametrize(
    ("n", "e"),
    [
        pytest.param(octets(GOOD), b"\x01", id="an exponent of one"),
        pytest.param(octets(GOOD), b"\x02", id="an even exponent"),
        pytest.param(octets(GOOD), b"", id="no exponent"),
        pytest.param(octets(GOOD), octets(GOOD + 2), id="an exponent beyond the modulus"),
        pytest.param(octets(GOOD - 1), b"\x01\x00\x01", id="an even modulus"),
        pytest.param(octets(GOOD >> 1536 | 1), b"\x01\x00\x01", id="512 bits"),
        pytest.param(b"\x00" + octets(GOOD), b"\x01\x00\x01", id="a zero before the modulus"),
        pytest.param(octets(GOOD), b"\x00\x01\x00\x01", id="a zero before the exponent"),
        pytest.param(b"", b"\x01\x00\x01", id="no modulus"),
        pytest.param(b"\xff" * 20_000, b"\x01\x00\x01", id="a modulus of 160,000 bits"),
    ],
)
def test_an_unsound_rsa_key_is_none(n: bytes, e: bytes) -> None:
    with pytest.raises(VerificationError, match=r"7\.1 step 20:"):
        register(with_key(cbor.encode(cose(-257) | {-1: n, -2: e}), algorithm=-257))


SIMPLE = st.booleans() | st.integers(-70000, 70000) | st.text(max_size=4) | st.binary(max_size=70)


@settings(max_examples=300, deadline=None)
@given(
    algorithm=st.sampled_from(list(KEYS)),
    changes=st.dictionaries(st.sampled_from([1, 2, 3, 4, 5, -1, -2, -3, -4, 0, "x"]), SIMPLE, max_size=3),
    lost=st.sets(st.sampled_from([1, 3, -1, -2, -3]), max_size=2),
)
def test_a_key_with_other_members_is_the_honest_one_or_none(
    algorithm: int, changes: dict[Any, Any], lost: set[int]
) -> None:
    key = {label: value for label, value in cose(algorithm).items() if label not in lost} | changes
    try:
        read = register(with_key(cbor.encode(key), algorithm=algorithm))
    except VerificationError as error:
        assert error.step in ("7.1 step 13", "7.1 step 20")  # noqa: PT017
    else:
        members: Any = cbor.decode(read.public_key)
        assert not any(isinstance(each, bool) for pair in members.items() for each in pair)
        assert members.keys() == cose(read.algorithm).keys()


# CBOR, spelt otherwise: the same values, and not the one form that CTAP2 allows.


def head(major: int, number: int, width: int) -> bytes:
    """The head of an item, the number in so many bytes: 0 (in the first byte), 1, 2, 4 or 8."""
    if width == 0:
        return bytes((major << 5 | number,))
    return bytes((major << 5 | {1: 24, 2: 25, 4: 26, 8: 27}[width],)) + number.to_bytes(width, "big")


def shortest(number: int) -> int:
    return 0 if number < 24 else next(width for width in (1, 2, 4, 8) if number < 1 << 8 * width)


class Speller:
    """Encodes as CTAP2 wants it, but for what it is told to spell otherwise at one place."""

    def __init__(self, place: int, how: str) -> None:
        self._left = place
        self._how = how
        self.done = ""

    def _head(self, major: int, number: int) -> bytes:
        width = shortest(number)
        self._left -= 1
        if self._left == -1:
            if self._how == "longer" and width < 8:
                self.done = "longer"
                return head(major, number, {0: 1, 1: 2, 2: 4, 4: 8}[width])
            if self._how == "endless" and major in (2, 3, 4, 5):
                self.done = "endless"
                return bytes((major << 5 | 31,))
            if self._how == "tagged":
                self.done = "tagged"
                return b"\xd8\x2a" + head(major, number, width)
        return head(major, number, width)

    def spell(self, value: Any) -> bytes:
        if isinstance(value, bool):
            return b"\xf5" if value else b"\xf4"
        if isinstance(value, int):
            return self._head(0, value) if value >= 0 else self._head(1, -1 - value)
        before = self.done
        if isinstance(value, dict | list):
            begun = self._head(5 if isinstance(value, dict) else 4, len(value))
            opened = self.done != before and self.done == "endless"
            return begun + self._inside(value) + (b"\xff" if opened else b"")
        major, body = (2, value) if isinstance(value, bytes) else (3, value.encode())
        begun = self._head(major, len(body))
        if self.done != before and self.done == "endless":
            return begun + head(major, len(body), shortest(len(body))) + body + b"\xff"
        return begun + body

    def _inside(self, value: Any) -> bytes:
        if isinstance(value, list):
            return b"".join(map(self.spell, value))
        pairs = [self.spell(key) + self.spell(inside) for key, inside in value.items()]
        if self._left < 0 and not self.done and len(pairs) > 1 and self._how in ("twice", "reversed"):
            self.done = self._how
            pairs = pairs[::-1] if self._how == "reversed" else [*pairs[1:], pairs[1]]
        return b"".join(pairs)


def test_the_speller_spells_as_the_authenticator_does() -> None:
    whole: Any = cbor.decode(raw(KEYS[-7][1]["response"]["attestationObject"]))
    assert Speller(10**6, "longer").spell(whole) == cbor.encode(whole)


HOW = ["longer", "endless", "tagged", "twice", "reversed"]


@settings(max_examples=300, deadline=None)
@given(
    place=st.integers(0, 14),
    how=st.sampled_from(HOW),
    canonical=st.booleans(),
    whose=st.sampled_from(["object", "key"]),
)
def test_cbor_that_is_spelt_otherwise_is_refused(place: int, how: str, canonical: bool, whose: str) -> None:
    speller = Speller(place, how)
    policy = Policy(algorithms=OFFERED, canonical=canonical)
    if whose == "key":
        response = with_key(speller.spell(cose(-7)))
    else:
        response = with_key(cbor.encode(cose(-7)))
        whole: Any = cbor.decode(raw(response["response"]["attestationObject"]))
        response["response"]["attestationObject"] = text(speller.spell(whole))
    assume(speller.done)
    if speller.done == "reversed" and not canonical:
        verify_registration(response, policy=policy, **EXPECTED)  # section 2.4 lets a party take it
        return
    with pytest.raises(VerificationError, match=r"7\.1 step 13:"):
        verify_registration(response, policy=policy, **EXPECTED)


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
