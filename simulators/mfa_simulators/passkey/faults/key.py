"""Lies about the public key: its algorithm, its members, its point."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from mfa_simulators.passkey import cbor
from mfa_simulators.passkey.faults.fault import POLICY, authenticator
from mfa_simulators.passkey.keys import ALGORITHMS, ED448, EDDSA, ES256, ES384, PS256, RS256
from mfa_simulators.passkey.keys.rivest import short_key

if TYPE_CHECKING:
    from mfa_simulators.passkey.cbor import Cbor
    from mfa_simulators.passkey.draft import Draft
    from mfa_simulators.passkey.keys import Algorithm, KeyPair


@authenticator(
    "algorithm-not-offered",
    "The key is an ES384 key, working and unasked for (ES256, of a passkey that chose ES384).",
    create=20,
    when="ES384 was not offered",
)
def _algorithm_not_offered(draft: Draft) -> None:
    other = ES384 if draft.held.key.algorithm.number == ES256 else ES256
    draft.held.key = draft.signer = other_key(draft, ALGORITHMS[other])
    draft.public_key = draft.signer.cose()


@authenticator("algorithm-unknown", "The key names an algorithm that nobody knows.", create=20)
def _algorithm_unknown(draft: Draft) -> None:
    draft.public_key = cbor.encode(_members(draft) | {3: -65000})


@authenticator("key-curve-other", "The key names a curve that is not its algorithm's.", create=20)
def _key_curve_other(draft: Draft) -> None:
    draft.public_key = cbor.encode(_members(draft) | {-1: 3})


@authenticator("key-coordinate-missing", "The key has no y coordinate.", create=20)
def _key_coordinate_missing(draft: Draft) -> None:
    key = _members(draft)
    del key[-3]
    draft.public_key = cbor.encode(key)


@authenticator("key-extra-member", "The key has a member for its private part.", create=POLICY)
def _key_extra_member(draft: Draft) -> None:
    draft.public_key = cbor.encode(_members(draft) | {-4: bytes(32)})


@authenticator("key-off-curve", "The key's point is not on the curve.", create=20)
def _key_off_curve(draft: Draft) -> None:
    key = _members(draft)
    y = key[-3]
    assert isinstance(y, bytes)
    draft.public_key = cbor.encode(key | {-3: y[:-1] + bytes((y[-1] ^ 1,))})


@authenticator("key-compressed", "The key's point is compressed: y is a sign.", create=20)
def _key_compressed(draft: Draft) -> None:
    draft.public_key = cbor.encode(_point(draft) | {-3: True})


@authenticator("key-zero-point", "The key's point is zero.", create=20)
def _key_zero_point(draft: Draft) -> None:
    zero = bytes(len(_x(draft)))
    draft.public_key = cbor.encode(_point(draft) | {-2: zero, -3: zero})


@authenticator("key-coordinate-short", "The key's x coordinate lacks its last byte.", create=20)
def _key_coordinate_short(draft: Draft) -> None:
    draft.public_key = cbor.encode(_point(draft) | {-2: _x(draft)[:-1]})


@authenticator("key-coordinate-long", "The key's x coordinate has a zero byte before it.", create=20)
def _key_coordinate_long(draft: Draft) -> None:
    draft.public_key = cbor.encode(_point(draft) | {-2: b"\x00" + _x(draft)})


@authenticator("key-type-other", "The key's type is not its algorithm's.", create=20)
def _key_type_other(draft: Draft) -> None:
    members = _members(draft)
    draft.public_key = cbor.encode(members | {1: 1 if members[1] != 1 else 2})


@authenticator("key-algorithm-missing", "The key names no algorithm.", create=20)
def _key_algorithm_missing(draft: Draft) -> None:
    members = _members(draft)
    del members[3]
    draft.public_key = cbor.encode(members)


@authenticator("key-algorithm-text", "The key names its algorithm in words.", create=20)
def _key_algorithm_text(draft: Draft) -> None:
    draft.public_key = cbor.encode(_members(draft) | {3: draft.held.key.algorithm.name})


@authenticator("key-rsa-short", "The key is an RSA key of 1024 bits.", create=20)
def _key_rsa_short(draft: Draft) -> None:
    numbers = short_key(draft.held.id, 1024)
    draft.public_key = cbor.encode({1: 3, 3: RS256, -1: numbers.n.to_bytes(128, "big"), -2: b"\x01\x00\x01"})


@authenticator("key-rsa-exponent-one", "The key is an RSA key with which everything is signed.", create=20)
def _key_rsa_exponent_one(draft: Draft) -> None:
    modulus = b"\xff" + hashlib.shake_256(draft.held.id).digest(254) + b"\x01"
    draft.public_key = cbor.encode({1: 3, 3: RS256, -1: modulus, -2: b"\x01"})


@authenticator(
    "key-small-order", "The key is an Ed25519 point of small order: anybody can sign with it.", create=20
)
def _key_small_order(draft: Draft) -> None:
    draft.public_key = cbor.encode({1: 1, 3: EDDSA, -1: 6, -2: b"\x01" + bytes(31)})


@authenticator(
    "key-edwards-other-curve", "The key is an Ed448 point that says it is for Ed25519's algorithm.", create=20
)
def _key_edwards_other_curve(draft: Draft) -> None:
    members = other_key(draft, ALGORITHMS[ED448]).members()
    draft.public_key = cbor.encode(members | {3: EDDSA})


@authenticator("key-duplicate-member", "The key names two algorithms.", create=13)
def _key_duplicate_member(draft: Draft) -> None:
    whole = draft.held.key.cose()
    draft.public_key = bytes((whole[0] + 1,)) + whole[1:] + cbor.encode(3) + cbor.encode(PS256)


@authenticator("key-not-canonical", "The key is CBOR that is not canonical.", create=POLICY)
def _key_not_canonical(draft: Draft) -> None:
    whole = draft.held.key.cose()
    draft.public_key = b"\xb8" + bytes((whole[0] & 0x1F,)) + whole[1:]  # the size in a byte more than need be


@authenticator("key-not-a-map", "The key is an array.", create=13)
def _key_not_a_map(draft: Draft) -> None:
    draft.public_key = cbor.encode(list(draft.held.key.members().values()))


def other_key(draft: Draft, algorithm: Algorithm) -> KeyPair:
    """Follows from the credential, so that a seeded passkey lies alike each time."""
    return algorithm.derive(hashlib.shake_256(b"another key" + draft.held.id).digest(algorithm.seed_size))


def _members(draft: Draft) -> dict[int | str, Cbor]:
    """The public key's members."""
    return draft.held.key.members()


def _point(draft: Draft) -> dict[int | str, Cbor]:
    """The members of a key on a curve with two coordinates."""
    members = _members(draft)
    if members[1] != 2:  # noqa: PLR2004 (COSE key type EC2)
        raise ValueError(
            f"this fault needs a key with two coordinates, such as ES256's, not {draft.held.key.algorithm.name}"
        )
    return members


def _x(draft: Draft) -> bytes:
    x = _point(draft)[-2]
    assert isinstance(x, bytes)
    return x
