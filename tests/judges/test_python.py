"""py_webauthn judges our authenticator; our verifier judges soft_fido2."""

from __future__ import annotations

import json
import ssl
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from mfa_simulators.passkey import VirtualPasskey
from mfa_simulators.webauthn import (
    Policy,
    creation_options,
    request_options,
    verify_authentication,
    verify_registration,
)

ORIGIN = "https://app.example.org"
CHALLENGE = bytes(range(32))
# What it supports: its COSEAlgorithmIdentifier and its AttestationFormat.
ALGORITHMS = (-7, -8, -36, -37, -48, -49, -50, -257)
FORMATS = ("none", "packed", "packed-x5c", "fido-u2f", "tpm", "android-key", "apple")


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
def test_py_webauthn_accepts_what_we_honestly_make(format_: str, algorithm: int, counter: str) -> None:
    webauthn = pytest.importorskip("webauthn", reason="py_webauthn is not installed: pip install webauthn")
    structs = pytest.importorskip("webauthn.helpers.structs")
    key = VirtualPasskey(seed=7, attestation=format_, algorithms=(algorithm,), counter=counter)
    root = ssl.DER_cert_to_PEM_cert(key.attestation_root).encode()
    party = {
        "expected_challenge": CHALLENGE,
        "expected_rp_id": "example.org",
        "expected_origin": ORIGIN,
        "require_user_verification": True,
    }
    created = key.create(creation(Policy(algorithms=(algorithm,))), origin=ORIGIN)
    known = webauthn.verify_registration_response(
        credential=json.dumps(created),
        supported_pub_key_algs=[structs.COSEAlgorithmIdentifier(algorithm)],
        pem_root_certs_bytes_by_fmt={each: [root] for each in structs.AttestationFormat},
        **party,
    )
    assert known.fmt == format_.removesuffix("-x5c")
    answered = key.get(request_options(challenge=CHALLENGE, rp_id="example.org"), origin=ORIGIN)
    told = webauthn.verify_authentication_response(
        credential=json.dumps(answered),
        credential_public_key=known.credential_public_key,
        credential_current_sign_count=known.sign_count,
        **party,
    )
    assert told.new_sign_count == (0 if counter == "zero" else 2)
    assert told.credential_backed_up


@pytest.fixture(scope="module")
def soft_fido2() -> Any:
    return pytest.importorskip("soft_fido2", reason="soft_fido2 is not installed: pip install soft_fido2")


def authority(soft_fido2: Any) -> tuple[Any, x509.Certificate]:
    key = soft_fido2.KeyPair.generate_ecdsa()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "soft_fido2's maker")])
    private = key.get_private()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2049, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
    return key, certificate


def as_level_3(credential: dict[str, Any]) -> dict[str, Any]:
    """Its envelope as Level 3 has it: no padding, and the members that it leaves out."""
    inner = {
        name: value.rstrip("=") if isinstance(value, str) else value
        for name, value in credential["response"].items()
    }
    return {**credential, "response": inner, "clientExtensionResults": {}}


@pytest.mark.parametrize(
    ("format_", "type_"),
    [
        ("none", "none"),
        ("packed-self", "self"),
        ("packed", "basic"),
        ("fido-u2f", "basic"),
        ("tpm", "attca"),
        ("android-key", "basic"),
        ("apple", "anonca"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_our_verifier_accepts_soft_fido2(soft_fido2: Any, format_: str, type_: str) -> None:
    maker, certificate = authority(soft_fido2)
    device = soft_fido2.Fido2Authenticator(caKeyPair=maker, caCert=certificate)
    policy = Policy(canonical=False)  # it writes authData first
    party: Any = {
        "challenge": CHALLENGE,
        "origins": ("https://example.org",),
        "rp_id": "example.org",
        "policy": policy,
    }
    created = as_level_3(device.credential_create(creation(policy), atteStmtFmt=format_))
    credential = verify_registration(created, **party)
    assert credential.attestation_type == type_
    options = request_options(challenge=CHALLENGE, rp_id="example.org", allow_credentials=[credential])
    told = verify_authentication(
        as_level_3(device.credential_request(options)), credential=credential, **party
    )
    assert told.sign_count == 1
