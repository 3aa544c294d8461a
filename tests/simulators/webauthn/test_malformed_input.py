from __future__ import annotations

import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from fido2 import cbor
from hypothesis import given, settings, strategies as st

from mfa_simulators.passkey import VirtualPasskey
from mfa_simulators.webauthn import (
    Credential,
    VerificationError,
    creation_options,
    request_options,
    verify_authentication,
    verify_registration,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ORIGIN = "https://app.example.org"
CHALLENGE = bytes(range(32))
EXPECTED: Any = {"challenge": CHALLENGE, "origins": (ORIGIN,), "rp_id": "example.org"}

key = VirtualPasskey(seed=7)
REGISTRATION = key.create(
    creation_options(
        challenge=CHALLENGE,
        rp_id="example.org",
        rp_name="Example",
        user_id=b"u",
        user_name="alice",
        attestation="direct",
    ),
    origin=ORIGIN,
)
CREDENTIAL: Credential = verify_registration(REGISTRATION, **EXPECTED)
AUTHENTICATION = key.get(
    request_options(challenge=CHALLENGE, rp_id="example.org", allow_credentials=[CREDENTIAL]), origin=ORIGIN
)


def judge(response: Any) -> None:
    """Both verifiers; any exception but one fails the test."""
    for verify in (judge_registration, judge_authentication):
        try:
            verify(response)
        except VerificationError as error:
            assert error.step.startswith(("7.1 step ", "7.2 step "))  # noqa: PT017
            assert error.message  # noqa: PT017


def judge_registration(response: Any) -> object:
    return verify_registration(response, **EXPECTED)


def judge_authentication(response: Any) -> object:
    return verify_authentication(response, credential=CREDENTIAL, **EXPECTED)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(response=json)
def test_whatever_comes_instead_of_a_response_is_refused(response: Any) -> None:
    judge(response)
    for verify in (judge_registration, judge_authentication):
        with pytest.raises(VerificationError):
            verify(response)


OUTER = ["id", "rawId", "type", "response", "clientExtensionResults", "authenticatorAttachment"]
INNER = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle", "transports"]


@settings(max_examples=200, deadline=None)
@given(
    response=st.sampled_from([REGISTRATION, AUTHENTICATION]),
    member=st.sampled_from(OUTER + INNER),
    value=json,
    gone=st.booleans(),
)
def test_a_member_of_another_kind_raises_nothing_else(
    response: Any, member: str, value: Any, gone: bool
) -> None:
    broken = deepcopy(response)
    place = broken if member in OUTER else broken["response"]
    if gone:
        place.pop(member, None)
    else:
        place[member] = value
    judge(broken)


def bent(raw: bytes) -> st.SearchStrategy[bytes]:
    """The bytes with one of: some replaced, some cut out, some put in."""
    at = st.integers(0, len(raw))
    return st.tuples(at, at, st.binary(max_size=12)).map(
        lambda cut: raw[: min(cut[:2])] + cut[2] + raw[max(cut[:2]) :]
    )


def raw(response: Any, member: str) -> bytes:
    return urlsafe_b64decode(response["response"][member] + "==")


def text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_bytes_that_were_bent_are_refused(data: st.DataObject) -> None:
    response, verify, member = data.draw(
        st.sampled_from(
            [
                (REGISTRATION, judge_registration, "attestationObject"),
                (REGISTRATION, judge_registration, "clientDataJSON"),
                (AUTHENTICATION, judge_authentication, "authenticatorData"),
                (AUTHENTICATION, judge_authentication, "clientDataJSON"),
                (AUTHENTICATION, judge_authentication, "signature"),
            ]
        )
    )
    original = raw(response, member)
    changed = data.draw(bent(original))
    broken = deepcopy(response)
    broken["response"][member] = text(changed)
    if changed == original:
        verify(broken)
    else:  # the statement is packed: a signature covers everything
        with pytest.raises(VerificationError):
            verify(broken)


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=200))
def test_random_bytes_as_attestation_or_authenticator_data_are_refused(content: bytes) -> None:
    for response, verify, member in (
        (REGISTRATION, judge_registration, "attestationObject"),
        (AUTHENTICATION, judge_authentication, "authenticatorData"),
    ):
        broken = deepcopy(response)
        broken["response"][member] = text(content)
        with pytest.raises(VerificationError):
            verify(broken)


