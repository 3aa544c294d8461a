"""The CTAP2 face, driven by fido2's stock client: it judges every byte, canonical CBOR included."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from fido2.client import (
    ClientError,
    DefaultClientDataCollector,
    Fido2Client,
    PinRequiredError,
    UserInteraction,
)
from fido2.ctap import CtapError
from fido2.ctap2.base import Ctap2
from fido2.ctap2.pin import ClientPin
from fido2.server import Fido2Server
from fido2.webauthn import (
    PublicKeyCredentialCreationOptions,
    PublicKeyCredentialRequestOptions,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
)

from mfa_simulators.clock import VirtualClock
from mfa_simulators.passkey import VirtualPasskey
from mfa_simulators.passkey.ctap import MISBEHAVIOURS
from mfa_simulators.webauthn import Policy, verify_authentication, verify_registration

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulators.passkey.conftest import Options

    from mfa_simulators.passkey.ctap import CtapAuthenticator

ORIGIN = "https://app.example.org"
PIN = "1234"


class User(UserInteraction):
    """Knows the PIN."""

    def __init__(self, pin: str = PIN) -> None:
        self.pin = pin
        self.asked = 0

    def prompt_up(self) -> None:
        pass

    def request_pin(self, permissions: Any, rp_id: Any) -> str:
        self.asked += 1
        return self.pin

    def request_uv(self, permissions: Any, rp_id: Any) -> bool:
        return True


def client_of(device: CtapAuthenticator, user: UserInteraction | None = None) -> Fido2Client:
    client = Fido2Client(device, DefaultClientDataCollector(ORIGIN), user_interaction=user or User())
    assert list(client.info.versions) == ["FIDO_2_0", "FIDO_2_1"]  # no silent fall back to CTAP1
    return client


def create(client: Fido2Client, options: dict[str, Any]) -> Any:
    return client.make_credential(PublicKeyCredentialCreationOptions.from_dict(options))


def get(client: Fido2Client, options: dict[str, Any], which: int = 0) -> Any:
    return client.get_assertion(PublicKeyCredentialRequestOptions.from_dict(options)).get_response(which)


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
    client = client_of(key.ctap())
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
    client = client_of(VirtualPasskey(seed=7).ctap())
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
    client = client_of(device)
    known = create(client, creation())
    listed = request_() | {"allowCredentials": [{"type": "public-key", "id": dict(known)["id"]}]}
    before = key.credentials[0].counter
    response = get(client, listed)
    assert device.log.count(0x02) == 2  # the client looked first whether the credential is there
    assert key.credentials[0].counter == before + 1
    assert response.response.authenticator_data.counter == before + 1


def test_a_pin_verifies_the_user(creation: Options, request_: Options) -> None:
    key = VirtualPasskey.security_key(seed=7, user_verification=False)
    user = User()
    client = client_of(key.ctap(pin=PIN), user)
    options = creation()
    options["authenticatorSelection"]["userVerification"] = "required"
    created = create(client, options)
    assert user.asked == 1
    assert created.response.attestation_object.auth_data.is_user_verified()
    listed = request_() | {"allowCredentials": [{"type": "public-key", "id": dict(created)["id"]}]}
    response = get(client, listed | {"userVerification": "required"})
    assert response.response.authenticator_data.is_user_verified()


def test_a_pin_is_set_and_changed(creation: Options) -> None:
    key = VirtualPasskey.security_key(seed=7, user_verification=False)
    device = key.ctap(pin="")
    for version in (1, 2):
        pins = ClientPin(Ctap2(device), ClientPin.PROTOCOLS[2 - version]())
        if version == 1:
            pins.set_pin("first")
        else:
            pins.change_pin("first", "second")
    pins = ClientPin(Ctap2(device))
    assert pins.get_pin_retries()[0] == 8
    assert len(pins.get_pin_token("second", ClientPin.PERMISSION.MAKE_CREDENTIAL, "example.org")) == 32
    longer = VirtualPasskey.security_key(seed=7, min_pin_length=6).ctap(pin="")
    with pytest.raises(CtapError, match="PIN_POLICY_VIOLATION"):
        ClientPin(Ctap2(longer)).set_pin("12345")


def test_wrong_pins_block_it_until_it_is_plugged_in_and_then_for_good() -> None:
    device = VirtualPasskey.security_key(seed=7).ctap(pin=PIN)
    pins = ClientPin(Ctap2(device))
    seen = []
    for _ in range(9):
        try:
            pins.get_pin_token("0000")
        except CtapError as error:
            seen.append(error.code.name)
        if seen[-1] == "PIN_AUTH_BLOCKED":
            device.plug_in()
    assert seen[:3] == ["PIN_INVALID", "PIN_INVALID", "PIN_AUTH_BLOCKED"]
    assert seen[-1] == "PIN_BLOCKED"
    with pytest.raises(CtapError, match="PIN_BLOCKED"):
        pins.get_pin_token(PIN)


def test_a_token_expires_by_the_clock(creation: Options) -> None:
    clock = VirtualClock()
    device = VirtualPasskey.security_key(seed=7, clock=clock).ctap(pin=PIN)
    ctap2 = Ctap2(device)
    pins = ClientPin(ctap2)
    token = pins.get_pin_token(PIN, ClientPin.PERMISSION.MAKE_CREDENTIAL, "example.org")

    def make() -> Any:
        proof = pins.protocol.authenticate(token, bytes(32))
        return ctap2.make_credential(
            bytes(32),
            {"id": "example.org", "name": "Example"},
            {"id": b"1", "name": "alice"},
            [{"type": "public-key", "alg": -7}],
            pin_uv_param=proof,
            pin_uv_protocol=pins.protocol.VERSION,
        )

    assert make().auth_data.is_user_verified()
    clock.advance(601)
    with pytest.raises(CtapError, match="PIN_TOKEN_EXPIRED"):
        make()


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


def test_verification_that_fails_three_times_is_blocked() -> None:
    key = VirtualPasskey(seed=7, user="fails-verification")
    ctap2 = Ctap2(key.ctap())
    seen = []
    for _ in range(4):
        with pytest.raises(CtapError) as caught:
            ctap2.make_credential(
                bytes(32),
                {"id": "example.org", "name": "Example"},
                {"id": b"1", "name": "alice"},
                [{"type": "public-key", "alg": -7}],
                options={"uv": True},
            )
        seen.append(caught.value.code.name)
    assert seen == ["OPERATION_DENIED", "OPERATION_DENIED", "UV_BLOCKED", "UV_BLOCKED"]


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


def test_several_accounts_come_one_after_another(creation: Options, request_: Options) -> None:
    key = VirtualPasskey(seed=7)
    client = client_of(key.ctap())
    for number, name in enumerate(("alice", "bob", "carol")):
        create(client, creation(user_id=b"%d" % number, user_name=name))
    selection = client.get_assertion(PublicKeyCredentialRequestOptions.from_dict(request_()))
    users = [assertion.user for assertion in selection.get_assertions()]
    assert [user["name"] for user in users if user] == ["carol", "bob", "alice"]
    assert selection.get_response(2).response.user_handle == b"0"


def test_a_secret_derived_is_the_same_through_both_faces(creation: Options, request_: Options) -> None:
    key = VirtualPasskey(seed=7)
    client = client_of(key.ctap())
    salts = {"eval": {"first": "AAAA", "second": "BBBB"}}
    options = creation(extensions={"prf": {}})
    created = create(client, options)
    assert created.client_extension_results["prf"]["enabled"] is True
    listed = request_() | {"allowCredentials": [{"type": "public-key", "id": dict(created)["id"]}]}
    through_cable = dict(get(client, listed | {"extensions": {"prf": salts}}).client_extension_results)["prf"]
    on_page = key.get(listed | {"extensions": {"prf": salts}}, origin=ORIGIN)["clientExtensionResults"]["prf"]
    assert through_cable == on_page


def test_a_blob_is_written_and_read(creation: Options, request_: Options) -> None:
    key = VirtualPasskey(seed=7)
    client = client_of(key.ctap())
    options = creation(resident_key="required", extensions={"largeBlob": {"support": "required"}})
    created = create(client, options)
    assert created.client_extension_results["largeBlob"]["supported"] is True
    listed = request_() | {"allowCredentials": [{"type": "public-key", "id": dict(created)["id"]}]}
    written = get(client, listed | {"extensions": {"largeBlob": {"write": "aGVsbG8"}}})
    assert written.client_extension_results["largeBlob"]["written"] is True
    read = get(client, listed | {"extensions": {"largeBlob": {"read": True}}})
    assert dict(read.client_extension_results)["largeBlob"] == {"blob": "aGVsbG8"}


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
    client = client_of(device)
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
    client = client_of(device)
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
