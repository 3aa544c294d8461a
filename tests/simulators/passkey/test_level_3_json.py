from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from fido2.webauthn import AttestationObject, AuthenticatorData

from mfa_simulators.passkey import VirtualPasskey

if TYPE_CHECKING:
    from tests.simulators.passkey.conftest import Options

ORIGIN = "https://app.example.org"


def raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_a_registration_has_every_member_of_level_3(key: VirtualPasskey, creation: Options) -> None:
    response = key.create(creation(), origin=ORIGIN)
    inner = response["response"]
    assert response.keys() == {
        "id",
        "rawId",
        "type",
        "authenticatorAttachment",
        "clientExtensionResults",
        "response",
    }
    assert inner.keys() == {
        "clientDataJSON",
        "attestationObject",
        "authenticatorData",
        "transports",
        "publicKey",
        "publicKeyAlgorithm",
    }
    assert response["id"] == response["rawId"]
    assert response["type"] == "public-key"
    assert response["authenticatorAttachment"] == "platform"
    assert response["clientExtensionResults"] == {"credProps": {"rk": True}}
    assert inner["transports"] == ["hybrid", "internal"]
    assert inner["publicKeyAlgorithm"] == -7


def test_the_easy_members_say_what_the_attestation_object_says(
    key: VirtualPasskey, creation: Options
) -> None:
    response = key.create(creation(attestation="direct"), origin=ORIGIN)
    inner = response["response"]
    attested = AttestationObject(raw(inner["attestationObject"]))
    data = attested.auth_data
    assert raw(inner["authenticatorData"]) == data
    assert data.rp_id_hash == hashlib.sha256(b"example.org").digest()
    assert data.credential_data is not None
    assert data.credential_data.credential_id == raw(response["rawId"])
    public_key = load_der_public_key(raw(inner["publicKey"]))
    assert isinstance(public_key, ec.EllipticCurvePublicKey)
    numbers = public_key.public_numbers()
    assert data.credential_data.public_key[-2] == numbers.x.to_bytes(32, "big")
    assert data.credential_data.public_key[-3] == numbers.y.to_bytes(32, "big")
    assert attested.fmt == "packed"
    signed = data + hashlib.sha256(raw(inner["clientDataJSON"])).digest()
    public_key.verify(attested.att_stmt["sig"], signed, ec.ECDSA(SHA256()))


def test_an_assertion_has_every_member_of_level_3(
    key: VirtualPasskey, creation: Options, request_: Options
) -> None:
    created = key.create(creation(), origin=ORIGIN)
    response = key.get(request_(), origin=ORIGIN)
    inner = response["response"]
    assert response.keys() == {
        "id",
        "rawId",
        "type",
        "authenticatorAttachment",
        "clientExtensionResults",
        "response",
    }
    assert inner.keys() == {"clientDataJSON", "authenticatorData", "signature", "userHandle"}
    assert response["id"] == response["rawId"] == created["id"]
    assert response["clientExtensionResults"] == {}
    assert raw(inner["userHandle"]) == b"user 1"
    assert len(AuthenticatorData(raw(inner["authenticatorData"]))) == 37


def test_a_credential_that_is_not_discoverable_has_no_user_handle(
    creation: Options, request_: Options
) -> None:
    key = VirtualPasskey(seed=7, discoverable="never")
    created = key.create(creation(), origin=ORIGIN)
    assert created["clientExtensionResults"] == {"credProps": {"rk": False}}
    listed = request_() | {"allowCredentials": [{"id": created["id"]}]}  # vendors drop the type
    assert "userHandle" not in key.get(listed, origin=ORIGIN)["response"]


@pytest.mark.parametrize(
    ("origin", "top_origin", "expected"),
    [
        (
            "https://app.example.org",
            None,
            '"origin":"https://app.example.org","crossOrigin":false}',
        ),
        (
            "https://app.example.org:8443",
            "https://example.com",
            '"origin":"https://app.example.org:8443","crossOrigin":true,"topOrigin":"https://example.com"}',
        ),
    ],
)
def test_client_data_is_serialised_as_section_5_8_1_1_says(
    key: VirtualPasskey, creation: Options, origin: str, top_origin: str | None, expected: str
) -> None:
    response = key.create(creation(), origin=origin, top_origin=top_origin)
    beginning = '{"type":"webauthn.create","challenge":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",'
    assert raw(response["response"]["clientDataJSON"]).decode() == beginning + expected


