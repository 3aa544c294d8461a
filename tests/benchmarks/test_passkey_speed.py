"""A passkey's own work must stay small beside the cryptography that it cannot do without."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from mfa_simulators.passkey import VirtualPasskey
from mfa_simulators.webauthn import (
    creation_options,
    request_options,
    verify_authentication,
    verify_registration,
)

if TYPE_CHECKING:
    from tests.benchmarks.conftest import Ratio

ORIGIN = "https://app.example.org"
CHALLENGE = os.urandom(32)
MESSAGE = os.urandom(69)  # as long as authenticator data and a hash
CURVE = ec.SECP256R1()
ES256 = ec.ECDSA(SHA256())
EXPECTED: Any = {"challenge": CHALLENGE, "origins": (ORIGIN,), "rp_id": "example.org"}
SLACK = 0.9  # a shared machine wavers; the report shows the ratio itself


def creation(attestation: Any) -> dict[str, Any]:
    return creation_options(
        challenge=CHALLENGE,
        rp_id="example.org",
        rp_name="Example",
        user_id=b"user 1",
        user_name="alice",
        attestation=attestation,
    )


@pytest.fixture
def key() -> VirtualPasskey:
    return VirtualPasskey()


@pytest.fixture
def raw() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(CURVE)


def test_get(ratio: Ratio, key: VirtualPasskey, raw: ec.EllipticCurvePrivateKey) -> None:
    created = verify_registration(key.create(creation("none"), origin=ORIGIN), **EXPECTED)
    options = request_options(challenge=CHALLENGE, rp_id="example.org", allow_credentials=[created])
    measured = ratio(
        "passkey get, dict in and out, to raw signing",
        lambda: key.get(options, origin=ORIGIN),
        lambda: raw.sign(MESSAGE, ES256),
        at_least=0.70,
    )
    assert measured.ratio >= SLACK * measured.goal


def test_create_without_attestation(ratio: Ratio, key: VirtualPasskey) -> None:
    options = creation("none")
    measured = ratio(
        "passkey create, none, to key generation",
        lambda: key.create(options, origin=ORIGIN),
        lambda: ec.generate_private_key(CURVE),
        at_least=0.40,
    )
    assert measured.ratio >= SLACK * measured.goal


def test_create_with_self_attestation(ratio: Ratio, key: VirtualPasskey) -> None:
    options = creation("direct")
    measured = ratio(
        "passkey create, packed self, to key generation and signing",
        lambda: key.create(options, origin=ORIGIN),
        lambda: ec.generate_private_key(CURVE).sign(MESSAGE, ES256),
        at_least=0.55,
    )
    assert measured.ratio >= SLACK * measured.goal


def test_strict_verification(ratio: Ratio, key: VirtualPasskey, raw: ec.EllipticCurvePrivateKey) -> None:
    credential = verify_registration(key.create(creation("none"), origin=ORIGIN), **EXPECTED)
    options = request_options(challenge=CHALLENGE, rp_id="example.org", allow_credentials=[credential])
    response = key.get(options, origin=ORIGIN)
    public, signature = raw.public_key(), raw.sign(MESSAGE, ES256)
    measured = ratio(
        "strict verification of an assertion, to raw verification",
        lambda: verify_authentication(response, credential=credential, **EXPECTED),
        lambda: public.verify(signature, MESSAGE, ES256),
        at_least=0.65,
    )
    assert measured.ratio >= SLACK * measured.goal
