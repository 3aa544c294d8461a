"""The CTAP2 face, driven by fido2's stock client: it judges every byte, canonical CBOR included."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from fido2.client import ClientError, PinRequiredError
from fido2.ctap import CtapError
from fido2.ctap2.base import Ctap2
from fido2.server import Fido2Server
from fido2.webauthn import PublicKeyCredentialRpEntity, PublicKeyCredentialUserEntity
from tests.simulators.passkey.cable import ORIGIN, PIN, create, get, plugged_in

from mfa_simulators.passkey import VirtualPasskey
from mfa_simulators.passkey.ctap import MISBEHAVIOURS
from mfa_simulators.webauthn import Policy, verify_authentication, verify_registration

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulators.passkey.conftest import Options

KINDS: dict[str, Callable[[], VirtualPasskey]] = {
    "synced": lambda: VirtualPasskey(seed=7),
    "security key": lambda: VirtualPasskey.security_key(seed=7),
    "presence alone": lambda: VirtualPasskey.security_key(seed=7, user_verification=False),
    "EdDSA": lambda: VirtualPasskey(seed=7, algorithms=(-8,)),
    "RS256": lambda: VirtualPasskey(seed=7, algorithms=(-257,)),
    "packed with certificates": lambda: VirtualPasskey(seed=7, attestation="packed-x5c"),
    "tpm": lambda: VirtualPasskey(seed=7, attestation="tpm"),
    "no seed": VirtualPasskey,
}


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_the_stock_client_and_both_parties_accept_it(
    make: Callable[[], VirtualPasskey], creation: Options, request_: Options
) -> None:
    key = make()
    client = plugged_in(key.ctap())
    policy = Policy(algorithms=key.settings.algorithms)
    options = creation(policy=policy, attestation="direct")
    created = dict(create(client, options))
    party: Any = {"origins": (ORIGIN,), "rp_id": "example.org", "policy": policy}
    credential = verify_registration(created, challenge=bytes(range(32)), **party)
    assert credential.format == {"packed-x5c": "packed"}.get(
        key.settings.attestation, key.settings.attestation
    )
    answered = dict(get(client, request_(listed=(credential,))))
    told = verify_authentication(answered, credential=credential, challenge=bytes(range(32, 64)), **party)
    assert told.sign_count == (0 if key.settings.counter == "zero" else 2)


def test_fido2s_own_server_accepts_it() -> None:
    server = Fido2Server(PublicKeyCredentialRpEntity(id="example.org", name="Example"))
    client = plugged_in(VirtualPasskey(seed=7).ctap())
    user = PublicKeyCredentialUserEntity(id=b"user 1", name="alice", display_name="Alice")
    options, state = server.register_begin(user)
    registered = server.register_complete(state, client.make_credential(options.public_key))
    assert registered.credential_data is not None
    again, state = server.authenticate_begin([registered.credential_data])
    response = client.get_assertion(again.public_key).get_response(0)
    server.authenticate_complete(state, [registered.credential_data], response)


@pytest.mark.parametrize("seed", [7, "another"])
@pytest.mark.parametrize("attestation", ["packed", "packed-x5c", "android-key"])
def test_under_one_seed_both_faces_give_the_same_bytes(
    creation: Options, request_: Options, seed: int | str, attestation: str
) -> None:
    page, cable = (VirtualPasskey(seed=seed, attestation=attestation) for _ in range(2))
    ctap2 = Ctap2(cable.ctap())
    made = page.create(creation(attestation="direct"), origin=ORIGIN)["response"]
    hash_ = hashlib.sha256(_raw(made["clientDataJSON"])).digest()
    attested = ctap2.make_credential(
        hash_,
        {"id": "example.org", "name": "Example"},
        {"id": b"user 1", "name": "alice", "displayName": "alice"},
        [{"type": "public-key", "alg": -7}],
        options={"uv": True, "rk": True},
    )
    assert bytes(attested.auth_data) == _raw(made["authenticatorData"])
    assert attested.att_stmt["sig"] in _raw(made["attestationObject"])
    answered = page.get(request_(), origin=ORIGIN)["response"]
    hash_ = hashlib.sha256(_raw(answered["clientDataJSON"])).digest()
    asserted = ctap2.get_assertion("example.org", hash_, options={"uv": True})
    assert bytes(asserted.auth_data) == _raw(answered["authenticatorData"])
    assert asserted.signature == _raw(answered["signature"])


def test_a_silent_look_up_moves_no_counter(creation: Options, request_: Options) -> None:
    key = VirtualPasskey.security_key(seed=7)
    device = key.ctap()
    client = plugged_in(device)
    known = create(client, creation())
    listed = request_() | {"allowCredentials": [{"type": "public-key", "id": dict(known)["id"]}]}
    before = key.credentials[0].counter
    response = get(client, listed)
    assert device.log.count(0x02) == 2  # the client looked first whether the credential is there
    assert key.credentials[0].counter == before + 1
    assert response.response.authenticator_data.counter == before + 1


@pytest.mark.parametrize(
    ("settings", "changes", "code"),
    [
        ({"user": "declines"}, {}, "OPERATION_DENIED"),
        ({"user": "times-out"}, {}, "USER_ACTION_TIMEOUT"),
        ({"discoverable": "never"}, {"options": {"rk": True}}, "UNSUPPORTED_OPTION"),
        ({"user_verification": False}, {"options": {"uv": True}}, "INVALID_OPTION"),
        ({}, {"key_params": [{"type": "public-key", "alg": -257}]}, "UNSUPPORTED_ALGORITHM"),
        ({"capacity": 0}, {"options": {"rk": True}}, "KEY_STORE_FULL"),
        ({}, {"options": {"up": False}}, "INVALID_OPTION"),
    ],
)
def test_a_device_says_no_in_its_own_words(
    settings: dict[str, Any], changes: dict[str, Any], code: str
) -> None:
    ctap2 = Ctap2(VirtualPasskey(seed=7, **settings).ctap())
    asked: dict[str, Any] = {
        "client_data_hash": bytes(32),
        "rp": {"id": "example.org", "name": "Example"},
        "user": {"id": b"1", "name": "alice"},
        "key_params": [{"type": "public-key", "alg": -7}],
    }
    with pytest.raises(CtapError, match=code):
        ctap2.make_credential(**asked | changes)


def test_an_excluded_credential_and_a_missing_one() -> None:
    key = VirtualPasskey(seed=7)
    ctap2 = Ctap2(key.ctap())
    with pytest.raises(CtapError, match="NO_CREDENTIALS"):
        ctap2.get_assertion("example.org", bytes(32))
    asked: dict[str, Any] = {
        "client_data_hash": bytes(32),
        "rp": {"id": "example.org", "name": "Example"},
        "user": {"id": b"1", "name": "alice"},
        "key_params": [{"type": "public-key", "alg": -7}],
    }
    made = ctap2.make_credential(**asked, options={"rk": True})
    assert made.auth_data.credential_data is not None
    known: list[Any] = [{"type": "public-key", "id": made.auth_data.credential_data.credential_id}]
    with pytest.raises(CtapError, match="CREDENTIAL_EXCLUDED"):
        ctap2.make_credential(**asked, exclude_list=known)


def test_a_secret_derived_is_the_same_through_both_faces(creation: Options, request_: Options) -> None:
    key = VirtualPasskey(seed=7)
    client = plugged_in(key.ctap())
    salts = {"eval": {"first": "AAAA", "second": "BBBB"}}
    options = creation(extensions={"prf": {}})
    created = create(client, options)
    assert created.client_extension_results["prf"]["enabled"] is True
    listed = request_() | {"allowCredentials": [{"type": "public-key", "id": dict(created)["id"]}]}
    through_cable = dict(get(client, listed | {"extensions": {"prf": salts}}).client_extension_results)["prf"]
    on_page = key.get(listed | {"extensions": {"prf": salts}}, origin=ORIGIN)["clientExtensionResults"]["prf"]
    assert through_cable == on_page


def test_a_protected_credential_hides_from_who_is_not_verified() -> None:
    key = VirtualPasskey.security_key(seed=7)
    ctap2 = Ctap2(key.ctap())
    ctap2.make_credential(
        bytes(32),
        {"id": "example.org", "name": "Example"},
        {"id": b"1", "name": "alice"},
        [{"type": "public-key", "alg": -7}],
        extensions={"credProtect": 3},
        options={"rk": True},
    )
    with pytest.raises(CtapError, match="NO_CREDENTIALS"):
        ctap2.get_assertion("example.org", bytes(32))
    ctap2.get_assertion("example.org", bytes(32), options={"uv": True})


def test_a_cancelled_request_and_a_reset() -> None:
    key = VirtualPasskey(seed=7)
    ctap2 = Ctap2(key.ctap(pin=PIN))
    cancelled = Event()
    cancelled.set()
    with pytest.raises(CtapError, match="KEEPALIVE_CANCEL"):
        ctap2.selection(event=cancelled)
    ctap2.selection()
    ctap2.reset()
    assert ctap2.get_info().options["clientPin"] is False


@pytest.mark.parametrize("misbehaviour", MISBEHAVIOURS)
def test_a_device_that_misbehaves_never_hangs_its_client(
    creation: Options, request_: Options, misbehaviour: str
) -> None:
    key = VirtualPasskey(seed=7)
    device = key.ctap()
    client = plugged_in(device)
    known = create(client, creation())
    create(client, creation(user_id=b"2", user_name="bob"))
    listed = request_() | {"allowCredentials": [{"type": "public-key", "id": dict(known)["id"]}]}
    device.misbehaves = frozenset({misbehaviour})
    try:
        answered = dict(get(client, listed))
    except (ClientError, CtapError, ValueError, IndexError, PinRequiredError):
        return  # the client noticed
    assert misbehaviour in {"keepalive-storm", "wrong-credential", "token-expires-at-once", "reply-oversized"}
    assert (answered["id"] == dict(known)["id"]) is (misbehaviour != "wrong-credential")


def test_a_device_may_lie_to_the_server(creation: Options, request_: Options) -> None:
    key = VirtualPasskey(seed=7)
    device = key.ctap()
    client = plugged_in(device)
    create(client, creation())
    device.lie("rp-id-hash-other")
    data = get(client, request_()).response.authenticator_data
    assert data.rp_id_hash != hashlib.sha256(b"example.org").digest()
    assert get(client, request_()).response.authenticator_data.rp_id_hash != data.rp_id_hash
    with pytest.raises(ValueError, match="no lie that an authenticator can tell"):
        device.lie("origin-foreign")


@pytest.mark.parametrize(
    ("request_bytes", "code"),
    [
        (b"", 0x03),
        (b"\x7f", 0x01),
        (b"\x01", 0x12),
        (b"\x02\xa1", 0x12),
        (b"\x02\x80", 0x11),
        (b"\x02\xa0", 0x14),
        (b"\x01\xa1\x01\x01", 0x11),
        (b"\x06\xa1\x02\x18\x63", 0x3E),
        (b"\x08", 0x30),
        (b"\x02" + bytes(5000), 0x39),
    ],
)
def test_a_request_that_cannot_be_read_has_a_status(request_bytes: bytes, code: int) -> None:
    assert VirtualPasskey(seed=7).ctap().handle(request_bytes)[0] == code


def _raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
