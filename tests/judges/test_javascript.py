"""@simplewebauthn/server judges our authenticator; our verifier judges nid-webauthn-emulator."""

from __future__ import annotations

import ssl
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any

import pytest

from mfa_simulators.passkey import VirtualPasskey
from mfa_simulators.webauthn import (
    Policy,
    creation_options,
    request_options,
    verify_authentication,
    verify_registration,
)

if TYPE_CHECKING:
    from tests.judges.conftest import Judge

ORIGIN = "https://app.example.org"
CHALLENGE = bytes(range(32))
PARTY: Any = {"challenge": CHALLENGE, "origins": (ORIGIN,), "rp_id": "example.org"}
# What it supports: its README, "Supported algorithms"; compound attestation is not among its formats.
ALGORITHMS = (-7, -8, -35, -36, -37, -257)
FORMATS = ("none", "packed", "packed-x5c", "fido-u2f", "tpm", "android-key", "apple")


def text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def creation(policy: Policy) -> dict[str, Any]:
    return creation_options(
        challenge=CHALLENGE,
        rp_id="example.org",
        rp_name="Example",
        user_id=b"user 1",
        user_name="alice",
        attestation="direct",
        policy=policy,
    )


@pytest.mark.parametrize(
    ("format_", "algorithm"),
    [(format_, -7) for format_ in FORMATS] + [("packed", algorithm) for algorithm in ALGORITHMS],
)
@pytest.mark.parametrize("counter", ["zero", "per-credential"])
def test_simplewebauthn_accepts_what_we_honestly_make(
    simplewebauthn: Judge, format_: str, algorithm: int, counter: str
) -> None:
    key = VirtualPasskey(seed=7, attestation=format_, algorithms=(algorithm,), counter=counter)
    sent = format_.removesuffix("-x5c")
    if sent not in ("none", "fido-u2f"):
        pem = ssl.DER_cert_to_PEM_cert(key.attestation_root)
        simplewebauthn.ask("trust", format=sent, pem=pem)
    party = {"origin": ORIGIN, "rpId": "example.org", "challenge": text(CHALLENGE)}
    created = key.create(creation(Policy(algorithms=(algorithm,))), origin=ORIGIN)
    told = simplewebauthn.ask("register", response=created, algorithms=[algorithm], **party)
    assert told["verified"]
    assert told["fmt"] == sent
    assert (told["credentialBackedUp"], told["credentialDeviceType"]) == (True, "multiDevice")
    answered = key.get(request_options(challenge=CHALLENGE, rp_id="example.org"), origin=ORIGIN)
    told = simplewebauthn.ask(
        "authenticate",
        response=answered,
        id=created["id"],
        publicKey=told["publicKey"],
        counter=told["counter"],
        **party,
    )
    assert told == {"verified": True, "counter": 0 if counter == "zero" else 2}


@pytest.mark.parametrize(("name", "algorithm"), [("ES256", -7), ("RS256", -257), ("EdDSA", -8)])
def test_our_verifier_accepts_the_emulator(emulator: Judge, name: str, algorithm: int) -> None:
    emulator.ask("fresh", settings={"algorithmIdentifiers": [name]})
    policy = Policy(algorithms=(algorithm,), user_verification="required")
    created = emulator.ask("create", origin=ORIGIN, options=creation(policy))
    credential = verify_registration(created, policy=policy, **PARTY)
    assert credential.algorithm == algorithm
    for _ in range(2):
        options = request_options(challenge=CHALLENGE, rp_id="example.org", allow_credentials=[credential])
        answered = emulator.ask("get", origin=ORIGIN, options=options)
        told = verify_authentication(answered, credential=credential, policy=policy, **PARTY)
        assert told.user_verified
        credential = credential.after(told)
