from __future__ import annotations

from typing import Any

import pytest
from fido2 import cbor as judge
from hypothesis import given, strategies as st

from mfa_simulators.passkey import base64url, cbor
from mfa_simulators.passkey.client_data import ClientData, collect

values = st.recursive(
    st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.integers(-(2**64), 2**64 - 1) | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=10,
)


@given(value=values)
def test_cbor_is_written_as_fido2_writes_it(value: Any) -> None:
    written = cbor.encode(value)
    assert written == judge.encode(value)
    assert judge.decode(written) == value


def test_cbor_of_another_type_is_refused() -> None:
    with pytest.raises(TypeError, match="float"):
        cbor.encode(1.5)  # type: ignore[arg-type]


@given(raw=st.binary())
def test_base64url_goes_both_ways(raw: bytes) -> None:
    text = base64url.encode(raw)
    assert not set(text) & set("+/=")
    assert base64url.decode(text) == raw


@pytest.mark.parametrize("text", ["A", "AA=", "AA==", "A+", "A/", "A A", "AAAAA", "é"])
def test_what_is_no_base64url_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        base64url.decode(text)


@given(
    challenge=st.binary(max_size=64),
    origin=st.text(max_size=20),
    top_origin=st.none() | st.text(max_size=20),
)
def test_an_honest_browser_and_one_that_may_lie_write_the_same(
    challenge: bytes, origin: str, top_origin: str | None
) -> None:
    text = base64url.encode(challenge)
    draft = ClientData("webauthn.get", text, origin, top_origin is not None, top_origin)
    assert collect("webauthn.get", challenge, origin, top_origin) == draft.render()


def test_only_quotes_backslashes_and_controls_are_escaped() -> None:
    draft = ClientData("webauthn.get", "AA", 'a"b\\c\x00\x1f\x7fé𝄞/', extra={"x": "y"})
    assert draft.render().decode() == (
        '{"type":"webauthn.get","challenge":"AA","origin":"a\\"b\\\\c\\u0000\\u001f\x7fé𝄞/",'
        '"crossOrigin":false,"x":"y"}'
    )
