"""Attestation: which maker is trusted, and until when."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode
from typing import Any

import pytest
from fido2.attestation.base import Attestation
from fido2.webauthn import AttestationObject

from mfa_simulators.clock import SystemClock, VirtualClock
from mfa_simulators.passkey import VirtualPasskey
from mfa_simulators.webauthn import Policy, VerificationError, creation_options, verify_registration

ORIGIN = "https://app.example.org"
CHALLENGE = bytes(range(32))
TYPES = {
    "none": "none",
    "packed": "self",
    "packed-x5c": "basic",
    "fido-u2f": "basic",
    "tpm": "attca",
    "android-key": "basic",
    "apple": "anonca",
    "compound": "compound",
}
MADE_BY = [format_ for format_ in TYPES if format_ not in ("none", "packed")]
P256 = bytes.fromhex("06082a8648ce3d030107")  # its object identifier, in DER
NOW = VirtualClock("2026-01-01T00:00:00Z")


def created(key: VirtualPasskey, **page: Any) -> dict[str, Any]:
    options = creation_options(
        challenge=CHALLENGE,
        rp_id="example.org",
        rp_name="Example",
        user_id=b"user 1",
        user_name="alice",
        attestation="direct",
    )
    return key.create(options, origin=ORIGIN, **page)


def judge(response: dict[str, Any], policy: Policy) -> str:
    return verify_registration(
        response, challenge=CHALLENGE, origins=(ORIGIN,), rp_id="example.org", policy=policy
    ).attestation_type


@pytest.mark.parametrize(("format_", "type_"), TYPES.items())
def test_each_format_has_its_type(format_: str, type_: str) -> None:
    key = VirtualPasskey(seed=7, attestation=format_)
    assert judge(created(key), Policy(trust_anchors=[key.attestation_root], clock=NOW)) == type_


@pytest.mark.parametrize("format_", MADE_BY)
def test_another_makers_authenticator_is_not_trusted(format_: str) -> None:
    key, other = (VirtualPasskey(seed=seed, attestation=format_) for seed in (7, 8))
    policy = Policy(trust_anchors=[other.attestation_root], clock=NOW)
    with pytest.raises(VerificationError, match=r"7\.1 step 24: .*none of the trust anchors"):
        judge(created(key), policy)
    judge(created(key), Policy())  # without anchors the statement alone is verified


@pytest.mark.parametrize("format_", MADE_BY)
def test_certificates_expire_by_the_policys_clock(format_: str) -> None:
    key = VirtualPasskey(seed=7, attestation=format_)
    late = Policy(trust_anchors=[key.attestation_root], clock=VirtualClock("2050-01-01T00:00:00Z"))
    with pytest.raises(VerificationError, match=r"7\.1 step 24: .*valid from"):
        judge(created(key), late)


def test_an_anchor_that_cannot_be_used_is_no_bar_to_another_and_no_other_error() -> None:
    key = VirtualPasskey(seed=7, attestation="packed-x5c")
    root = key.attestation_root
    other_curve = root.replace(P256, P256[:-1] + b"\x63")
    assert other_curve != root
    response = created(key)
    for anchors in ([other_curve], [b"no certificate"], [root[:-1]]):
        assert judge(response, Policy(trust_anchors=[*anchors, root], clock=NOW)) == "basic"
        with pytest.raises(VerificationError, match=r"7\.1 step 24: .*none of the trust anchors"):
            judge(response, Policy(trust_anchors=anchors, clock=NOW))


def test_trust_needs_a_clock() -> None:
    with pytest.raises(ValueError, match="clock"):
        Policy(trust_anchors=[])
    with pytest.raises(VerificationError, match=r"7\.1 step 24"):
        judge(
            created(VirtualPasskey(attestation="packed-x5c")), Policy(trust_anchors=[], clock=SystemClock())
        )


@pytest.mark.parametrize("format_", [name for name in TYPES if name != "none"])
def test_a_type_that_is_not_trusted_is_refused(format_: str) -> None:
    key = VirtualPasskey(seed=7, attestation=format_)
    with pytest.raises(VerificationError, match=r"7\.1 step 24: .*not trusted here"):
        judge(created(key), Policy(attestation_types=("none",)))


@pytest.mark.parametrize(("format_", "fitting"), [("fido-u2f", "ES256"), ("tpm", "ES256, RS256")])
def test_what_a_format_cannot_attest_is_refused_when_it_is_set(format_: str, fitting: str) -> None:
    with pytest.raises(ValueError, match="attests keys of the algorithms"):
        VirtualPasskey(attestation=format_, algorithms=(-8,))


@pytest.mark.parametrize("format_", ["packed", "packed-x5c", "fido-u2f", "tpm", "apple"])
def test_fido2_verifies_the_same_statements(format_: str) -> None:
    response = created(VirtualPasskey(seed=7, attestation=format_))["response"]
    attested = AttestationObject(urlsafe_b64decode(response["attestationObject"] + "=="))
    hash_ = hashlib.sha256(urlsafe_b64decode(response["clientDataJSON"] + "==")).digest()
    Attestation.for_type(attested.fmt)().verify(attested.att_stmt, attested.auth_data, hash_)


def test_a_clone_has_the_same_maker_and_a_stranger_another() -> None:
    key = VirtualPasskey()
    assert key.clone().attestation_root == key.attestation_root
    assert VirtualPasskey().attestation_root != key.attestation_root