def attested(content: bytes) -> Any:
    broken = deepcopy(REGISTRATION)
    broken["response"]["attestationObject"] = text(content)
    return broken


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\x81" * 60_000, id="deep arrays"),
        pytest.param(b"\xa1\x61a" * 20_000, id="deep maps"),
        pytest.param(b"\x9b" + b"\xff" * 8, id="endless array"),
        pytest.param(b"\xbb" + b"\xff" * 8, id="endless map"),
        pytest.param(b"\x5b" + b"\xff" * 8, id="endless bytes"),
        pytest.param(b"\x9a\x00\x00\xff\x00" + b"\x00" * 65_000, id="wide array"),
        pytest.param(b"\x00" * 10_000_000, id="ten megabytes"),
        pytest.param(b"\xa1\xa0\xa0", id="a map as a key"),
        pytest.param(b"\xa3\x63fmt\xf9\x00\x00\x67attStmt\xa0\x68authData\x40", id="a float as format"),
        pytest.param(b"\xbf\xff", id="indefinite length"),
        pytest.param(b"\xc0\x60", id="tag"),
    ],
)
def test_hostile_cbor_is_refused_at_once(content: bytes) -> None:
    start = time.perf_counter()
    with pytest.raises(VerificationError, match=r"7\.1 step (3|13):"):
        judge_registration(attested(content))
    assert time.perf_counter() - start < 3  # nothing of this takes noticeable time; a hang would


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b'{"type":' + b"[" * 50_000,
        b'{"a":' * 50_000,
        b"\xff\xfe\x00",
        b"\xef\xbb\xbf",
        b"",
        b"null",
        b'"webauthn.get"',
        b'{"type": NaN}',
    ],
    ids=lambda content: repr(content[:12]),
)
def test_hostile_client_data_is_refused(content: bytes) -> None:
    verify: Callable[[Any], object]
    for response, verify in (
        (REGISTRATION, judge_registration),
        (AUTHENTICATION, judge_authentication),
    ):
        broken = deepcopy(response)
        broken["response"]["clientDataJSON"] = text(content)
        with pytest.raises(VerificationError, match=r"step (3|6|9):"):
            verify(broken)


def attestation_with(**members: Any) -> Any:
    """The registration with members of its attestation object replaced; a signature still covers the rest."""
    whole: Any = cbor.decode(raw(REGISTRATION, "attestationObject"))
    return attested(cbor.encode(whole | members))


@pytest.mark.parametrize(
    ("members", "step", "message"),
    [
        ({"fmt": b"packed"}, "7.1 step 13", "fmt as text"),
        ({"attStmt": []}, "7.1 step 13", "attStmt as a map"),
        ({"authData": "text"}, "7.1 step 13", "authData as bytes"),
        ({"more": 1}, "7.1 step 13", "fmt, attStmt and authData"),
        ({"attStmt": {}}, "7.1 step 22", "'alg', 'sig'"),
        ({"attStmt": {"alg": -7}}, "7.1 step 22", "'alg', 'sig'"),
        ({"attStmt": {"alg": -7, "sig": b"", "ver": 1}}, "7.1 step 22", "'alg', 'sig'"),
        ({"attStmt": {"alg": -7, "sig": b"", "x5c": [b""]}}, "7.1 step 22", "cannot be read"),
        ({"attStmt": {"alg": -7, "sig": "text"}}, "7.1 step 22", "'sig' as bytes"),
    ],
)
def test_a_malformed_attestation_object_says_what_it_lacks(
    members: dict[str, Any], step: str, message: str
) -> None:
    with pytest.raises(VerificationError) as caught:
        judge_registration(attestation_with(**members))
    assert caught.value.step == step
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("flags", "rest", "message"),
    [
        (0x1D | 0xC0, b"\xa0", "AT flag"),
        (0x1D, b"\xa0", "no flag says what they are"),
        (0x1D | 0x80, b"\xa0\xa0", "bytes follow"),
        (0x1D | 0x80, b"\xa1\x61a", "malformed"),
        (0x1D | 0x80, b"\xa2\x61b\x01\x61a\x01", "canonical"),
    ],
)
def test_assertion_data_that_its_flags_do_not_announce_is_refused(
    flags: int, rest: bytes, message: str
) -> None:
    broken = deepcopy(AUTHENTICATION)
    data = raw(AUTHENTICATION, "authenticatorData")
    broken["response"]["authenticatorData"] = text(data[:32] + bytes((flags,)) + data[33:] + rest)
    with pytest.raises(VerificationError, match=message) as caught:
        judge_authentication(broken)
    assert caught.value.step == "7.2 step 7"


@pytest.mark.parametrize("transports", ["usb", {"usb": True}, [7], [["usb"]]])
def test_transports_of_another_kind_are_refused(transports: Any) -> None:
    broken = deepcopy(REGISTRATION)
    broken["response"]["transports"] = transports
    with pytest.raises(VerificationError, match="`transports`"):
        judge_registration(broken)


def test_a_member_of_absurd_length_is_not_even_decoded() -> None:
    with pytest.raises(VerificationError, match="characters long"):
        judge_registration(attested(bytes(100_000)))


def test_the_vendors_spelling_of_client_data_is_not_the_standards() -> None:
    broken = deepcopy(REGISTRATION)
    broken["response"]["clientDataJson"] = broken["response"].pop("clientDataJSON")
    with pytest.raises(VerificationError, match="clientDataJSON"):
        judge_registration(broken)


def test_members_that_level_2_clients_leave_out_are_not_missed() -> None:
    sparse = deepcopy(REGISTRATION)
    for member in ("authenticatorData", "publicKey", "publicKeyAlgorithm", "transports"):
        del sparse["response"][member]
    del sparse["authenticatorAttachment"]
    assert verify_registration(sparse, **EXPECTED).transports == ()


def test_a_stored_key_that_is_broken_is_an_error_of_step_21() -> None:
    with pytest.raises(VerificationError, match=r"7\.2 step 21:"):
        verify_authentication(AUTHENTICATION, credential=replace(CREDENTIAL, public_key=b""), **EXPECTED)
