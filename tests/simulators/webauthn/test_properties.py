"""Whatever is honest verifies; whatever is changed by one byte where a signature covers it does not."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from copy import deepcopy
from typing import Any

import pytest
from fido2 import cbor
from hypothesis import given, settings, strategies as st

from mfa_simulators.clock import VirtualClock
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
PARTY: Any = {"challenge": CHALLENGE, "origins": (ORIGIN,), "rp_id": "example.org"}
EVERYTHING = tuple(ALGORITHMS)
FORMATS = ("none", "packed", "packed-x5c", "fido-u2f", "tpm", "android-key", "apple", "compound")
ATTESTS = {"fido-u2f": (-7,), "tpm": (-7, -37, -257)}


def raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def made(format_: str, algorithm: int, **character: Any) -> tuple[VirtualPasskey, dict[str, Any], Policy]:
    key = VirtualPasskey(
        clock=VirtualClock(), seed=7, attestation=format_, algorithms=(algorithm,), **character
    )
    policy = Policy(
        algorithms=EVERYTHING,
        trust_anchors=(key.attestation_root,),
        clock=VirtualClock("2026-01-01T00:00:00Z"),
    )
    options = creation_options(
        challenge=CHALLENGE,
        rp_id="example.org",
        rp_name="Example",
        user_id=b"user 1",
        user_name="alice",
        attestation="direct",
        policy=policy,
    )
    return key, key.create(options, origin=ORIGIN), policy


@settings(max_examples=80, deadline=None)
@given(
    kind=st.sampled_from(FORMATS).flatmap(
        lambda format_: st.tuples(st.just(format_), st.sampled_from(ATTESTS.get(format_, EVERYTHING)))
    ),
    counter=st.sampled_from(["zero", "per-credential", "global"]),
    step=st.integers(1, 1000),
    aaguid=st.sampled_from([bytes(16), b"mfa-harness-key\x01"]),
    flags=st.dictionaries(st.sampled_from(["UV", "BS"]), st.booleans()),
)
def test_any_honest_ceremony_verifies(
    kind: tuple[str, int], counter: str, step: int, aaguid: bytes, flags: dict[str, bool]
) -> None:
    key, created, policy = made(*kind, counter=counter, counter_step=step, aaguid=aaguid)
    credential = verify_registration(created, policy=policy, **PARTY)
    assert (credential.algorithm, credential.format) == (kind[1], kind[0].removesuffix("-x5c"))
    options = request_options(challenge=CHALLENGE, rp_id="example.org", allow_credentials=[credential])
    for _ in range(2):
        response = key.get(options, origin=ORIGIN, flags=flags)
        told = verify_authentication(response, credential=credential, policy=policy, **PARTY)
        assert told.user_verified is flags.get("UV", True)
        assert told.backup_state is flags.get("BS", True)
        credential = credential.after(told)


ASSERTED = {algorithm: made("packed", algorithm) for algorithm in EVERYTHING}


@settings(max_examples=150, deadline=None)
@given(
    algorithm=st.sampled_from(EVERYTHING),
    member=st.sampled_from(["clientDataJSON", "authenticatorData", "signature"]),
    place=st.floats(0, 1, exclude_max=True),
    change=st.integers(1, 255),
)
def test_one_byte_changed_anywhere_is_refused(algorithm: int, member: str, place: float, change: int) -> None:
    key, created, policy = ASSERTED[algorithm]
    credential = verify_registration(created, policy=policy, **PARTY)
    options = request_options(challenge=CHALLENGE, rp_id="example.org", allow_credentials=[credential])
    response = key.get(options, origin=ORIGIN)
    verify_authentication(response, credential=credential, policy=policy, **PARTY)
    data = bytearray(raw(response["response"][member]))
    data[int(place * len(data))] ^= change
    response["response"][member] = text(bytes(data))
    with pytest.raises(VerificationError):
        verify_authentication(response, credential=credential, policy=policy, **PARTY)


ATTESTED = {format_: made(format_, -7)[1:] for format_ in FORMATS if format_ != "none"}


@settings(max_examples=150, deadline=None)
@given(
    format_=st.sampled_from(list(ATTESTED)),
    member=st.sampled_from(["clientDataJSON", "authData"]),
    place=st.floats(0, 1, exclude_max=True),
    change=st.integers(1, 255),
)
def test_one_byte_of_what_is_attested_changed_is_refused(
    format_: str, member: str, place: float, change: int
) -> None:
    created, policy = ATTESTED[format_]
    response = deepcopy(created)
    inner = response["response"]
    if member == "authData":
        whole: Any = cbor.decode(raw(inner["attestationObject"]))
        data = bytearray(whole["authData"])
        place_ = int(place * len(data))
        # U2F signs neither the flags, nor the counter, nor the model, nor the lengths.
        if format_ == "fido-u2f" and 32 <= place_ < 55:
            place_ = 0
        data[place_] ^= change
        inner["attestationObject"] = text(cbor.encode(whole | {"authData": bytes(data)}))
    else:
        data = bytearray(raw(inner["clientDataJSON"]))
        data[int(place * len(data))] ^= change
        inner["clientDataJSON"] = text(bytes(data))
    with pytest.raises(VerificationError):
        verify_registration(response, policy=policy, **PARTY)


statements = st.recursive(
    st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=8) | st.binary(max_size=60),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["alg", "sig", "x5c", "ver", "certInfo", "pubArea", "fmt", "attStmt"]), inner
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(format_=st.sampled_from(FORMATS[1:]), statement=statements, splice=st.integers(0, 400))
def test_no_statement_however_malformed_raises_anything_but_the_one_error(
    format_: str, statement: Any, splice: int
) -> None:
    created, policy = ATTESTED[format_]
    whole: Any = cbor.decode(raw(created["response"]["attestationObject"]))
    honest = whole["attStmt"]
    candidates = [statement]
    if isinstance(honest, dict) and isinstance(statement, dict):
        candidates.append(honest | statement)
    if isinstance(honest, dict) and "x5c" in honest:
        leaf = bytearray(honest["x5c"][0])
        leaf[splice % len(leaf)] ^= 0x41
        candidates.append(honest | {"x5c": [bytes(leaf), *honest["x5c"][1:]]})
    for candidate in candidates:
        response = deepcopy(created)
        response["response"]["attestationObject"] = text(cbor.encode(whole | {"attStmt": candidate}))
        try:
            verify_registration(response, policy=policy, **PARTY)
        except VerificationError as error:
            assert error.step.startswith("7.1 step ")  # noqa: PT017
