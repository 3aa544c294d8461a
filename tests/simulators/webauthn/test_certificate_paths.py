"""Paths of attestation certificates that an attacker could put together from what is signed already."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fido2 import cbor

from mfa_simulators import VirtualClock
from mfa_simulators.passkey import VirtualPasskey
from mfa_simulators.webauthn import Policy, VerificationError, creation_options, verify_registration

ORIGIN = "https://app.example.org"
CHALLENGE = bytes(range(32))
EXPECTED: Any = {"challenge": CHALLENGE, "origins": (ORIGIN,), "rp_id": "example.org"}


@cache
def key_of(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def named(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "SE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Authenticator Attestation"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def issued(
    name: str, by: str, *, ca: bool, path_length: int | None = None, signs: bool | None = None
) -> bytes:
    """A certificate in DER; `signs` says whether its key usage lets it sign certificates, None has no usage."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(by))
        .public_key(key_of(name).public_key())
        .serial_number(7)
        .not_valid_before(datetime(2025, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2035, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=path_length), critical=True)
    )
    if signs is not None:
        usage = dict.fromkeys(
            ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "crl_sign"),
            False,
        )
        builder = builder.add_extension(
            x509.KeyUsage(
                digital_signature=True,
                key_cert_sign=signs,
                encipher_only=False,
                decipher_only=False,
                **usage,
            ),
            critical=True,
        )
    return builder.sign(key_of(by), hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "==")


HONEST = VirtualPasskey(seed=7).create(
    creation_options(
        challenge=CHALLENGE, rp_id="example.org", rp_name="Example", user_id=b"u", user_name="alice"
    ),
    origin=ORIGIN,
)


def attested_by(*path: bytes) -> Any:
    """A registration whose packed statement is the leaf's, with that path."""
    response = deepcopy(HONEST)
    inner = response["response"]
    whole: Any = cbor.decode(decoded(inner["attestationObject"]))
    signed = whole["authData"] + hashlib.sha256(decoded(inner["clientDataJSON"])).digest()
    signature = key_of("leaf").sign(signed, ec.ECDSA(hashes.SHA256()))
    statement = {"alg": -7, "sig": signature, "x5c": list(path)}
    made = cbor.encode({"fmt": "packed", "attStmt": statement, "authData": whole["authData"]})
    inner["attestationObject"] = urlsafe_b64encode(made).rstrip(b"=").decode()
    return response


def judge(root: bytes, *path: bytes) -> Any:
    policy = Policy(trust_anchors=[root], clock=VirtualClock("2026-01-01T00:00:00Z"))
    return verify_registration(attested_by(*path), policy=policy, **EXPECTED)


LEAF = issued("leaf", "middle", ca=False)


@pytest.mark.parametrize("root", [{"path_length": 1}, {"path_length": None}, {"signs": True}])
@pytest.mark.parametrize("middle", [{"path_length": 0}, {"path_length": None}, {"signs": True}])
def test_a_path_that_its_authorities_allow_is_taken(root: Any, middle: Any) -> None:
    told = judge(issued("root", "root", ca=True, **root), LEAF, issued("middle", "root", ca=True, **middle))
    assert told.attestation_type == "basic"


@pytest.mark.parametrize(
    ("root", "middle", "said"),
    [
        pytest.param(
            {"path_length": 0}, {}, "may have 0 authorities below it", id="the root allows none below"
        ),
        pytest.param({}, {"ca": False}, "is no authority", id="an ordinary certificate issued another"),
        pytest.param({}, {"signs": False}, "not for that", id="a key that is not for certificates"),
        pytest.param({"signs": False}, {}, "not for that", id="a root that is not for certificates"),
    ],
)
def test_a_path_that_an_authority_does_not_allow_is_refused(root: Any, middle: Any, said: str) -> None:
    with pytest.raises(VerificationError, match=rf"7\.1 step 24: .*({said}|none of the trust anchors)"):
        judge(
            issued("root", "root", **({"ca": True} | root)),
            LEAF,
            issued("middle", "root", **({"ca": True} | middle)),
        )


def test_a_middle_that_allows_none_below_it_has_none_below_it() -> None:
    lower = issued("lower", "middle", ca=True)
    leaf = issued("leaf", "lower", ca=False)
    root = issued("root", "root", ca=True)
    assert judge(root, leaf, lower, issued("middle", "root", ca=True)).attestation_type == "basic"
    with pytest.raises(
        VerificationError, match=r"7\.1 step 24: .*may have 0 authorities below it, and has 1"
    ):
        judge(root, leaf, lower, issued("middle", "root", ca=True, path_length=0))


def test_a_signature_algorithm_that_nobody_knows_breaks_nothing() -> None:
    middle = issued("middle", "root", ca=True)
    known, unknown = bytes.fromhex("2a8648ce3d040302"), bytes.fromhex("2a8648ce3d04037f")
    assert middle.count(known) == 2
    with pytest.raises(VerificationError, match=r"7\.1 step (22|24):"):
        judge(issued("root", "root", ca=True), LEAF.replace(known, unknown), middle)
    with pytest.raises(VerificationError, match=r"7\.1 step (22|24):"):
        judge(issued("root", "root", ca=True), LEAF, middle.replace(known, unknown))
