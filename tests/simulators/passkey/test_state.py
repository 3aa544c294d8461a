from __future__ import annotations

import json
from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest

from mfa_simulators.clock import VirtualClock
from mfa_simulators.passkey import VirtualPasskey
from mfa_simulators.webauthn import Credential, VerificationError, verify_authentication, verify_registration

if TYPE_CHECKING:
    from tests.simulators.passkey.conftest import Options

ORIGIN = "https://app.example.org"
EXPECTED: Any = {"origins": (ORIGIN,), "rp_id": "example.org"}


@pytest.fixture
def key() -> VirtualPasskey:
    return VirtualPasskey.security_key(clock=VirtualClock(), seed=7)


@pytest.fixture
def credential(key: VirtualPasskey, creation: Options) -> Credential:
    created = key.create(creation(resident_key="required"), origin=ORIGIN)
    return verify_registration(created, challenge=bytes(range(32)), **EXPECTED)


def sign_in(key: VirtualPasskey, credential: Credential, options: dict[str, Any]) -> Credential:
    """Signs in, and gives the record as it then is."""
    response = key.get(options, origin=ORIGIN)
    told = verify_authentication(response, credential=credential, challenge=bytes(range(32, 64)), **EXPECTED)
    return credential.after(told)


@pytest.mark.parametrize("character", [{}, {"counter": "global"}, {"algorithms": (-35,)}])
def test_the_same_seed_gives_the_same_bytes(creation: Options, request_: Options, character: Any) -> None:
    def ceremonies(seed: int | str) -> list[Any]:
        key = VirtualPasskey(clock=VirtualClock(), seed=seed, **character)
        offered = [{"type": "public-key", "alg": number} for number in (-7, -35)]
        options = creation(attestation="direct") | {"pubKeyCredParams": offered}
        faulty = key.create(options, origin=ORIGIN, fault="algorithm-not-offered")
        created = key.create(options, origin=ORIGIN)
        return [faulty, created, *(key.get(request_(), origin=ORIGIN) for _ in range(2)), key.export()]

    assert ceremonies(7) == ceremonies("7")
    assert ceremonies(7) != ceremonies(8)


def test_without_a_seed_nothing_repeats(creation: Options, request_: Options) -> None:
    one, two = VirtualPasskey(), VirtualPasskey()
    first = one.create(creation(), origin=ORIGIN)
    second = two.create(creation(), origin=ORIGIN)
    assert first["id"] != second["id"]
    assert first["response"]["publicKey"] != second["response"]["publicKey"]
    signatures = {one.get(request_(), origin=ORIGIN)["response"]["signature"] for _ in range(3)}
    assert len(signatures) == 3


def test_a_clone_used_in_turns_with_its_original_is_noticed(
    key: VirtualPasskey, credential: Credential, request_: Options
) -> None:
    twin = key.clone()
    credential = sign_in(key, credential, request_())
    with pytest.raises(VerificationError, match=r"7\.2 step 22:"):
        sign_in(twin, credential, request_())
    credential = sign_in(twin, credential, request_())  # it has counted on, and now it is ahead
    with pytest.raises(VerificationError, match=r"7\.2 step 22:"):
        sign_in(key, credential, request_())


def test_a_clone_makes_credentials_of_its_own(key: VirtualPasskey, creation: Options) -> None:
    twins = [key, key.clone(), key.clone()]
    twins.append(twins[1].clone())
    made = [twin.create(creation(), origin=ORIGIN) for twin in twins]
    assert len({response["id"] for response in made}) == 4
    assert len({response["response"]["publicKey"] for response in made}) == 4


def test_what_a_clone_forgets_its_original_keeps(key: VirtualPasskey, credential: Credential) -> None:
    key.clone().remove(credential.id)
    assert [held.id for held in key.credentials] == [credential.id]


def test_a_device_that_was_rolled_back_is_noticed_until_it_has_caught_up(
    key: VirtualPasskey, credential: Credential, request_: Options
) -> None:
    for _ in range(3):
        credential = sign_in(key, credential, request_())
    assert credential.sign_count == 4
    key.rollback(2)
    for _ in range(2):
        with pytest.raises(VerificationError, match=r"7\.2 step 22:"):
            sign_in(key, credential, request_())
    assert sign_in(key, credential, request_()).sign_count == 5


