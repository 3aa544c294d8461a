"""A real browser: our verifier accepts what it makes, and credentials travel both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mfa_simulators.passkey import VirtualPasskey
from mfa_simulators.webauthn import (
    Policy,
    creation_options,
    request_options,
    verify_authentication,
    verify_registration,
)

if TYPE_CHECKING:
    from tests.judges.chromium import Chromium

    from mfa_simulators.webauthn import Authentication, Credential

CHALLENGE = bytes(range(32))
STRICT = Policy(user_verification="required", attestation_types=("none", "self", "basic"))


def creation() -> dict[str, Any]:
    return creation_options(
        challenge=CHALLENGE,
        rp_id="localhost",
        rp_name="Example",
        user_id=b"user 1",
        user_name="alice",
        resident_key="required",
        attestation="direct",
        policy=STRICT,
    )


def party(chromium: Chromium) -> Any:
    return {
        "challenge": CHALLENGE,
        "origins": (chromium.origin,),
        "rp_id": "localhost",
        "policy": STRICT,
    }


def sign_in(chromium: Chromium, device: Chromium | VirtualPasskey, credential: Credential) -> Authentication:
    options = request_options(
        challenge=CHALLENGE, rp_id="localhost", allow_credentials=[credential], policy=STRICT
    )
    if isinstance(device, VirtualPasskey):
        response = device.get(options, origin=chromium.origin)
    else:
        response = device.get(options)
    return verify_authentication(response, credential=credential, **party(chromium))


@pytest.mark.parametrize("backup", [False, True])
def test_our_verifier_accepts_a_real_browser(chromium: Chromium, backup: bool) -> None:
    chromium.plug_in(defaultBackupEligibility=backup, defaultBackupState=backup)
    credential = verify_registration(chromium.create(creation()), **party(chromium))
    assert credential.user_verified
    assert (credential.backup_eligible, credential.backup_state) == (backup, backup)
    for _ in range(2):
        credential = credential.after(sign_in(chromium, chromium, credential))


def test_a_credential_of_ours_signs_in_the_browser_and_comes_back_with_its_counter(
    chromium: Chromium,
) -> None:
    # Built in, as the browser's is: a browser looks only where allowCredentials says that a passkey is.
    key = VirtualPasskey.security_key(
        seed=7, attachment="platform", discoverable="always", transports=("internal",)
    )
    credential = verify_registration(key.create(creation(), origin=chromium.origin), **party(chromium))
    credential = credential.after(sign_in(chromium, key, credential))
    chromium.plug_in()
    (ours,) = key.export()["credentials"]
    chromium.add(ours)
    told = sign_in(chromium, chromium, credential)
    assert told.sign_count > credential.sign_count
    (theirs,) = chromium.credentials()
    assert theirs["signCount"] == told.sign_count
    back = VirtualPasskey.security_key(seed=8)
    assert back.add(theirs).counter == told.sign_count
    assert sign_in(chromium, back, credential.after(told)).sign_count == told.sign_count + 1


def test_a_browsers_credential_signs_here(chromium: Chromium) -> None:
    chromium.plug_in()
    credential = verify_registration(chromium.create(creation()), **party(chromium))
    (theirs,) = chromium.credentials()
    key = VirtualPasskey.security_key()
    key.add(theirs)
    told = sign_in(chromium, key, credential)
    assert told.sign_count > credential.sign_count
    assert told.user_handle == b"user 1"
