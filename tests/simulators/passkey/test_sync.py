from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fido2.ctap2.base import Ctap2
from fido2.ctap2.credman import CredentialManagement
from fido2.ctap2.pin import ClientPin
from fido2.utils import websafe_decode
from fido2.webauthn import AttestationObject
from tests.simulators.passkey import cable

from mfa_simulators import SyncGroup, VirtualClock
from mfa_simulators.passkey import WebAuthnError
from mfa_simulators.webauthn import Policy, verify_authentication, verify_registration

if TYPE_CHECKING:
    from tests.simulators.passkey.conftest import Options

    from mfa_simulators.webauthn import Authentication, Credential

ORIGIN = "https://app.example.org"
PARTY: Any = {"origins": (ORIGIN,), "rp_id": "example.org"}


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


def register(device: Any, creation: Options) -> Credential:
    return verify_registration(device.create(creation(), origin=ORIGIN), challenge=bytes(range(32)), **PARTY)


def sign_in(device: Any, credential: Credential, request_: Options, **policy: Any) -> Authentication:
    return verify_authentication(
        device.get(request_(listed=(credential,)), origin=ORIGIN),
        credential=credential,
        challenge=bytes(range(32, 64)),
        policy=Policy(**policy),
        **PARTY,
    )


def test_a_passkey_appears_on_the_other_devices_after_the_lag(
    clock: VirtualClock, creation: Options, request_: Options
) -> None:
    group = SyncGroup(clock=clock, seed=7, lag=30)
    phone, laptop = group.device("phone"), group.device("laptop")
    credential = register(phone, creation)
    assert (credential.backup_eligible, credential.backup_state) == (True, False)
    assert sign_in(phone, credential, request_).backup_state is False
    with pytest.raises(WebAuthnError, match="NotAllowedError"):
        sign_in(laptop, credential, request_)
    clock.advance(30)
    assert sign_in(laptop, credential, request_).backup_state is True
    assert sign_in(phone, credential, request_).backup_state is True


def test_without_a_lag_it_is_everywhere_at_once(
    clock: VirtualClock, creation: Options, request_: Options
) -> None:
    group = SyncGroup(clock=clock, seed=7)
    phone, laptop = group.device("phone"), group.device("laptop")
    credential = register(phone, creation)
    assert credential.backup_state is True
    assert sign_in(laptop, credential, request_).backup_state is True
    assert sign_in(group.device("tablet"), credential, request_).backup_state is True


def test_each_device_counts_alone(clock: VirtualClock, creation: Options, request_: Options) -> None:
    group = SyncGroup(clock=clock, seed=7, counter="per-credential")
    phone, laptop = group.device("phone"), group.device("laptop")
    credential = register(phone, creation)
    counts = [
        sign_in(device, credential, request_, counter="flag").sign_count
        for device in (phone, phone, laptop, phone, laptop)
    ]
    assert counts == [2, 3, 1, 4, 2]


def test_devices_may_differ(clock: VirtualClock, creation: Options, request_: Options) -> None:
    group = SyncGroup(clock=clock, seed=7)
    phone = group.device("phone")
    old = group.device("old phone", user_verification=False)
    credential = register(phone, creation)
    assert sign_in(phone, credential, request_).user_verified is True
    assert sign_in(old, credential, request_).user_verified is False


def test_what_is_deleted_on_one_goes_from_the_others_after_the_lag(
    clock: VirtualClock, creation: Options, request_: Options
) -> None:
    group = SyncGroup(clock=clock, seed=7, lag=30)
    phone, laptop = group.device("phone"), group.device("laptop")
    credential = register(phone, creation)
    group.sync()
    phone.remove(credential.id)
    assert phone.credentials == ()
    sign_in(laptop, credential, request_)
    clock.advance(30)
    assert laptop.credentials == ()
    assert phone.credentials == ()


def test_a_device_that_is_revoked_loses_everything_and_gets_nothing(
    clock: VirtualClock, creation: Options, request_: Options
) -> None:
    group = SyncGroup(clock=clock, seed=7)
    phone, stolen = group.device("phone"), group.device("stolen")
    credential = register(phone, creation)
    assert group.revoke("stolen") is stolen
    assert stolen.credentials == ()
    assert set(group.devices) == {"phone"}
    with pytest.raises(WebAuthnError):
        sign_in(stolen, credential, request_)
    sign_in(phone, credential, request_)
    with pytest.raises(ValueError, match="no device 'stolen'"):
        group.revoke("stolen")


