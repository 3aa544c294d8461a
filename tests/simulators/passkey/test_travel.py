"""What leaves a passkey and comes back: replays, credentials, and flags for once."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING, Any

import pytest

from mfa_simulators.passkey import (
    VirtualPasskey,
    WebAuthnError,
    signal_all_accepted_credentials,
    signal_current_user_details,
    signal_unknown_credential,
)

if TYPE_CHECKING:
    from tests.simulators.passkey.conftest import Options

ORIGIN = "https://app.example.org"


def flags_of(response: dict[str, Any]) -> int:
    return urlsafe_b64decode(response["response"]["authenticatorData"] + "==")[32]


def test_a_replay_is_the_last_assertion_byte_for_byte(
    key: VirtualPasskey, creation: Options, request_: Options
) -> None:
    key.create(creation(), origin=ORIGIN)
    with pytest.raises(ValueError, match="none to replay"):
        key.replay()
    answered = key.get(request_(), origin=ORIGIN)
    assert key.replay() == answered
    assert key.replay() is not answered


def test_a_credential_moves_to_another_passkey(
    key: VirtualPasskey, creation: Options, request_: Options
) -> None:
    created = key.create(creation(), origin=ORIGIN)
    (exported,) = key.export()["credentials"]
    other = VirtualPasskey()
    assert other.add(exported).user.name == "alice"
    assert other.get(request_(), origin=ORIGIN)["id"] == created["id"]


def test_a_credential_as_a_browser_gives_it_is_taken(key: VirtualPasskey, creation: Options) -> None:
    key.create(creation(), origin=ORIGIN)
    (exported,) = key.export()["credentials"]
    names = ("credentialId", "isResidentCredential", "rpId", "privateKey", "userHandle", "signCount")
    theirs = {name: exported[name] for name in names} | {"backupEligibility": True, "backupState": False}
    held = VirtualPasskey().add(theirs)
    assert (held.backup_eligible, held.flags) == (True, {"BS": False})
    with pytest.raises(ValueError, match="no exported credential"):
        VirtualPasskey().add({"rpId": "example.org"})


def test_flags_are_set_for_once_or_for_a_credential(
    key: VirtualPasskey, creation: Options, request_: Options
) -> None:
    created = key.create(creation(), origin=ORIGIN, flags={"BE": False, "BS": False})
    assert flags_of(created) == 0b0100_0101
    assert flags_of(key.get(request_(), origin=ORIGIN)) == 0b0101  # not eligible for the rest of its life
    assert flags_of(key.get(request_(), origin=ORIGIN, flags={"UP": False, "UV": False})) == 0
    key.credentials[0].flags["UV"] = False
    assert flags_of(key.get(request_(), origin=ORIGIN)) == 0b0001
    with pytest.raises(ValueError, match="expected flags out of"):
        key.get(request_(), origin=ORIGIN, flags={"AT": True})


def test_a_counter_may_take_larger_steps(creation: Options, request_: Options) -> None:
    key = VirtualPasskey(seed=7, counter="per-credential", counter_step=5)
    key.create(creation(), origin=ORIGIN)
    key.get(request_(), origin=ORIGIN)
    assert key.credentials[0].counter == 10
    with pytest.raises(ValueError, match="counter_step"):
        VirtualPasskey(counter_step=0)


def test_a_full_passkey_makes_no_discoverable_credential(creation: Options) -> None:
    key = VirtualPasskey(seed=7, capacity=1)
    key.create(creation(), origin=ORIGIN)
    key.create(creation(), origin=ORIGIN)  # replaces the one of the same account
    with pytest.raises(Exception, match="room for 1"):
        key.create(creation(user_id=b"2", user_name="bob"), origin=ORIGIN)


def test_a_site_signals_what_became_of_an_account(key: VirtualPasskey, creation: Options) -> None:
    one = key.create(creation(), origin=ORIGIN)
    two = key.create(creation(user_id=b"2", user_name="bob"), origin=ORIGIN)
    renamed = {"rpId": "example.org", "userId": "dXNlciAx", "name": "alicia", "displayName": "Alicia"}
    signal_current_user_details(key, renamed, origin=ORIGIN)
    assert [held.user.name for held in key.credentials] == ["alicia", "bob"]
    signal_unknown_credential(key, {"rpId": "example.org", "credentialId": two["id"]}, origin=ORIGIN)
    assert [held.user.name for held in key.credentials] == ["alicia"]
    accepted: Any = {"rpId": "example.org", "userId": "dXNlciAx", "allAcceptedCredentialIds": [one["id"]]}
    signal_all_accepted_credentials(key, accepted, origin=ORIGIN)
    assert len(key.credentials) == 1
    signal_all_accepted_credentials(key, accepted | {"allAcceptedCredentialIds": []}, origin=ORIGIN)
    assert not key.credentials
    with pytest.raises(WebAuthnError, match="SecurityError"):
        signal_unknown_credential(key, {"rpId": "example.com", "credentialId": "AA"}, origin=ORIGIN)
    with pytest.raises(WebAuthnError, match="TypeError"):
        signal_unknown_credential(key, {"rpId": "example.org", "credentialId": "A="}, origin=ORIGIN)
