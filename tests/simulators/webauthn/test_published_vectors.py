"""The test vectors of Web Authentication Level 3, section 16: an independent judge of the verifier."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest

from mfa_simulators.clock import VirtualClock
from mfa_simulators.webauthn import (
    Credential,
    Policy,
    VerificationError,
    verify_authentication,
    verify_registration,
)

VECTORS = json.loads(Path(__file__).with_name("w3c_vectors.json").read_text())
del VECTORS["source"]
ROOT = bytes.fromhex(VECTORS.pop("attestation_root"))
EXPECTED: Any = {"origins": ("https://example.org",), "rp_id": "example.org"}
FRAMED = Policy(
    algorithms=(-7, -8, -35, -36, -53, -257),
    allow_cross_origin=True,
    top_origins=("https://example.com",),
    trust_anchors=(ROOT,),
    clock=VirtualClock("2026-01-01T00:00:00Z"),
)


def text(hexadecimal: str) -> str:
    return urlsafe_b64encode(bytes.fromhex(hexadecimal)).rstrip(b"=").decode()


def registration(vector: dict[str, Any]) -> dict[str, Any]:
    values = vector["registration"]
    identifier = text(values["credential_id"])
    return {
        "id": identifier,
        "rawId": identifier,
        "type": "public-key",
        "clientExtensionResults": {},
        "response": {name: text(values[name]) for name in ("clientDataJSON", "attestationObject")},
    }


def authentication(vector: dict[str, Any]) -> dict[str, Any]:
    values = vector["authentication"]
    identifier = text(vector["registration"]["credential_id"])
    members = ("clientDataJSON", "authenticatorData", "signature")
    return {
        "id": identifier,
        "rawId": identifier,
        "type": "public-key",
        "clientExtensionResults": {},
        "response": {name: text(values[name]) for name in members},
    }


def register(name: str, **changes: Any) -> Credential:
    vector = VECTORS[name]
    challenge = bytes.fromhex(vector["registration"]["challenge"])
    return verify_registration(
        registration(vector), **{"challenge": challenge, "policy": FRAMED, **EXPECTED} | changes
    )


@pytest.mark.parametrize("name", VECTORS)
def test_each_vector_is_accepted(name: str) -> None:
    credential = register(name)
    assert credential.id.hex() == VECTORS[name]["registration"]["credential_id"]
    challenge = bytes.fromhex(VECTORS[name]["authentication"]["challenge"])
    response = authentication(VECTORS[name])
    verify_authentication(response, credential=credential, challenge=challenge, policy=FRAMED, **EXPECTED)


@pytest.mark.parametrize("name", VECTORS)
def test_a_vector_with_one_bit_changed_is_refused(name: str) -> None:
    credential = register(name)
    vector = VECTORS[name]
    signature = bytearray.fromhex(vector["authentication"]["signature"])
    signature[-1] ^= 1
    vector = vector | {"authentication": vector["authentication"] | {"signature": signature.hex()}}
    with pytest.raises(VerificationError, match=r"7\.2 step 21:"):
        verify_authentication(
            authentication(vector),
            credential=credential,
            challenge=bytes.fromhex(vector["authentication"]["challenge"]),
            policy=FRAMED,
            **EXPECTED,
        )


@pytest.mark.parametrize(("name", "step"), [("cross-origin", "7.1 step 10"), ("top-origin", "7.1 step 10")])
def test_frames_are_refused_by_default(name: str, step: str) -> None:
    with pytest.raises(VerificationError, match=f"{step}:"):
        register(name, policy=Policy())


def test_the_longest_credential_id_is_accepted() -> None:
    assert len(register("long-credential-id").id) == 1023