def test_a_seed_repeats_a_group_and_its_devices_differ(clock: VirtualClock, creation: Options) -> None:
    first, second = (SyncGroup(clock=clock, seed=7) for _ in range(2))
    options = creation()
    one = first.device("phone").create(options, origin=ORIGIN)
    assert one == second.device("phone").create(options, origin=ORIGIN)
    assert one["id"] != first.device("laptop").create(creation(user_id=b"2"), origin=ORIGIN)["id"]


def test_a_group_that_makes_no_sense_is_refused(clock: VirtualClock) -> None:
    with pytest.raises(ValueError, match="lag"):
        SyncGroup(clock=clock, lag=-1)
    with pytest.raises(ValueError, match="eligible for backup"):
        SyncGroup(clock=clock, backup_eligible=False)
    group = SyncGroup(clock=clock)
    group.device("phone")
    with pytest.raises(ValueError, match="already"):
        group.device("phone")


def test_what_is_made_by_cable_reaches_the_other_devices(
    clock: VirtualClock, creation: Options, request_: Options
) -> None:
    group = SyncGroup(clock=clock, seed=7, lag=30)
    phone, laptop = group.device("phone"), group.device("laptop")
    made = dict(cable.create(cable.plugged_in(phone.ctap()), creation()))
    credential = verify_registration(made, challenge=bytes(range(32)), **PARTY)
    assert (credential.backup_eligible, credential.backup_state) == (True, False)
    with pytest.raises(WebAuthnError, match="NotAllowedError"):
        sign_in(laptop, credential, request_)
    clock.advance(30)
    assert sign_in(laptop, credential, request_).backup_state is True


def test_what_has_reached_a_device_signs_by_its_cable(
    clock: VirtualClock, creation: Options, request_: Options
) -> None:
    group = SyncGroup(clock=clock, seed=7, lag=30, counter="per-credential")
    phone, laptop = group.device("phone"), group.device("laptop")
    plug = cable.plugged_in(laptop.ctap())
    credential = register(phone, creation)
    clock.advance(30)
    answer = dict(cable.get(plug, request_(listed=(credential,))))
    told = verify_authentication(
        answer,
        credential=credential,
        challenge=bytes(range(32, 64)),
        policy=Policy(counter="flag"),
        **PARTY,
    )
    assert told.backup_state is True
    assert told.sign_count == 1  # each device counts for itself


def test_what_is_deleted_by_cable_goes_from_the_other_devices(
    clock: VirtualClock, creation: Options, request_: Options
) -> None:
    group = SyncGroup(clock=clock, seed=7, lag=30)
    phone, laptop = group.device("phone"), group.device("laptop")
    credential = register(phone, creation)
    clock.advance(30)
    device = Ctap2(laptop.ctap(pin=cable.PIN))
    pin = ClientPin(device)
    token = pin.get_pin_token(cable.PIN, ClientPin.PERMISSION.CREDENTIAL_MGMT)
    manager = CredentialManagement(device, pin.protocol, token)
    manager.delete_cred({"type": "public-key", "id": credential.id})  # type: ignore[arg-type]
    assert laptop.credentials == ()
    assert sign_in(phone, credential, request_).backup_state is True  # it has not heard of that yet
    clock.advance(30)
    assert phone.credentials == ()


def test_both_faces_of_a_device_in_step_make_the_same(clock: VirtualClock, creation: Options) -> None:
    def phone() -> Any:
        return SyncGroup(clock=clock, seed=7, lag=30).device("phone")

    options = creation(attestation="direct")
    by_cable = dict(cable.create(cable.plugged_in(phone().ctap()), options))["response"]
    in_page = phone().create(options, origin=ORIGIN)["response"]
    assert AttestationObject(raw(by_cable)).auth_data == AttestationObject(raw(in_page)).auth_data


def raw(response: Any) -> bytes:
    return websafe_decode(response["attestationObject"])
