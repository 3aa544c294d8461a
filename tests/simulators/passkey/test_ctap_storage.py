"""What a device stores, listed and tidied up by fido2's stock `CredentialManagement` and `LargeBlobs`."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import shake_256
from typing import TYPE_CHECKING, Any

import pytest
from fido2.cose import CoseKey
from fido2.ctap import CtapError
from fido2.ctap2.base import Ctap2
from fido2.ctap2.blob import LargeBlobs
from fido2.ctap2.credman import CredentialManagement
from fido2.ctap2.pin import ClientPin
from fido2.webauthn import PublicKeyCredentialRequestOptions
from tests.simulators.passkey.cable import ORIGIN, PIN, create, get, plugged_in

from mfa_simulators.passkey import VirtualPasskey
from mfa_simulators.webauthn import creation_options

if TYPE_CHECKING:
    from tests.simulators.passkey.conftest import Options

    from mfa_simulators.passkey.ctap import CtapAuthenticator

TELLS = CredentialManagement.RESULT
STORES = {"largeBlob": {"support": "required"}}
PERMISSIONS = ClientPin.PERMISSION


def test_several_accounts_come_one_after_another(creation: Options, request_: Options) -> None:
    key = VirtualPasskey(seed=7)
    client = plugged_in(key.ctap())
    for number, name in enumerate(("alice", "bob", "carol")):
        create(client, creation(user_id=b"%d" % number, user_name=name))
    selection = client.get_assertion(PublicKeyCredentialRequestOptions.from_dict(request_()))
    users = [assertion.user for assertion in selection.get_assertions()]
    assert [user["name"] for user in users if user] == ["carol", "bob", "alice"]
    assert selection.get_response(2).response.user_handle == b"0"


def test_a_blob_is_written_and_read(creation: Options, request_: Options) -> None:
    key = VirtualPasskey(seed=7)
    client = plugged_in(key.ctap())
    options = creation(resident_key="required", extensions={"largeBlob": {"support": "required"}})
    created = create(client, options)
    assert created.client_extension_results["largeBlob"]["supported"] is True
    listed = request_() | {"allowCredentials": [{"type": "public-key", "id": dict(created)["id"]}]}
    written = get(client, listed | {"extensions": {"largeBlob": {"write": "aGVsbG8"}}})
    assert written.client_extension_results["largeBlob"]["written"] is True
    read = get(client, listed | {"extensions": {"largeBlob": {"read": True}}})
    assert dict(read.client_extension_results)["largeBlob"] == {"blob": "aGVsbG8"}


def shelf(key: VirtualPasskey) -> VirtualPasskey:
    """Three credentials at two parties."""
    for rp_id, user in (("example.org", "alice"), ("example.org", "bob"), ("example.net", "alice")):
        options = creation_options(
            challenge=bytes(32),
            rp_id=rp_id,
            rp_name="Example",
            user_id=user.encode(),
            user_name=user,
            resident_key="required",
            extensions=STORES,
        )
        key.create(options, origin=f"https://{rp_id}")
    return key


def manager(
    device: CtapAuthenticator, permission: Any = PERMISSIONS.CREDENTIAL_MGMT, rp_id: str | None = None
) -> CredentialManagement:
    ctap2 = Ctap2(device)
    pins = ClientPin(ctap2)
    return CredentialManagement(ctap2, pins.protocol, pins.get_pin_token(PIN, permission, rp_id))


@pytest.mark.parametrize("capacity", [None, 10])
def test_all_that_is_stored_is_listed(capacity: int | None) -> None:
    key = shelf(VirtualPasskey.security_key(seed=7, capacity=capacity))
    manages = manager(key.ctap(pin=PIN))
    told = manages.get_metadata()
    assert told[TELLS.EXISTING_CRED_COUNT] == 3
    assert told[TELLS.MAX_REMAINING_COUNT] == (1000 if capacity is None else 7)
    parties = manages.enumerate_rps()
    assert [party[TELLS.RP]["id"] for party in parties] == ["example.org", "example.net"]
    stored = [each for party in parties for each in manages.enumerate_creds(party[TELLS.RP_ID_HASH])]
    assert [each[TELLS.USER]["name"] for each in stored] == ["bob", "alice", "alice"]
    by_id = {held.id: held for held in key.credentials}
    for each in stored:
        held = by_id.pop(each[TELLS.CREDENTIAL_ID]["id"])
        CoseKey.parse(each[TELLS.PUBLIC_KEY]).verify(b"data", held.key.sign(b"data", deterministic=True))
        assert each[TELLS.CRED_PROTECT] == 1
        assert len(each[TELLS.LARGE_BLOB_KEY]) == 32
    assert not by_id


def test_a_credential_is_deleted_and_another_is_renamed() -> None:
    key = shelf(VirtualPasskey.security_key(seed=7))
    manages = manager(key.ctap(pin=PIN))
    alice, bob, _ = key.credentials
    manages.delete_cred({"type": "public-key", "id": alice.id})  # type: ignore[arg-type]
    renamed: Any = {"id": b"bob", "name": "robert", "displayName": "Robert"}
    manages.update_user_info({"type": "public-key", "id": bob.id}, renamed)  # type: ignore[arg-type]
    assert [held.user.name for held in key.credentials] == ["robert", "alice"]
    with pytest.raises(CtapError, match="NO_CREDENTIALS"):
        manages.delete_cred({"type": "public-key", "id": alice.id})  # type: ignore[arg-type]
    with pytest.raises(CtapError, match="INVALID_PARAMETER"):
        manages.update_user_info({"type": "public-key", "id": bob.id}, renamed | {"id": b"another"})  # type: ignore[arg-type]


def test_nothing_is_managed_without_the_right_token() -> None:
    key = shelf(VirtualPasskey.security_key(seed=7))
    device = key.ctap(pin=PIN)
    with pytest.raises(CtapError, match="PIN_AUTH_INVALID"):
        manager(device, PERMISSIONS.GET_ASSERTION, "example.org").get_metadata()
    with pytest.raises(CtapError, match="PUAT_REQUIRED"):
        Ctap2(device).credential_mgmt(CredentialManagement.CMD.GET_CREDS_METADATA)
    bound = manager(device, rp_id="example.net")
    with pytest.raises(CtapError, match="PIN_AUTH_INVALID"):
        bound.enumerate_rps()
    hashes = {party.rp_id: party.rp_id_hash for party in key.credentials}
    with pytest.raises(CtapError, match="PIN_AUTH_INVALID"):
        bound.enumerate_creds(hashes["example.org"])
    assert len(bound.enumerate_creds(hashes["example.net"])) == 1


def test_a_list_is_gone_on_with_only_where_it_was_begun() -> None:
    device = shelf(VirtualPasskey.security_key(seed=7)).ctap(pin=PIN)
    manages = manager(device)
    with pytest.raises(CtapError, match="NOT_ALLOWED"):
        manages.enumerate_rps_next()
    manages.enumerate_rps_begin()
    Ctap2(device).get_info()  # another command
    with pytest.raises(CtapError, match="NOT_ALLOWED"):
        manages.enumerate_rps_next()
    assert manages.enumerate_creds(bytes(32)) == []


def test_an_empty_device_has_nothing_to_list() -> None:
    assert manager(VirtualPasskey.security_key(seed=7).ctap(pin=PIN)).enumerate_rps() == []


def test_a_device_that_can_verify_nobody_says_that_it_manages_nothing() -> None:
    key = VirtualPasskey.security_key(seed=7, user_verification=False)
    assert not CredentialManagement.is_supported(Ctap2(key.ctap()).info)
    assert CredentialManagement.is_supported(Ctap2(key.ctap(pin="")).info)


def test_both_faces_have_one_store_of_blobs(creation: Options, request_: Options) -> None:
    key = VirtualPasskey(seed=7)
    client = plugged_in(key.ctap())
    made = [
        create(client, creation(resident_key="required", user_id=name, extensions=STORES))
        for name in (b"alice", b"bob")
    ]
    listed = [
        request_() | {"allowCredentials": [{"type": "public-key", "id": dict(each)["id"]}]} for each in made
    ]

    def through_cable(whose: int, asked: dict[str, Any]) -> Any:
        response = get(client, listed[whose] | {"extensions": {"largeBlob": asked}})
        return dict(response.client_extension_results.get("largeBlob", {}))

    def on_page(whose: int, asked: dict[str, Any]) -> Any:
        response = key.get(listed[whose] | {"extensions": {"largeBlob": asked}}, origin=ORIGIN)
        return response["clientExtensionResults"]["largeBlob"]

    assert on_page(0, {"write": "cGFnZQ"}) == {"written": True}
    assert through_cable(0, {"read": True}) == {"blob": "cGFnZQ"}
    assert through_cable(1, {"write": "Y2FibGU"}) == {"written": True}
    assert on_page(1, {"read": True}) == {"blob": "Y2FibGU"}
    assert through_cable(0, {"write": "bmV3"}) == {"written": True}
    assert on_page(0, {"read": True}) == {"blob": "bmV3"}
    assert on_page(0, {"write": "bmV3ZXI"}) == {"written": True}
    assert through_cable(0, {"read": True}) == {"blob": "bmV3ZXI"}
    for copy in (VirtualPasskey.load(key.export(), seed=7), key.clone()):
        client, key = plugged_in(copy.ctap()), copy
        assert through_cable(0, {"read": True}) == on_page(0, {"read": True}) == {"blob": "bmV3ZXI"}


def test_a_blob_that_does_not_fit_is_not_written_through_either_face(
    creation: Options, request_: Options
) -> None:
    key = VirtualPasskey(seed=7)
    key.create(creation(resident_key="required", extensions=STORES), origin=ORIGIN)
    noise = urlsafe_b64encode(shake_256(b"noise").digest(6000)).decode()

    def on_page(asked: dict[str, Any]) -> Any:
        response = key.get(request_() | {"extensions": {"largeBlob": asked}}, origin=ORIGIN)
        return response["clientExtensionResults"]["largeBlob"]

    assert on_page({"write": "c21hbGw"}) == {"written": True}
    assert on_page({"write": noise}) == {"written": False}
    assert on_page({"read": True}) == {"blob": "c21hbGw"}
    client = plugged_in(key.ctap())
    options = request_() | {"allowCredentials": [{"type": "public-key", "id": made_id(key)}]}
    with pytest.raises(CtapError, match="LARGE_BLOB_STORAGE_FULL"):
        get(client, options | {"extensions": {"largeBlob": {"write": noise}}})
    assert on_page({"read": True}) == {"blob": "c21hbGw"}


def test_what_belongs_to_nobody_stays_in_the_array(creation: Options) -> None:
    key = VirtualPasskey(seed=7)
    device = key.ctap(pin=PIN)
    key.create(creation(resident_key="required", extensions=STORES), origin=ORIGIN)
    ctap2 = Ctap2(device)
    pins = ClientPin(ctap2)
    store = LargeBlobs(ctap2, pins.protocol, pins.get_pin_token(PIN, PERMISSIONS.LARGE_BLOB_WRITE))
    foreign = bytes(range(32))
    store.put_blob(foreign, b"another's")
    (held,) = key.credentials
    assert held.blob is None
    held.blob = b"hers"
    assert store.get_blob(foreign) == b"another's"
    assert len(store.read_blob_array()) == 2
    key.remove(held.id)
    assert store.get_blob(foreign) == b"another's"


def made_id(key: VirtualPasskey) -> str:
    exported: str = key.export()["credentials"][0]["credentialId"]
    return exported.replace("+", "-").replace("/", "_").rstrip("=")