@pytest.mark.parametrize(
    ("verifies", "asked", "flags"),
    [
        (True, "required", 0b1_1101),
        (True, "preferred", 0b1_1101),
        (True, "discouraged", 0b1_1001),
        (False, "preferred", 0b1_1001),
        (False, "discouraged", 0b1_1001),
    ],
)
def test_flags_say_who_was_there(
    creation: Options, request_: Options, verifies: bool, asked: str, flags: int
) -> None:
    key = VirtualPasskey(seed=7, user_verification=verifies)
    options = creation()
    options["authenticatorSelection"]["userVerification"] = asked
    created = key.create(options, origin=ORIGIN)
    assert raw(created["response"]["authenticatorData"])[32] == flags | 0x40
    response = key.get(request_() | {"userVerification": asked}, origin=ORIGIN)
    assert raw(response["response"]["authenticatorData"])[32] == flags


@pytest.mark.parametrize(
    ("passkey", "asked", "formats", "expected"),
    [
        ({}, "none", [], "none"),
        ({}, "direct", [], "packed"),
        ({}, "indirect", [], "packed"),
        ({}, "enterprise", [], "packed"),
        ({}, "direct", ["none", "packed"], "none"),
        ({}, "direct", ["tpm"], "packed"),
        ({}, "of another kind", [], "none"),
        ({"attestation": "none"}, "direct", ["packed"], "none"),
        # Self attestation that names no model identifies nobody, so the browser leaves it (section 5.1.3).
        ({"aaguid": bytes(16)}, "none", [], "packed"),
    ],
)
def test_attestation_is_given_to_who_asks(
    creation: Options, passkey: dict[str, Any], asked: str, formats: list[str], expected: str
) -> None:
    key = VirtualPasskey(seed=7, **passkey)
    options = creation() | {"attestation": asked, "attestationFormats": formats}
    response = key.create(options, origin=ORIGIN)
    assert AttestationObject(raw(response["response"]["attestationObject"])).fmt == expected


@pytest.mark.parametrize(
    ("counter", "counts"),
    [("zero", [0, 0, 0, 0, 0]), ("per-credential", [1, 1, 2, 2, 3]), ("global", [1, 2, 3, 4, 5])],
)
def test_counters_count_as_set(creation: Options, request_: Options, counter: str, counts: list[int]) -> None:
    key = VirtualPasskey(seed=7, counter=counter)
    one = key.create(creation(user_id=b"1", user_name="alice"), origin=ORIGIN)
    two = key.create(creation(user_id=b"2", user_name="bob"), origin=ORIGIN)
    responses = [one, two]
    responses += [key.get(request_(), origin=ORIGIN, account=name) for name in ("alice", "bob", "alice")]
    seen = [AuthenticatorData(raw(item["response"]["authenticatorData"])).counter for item in responses]
    assert seen == counts


def test_a_security_key_is_one_device_and_stores_only_what_it_must(creation: Options) -> None:
    key = VirtualPasskey.security_key(seed=7)
    response = key.create(creation(resident_key="discouraged"), origin=ORIGIN)
    assert response["authenticatorAttachment"] == "cross-platform"
    assert response["response"]["transports"] == ["nfc", "usb"]
    assert response["clientExtensionResults"] == {"credProps": {"rk": False}}
    data = AuthenticatorData(raw(response["response"]["authenticatorData"]))
    assert (data.is_backup_eligible(), data.is_backed_up(), data.counter) == (False, False, 1)


def test_responses_are_plain_json(key: VirtualPasskey, creation: Options, request_: Options) -> None:
    for response in (key.create(creation(), origin=ORIGIN), key.get(request_(), origin=ORIGIN)):
        assert json.loads(json.dumps(response)) == response
