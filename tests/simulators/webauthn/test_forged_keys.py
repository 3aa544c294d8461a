"""Public keys that no authenticator makes: another curve, a point of none, an RSA key with which all is signed."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed448, ed25519, rsa
from fido2 import cbor
from hypothesis import given, settings, strategies as st
from tests.simulators.webauthn.forging import KEYS, cose, register, with_key

from mfa_simulators.webauthn import VerificationError


def test_the_attackers_tools_are_sound() -> None:
    for algorithm in KEYS:
        assert register(with_key(cbor.encode(cose(algorithm)), algorithm=algorithm)).algorithm == algorithm


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
