"""CBOR that is spelt otherwise: the same values, and not the one form that CTAP2 allows."""

from __future__ import annotations

from typing import Any

import pytest
from fido2 import cbor
from hypothesis import assume, given, settings, strategies as st
from tests.simulators.webauthn.forging import EXPECTED, KEYS, OFFERED, cose, raw, text, with_key

from mfa_simulators.webauthn import Policy, VerificationError, verify_registration


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