def test_a_global_counter_is_rolled_back_too(creation: Options, request_: Options) -> None:
    key = VirtualPasskey(seed=7, counter="global")
    created = key.create(creation(), origin=ORIGIN)
    credential = verify_registration(created, challenge=bytes(range(32)), **EXPECTED)
    credential = sign_in(key, credential, request_())
    key.rollback(1)
    with pytest.raises(VerificationError, match=r"7\.2 step 22:"):
        sign_in(key, credential, request_())
    key.rollback(100)
    assert key.credentials[0].counter == 0


def test_a_counter_fixed_at_zero_cannot_be_rolled_back() -> None:
    with pytest.raises(ValueError, match=r"security_key\(\)"):
        VirtualPasskey().rollback(1)
    with pytest.raises(ValueError, match="one signature or more"):
        VirtualPasskey.security_key().rollback(0)


@pytest.mark.parametrize("seed", [7, None])
def test_an_exported_passkey_goes_on_where_it_was(
    creation: Options, request_: Options, seed: int | None
) -> None:
    clock = VirtualClock()
    key = VirtualPasskey(clock=clock, seed=seed, counter="global", transports=("usb",))
    key.create(creation(), origin=ORIGIN)
    key.get(request_(), origin=ORIGIN)
    exported = json.loads(json.dumps(key.export()))
    twin = VirtualPasskey.load(exported, clock=clock, seed=seed)
    assert twin.export() == key.export()
    assert twin.settings == key.settings
    ours, theirs = (
        [item.get(request_(), origin=ORIGIN), item.create(creation(user_id=b"2"), origin=ORIGIN)]
        for item in (key, twin)
    )
    assert ours[0]["response"]["authenticatorData"] == theirs[0]["response"]["authenticatorData"]
    assert (ours == theirs) is (seed is not None)


def test_exported_credentials_have_the_shape_of_chromium(key: VirtualPasskey, credential: Credential) -> None:
    (exported,) = key.export()["credentials"]
    assert b64decode(exported["credentialId"]) == credential.id
    assert b64decode(exported["userHandle"]) == b"user 1"
    assert exported["rpId"] == "example.org"
    assert exported["isResidentCredential"] is True
    assert exported["signCount"] == 1
    assert exported["backupEligibility"] is False
    assert exported.keys() >= {"privateKey", "userName", "userDisplayName"}


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.pop("version"),
        lambda data: data.update(version=2),
        lambda data: data.pop("settings"),
        lambda data: data["settings"].update(colour="red"),
        lambda data: data["settings"].update(aaguid=7),
        lambda data: data.pop("credentials"),
        lambda data: data["credentials"][0].pop("rpId"),
        lambda data: data["credentials"][0].update(privateKey="AAAA"),
        lambda data: data["credentials"][0].update(credentialId="?"),
    ],
)
def test_what_is_no_export_is_refused(key: VirtualPasskey, credential: Credential, change: Any) -> None:
    exported = key.export()
    change(exported)
    with pytest.raises(ValueError, match=r"export|key|base64"):
        VirtualPasskey.load(exported)


def test_a_credential_is_dated_by_the_clock(creation: Options) -> None:
    clock = VirtualClock("2026-01-01T00:00:00Z")
    key = VirtualPasskey(clock=clock)
    clock.advance(60)
    key.create(creation(), origin=ORIGIN)
    assert key.credentials[0].created_at == clock.now()


def test_backup_eligibility_stays_what_it_was_for_a_credentials_life(
    creation: Options, request_: Options
) -> None:
    key = VirtualPasskey(seed=7)
    credential = verify_registration(
        key.create(creation(), origin=ORIGIN), challenge=bytes(range(32)), **EXPECTED
    )
    key.configure(backup_eligible=False, backup_state=False)
    after = sign_in(key, credential, request_())
    assert (after.backup_eligible, after.backup_state) == (True, False)
