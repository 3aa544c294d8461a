"""fido2's own server judges what an honest passkey makes; it shares no code with our verifier's steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fido2.attestation.base import Attestation
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestationConveyancePreference,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    UserVerificationRequirement,
)

from mfa_simulators.passkey import VirtualPasskey

if TYPE_CHECKING:
    from collections.abc import Callable

    from fido2.webauthn import AttestationObject

ORIGIN = "https://app.example.org"
PASSKEYS: dict[str, Callable[[], VirtualPasskey]] = {
    "synced": lambda: VirtualPasskey(seed=7),
    "security key": lambda: VirtualPasskey.security_key(seed=7),
    "ES384": lambda: VirtualPasskey(seed=7, algorithms=(-35,)),
    "no seed": VirtualPasskey,
    "no model": lambda: VirtualPasskey(aaguid=bytes(16)),
}


def verify_attestation(attested: AttestationObject, client_data_hash: bytes) -> None:
    Attestation.for_type(attested.fmt)().verify(attested.att_stmt, attested.auth_data, client_data_hash)


@pytest.mark.parametrize("attestation", AttestationConveyancePreference)
@pytest.mark.parametrize("verification", UserVerificationRequirement)
@pytest.mark.parametrize("make", PASSKEYS.values(), ids=PASSKEYS)
def test_fido2_accepts_what_an_honest_passkey_makes(
    make: Callable[[], VirtualPasskey],
    verification: UserVerificationRequirement,
    attestation: AttestationConveyancePreference,
) -> None:
    server = Fido2Server(
        PublicKeyCredentialRpEntity(id="example.org", name="Example"),
        attestation=attestation,
        verify_attestation=verify_attestation,
    )
    key = make()
    user = PublicKeyCredentialUserEntity(id=b"user 1", name="alice", display_name="Alice")
    begun, state = server.register_begin(user, user_verification=verification)
    options: dict[str, Any] = dict(begun.public_key)
    registered = server.register_complete(state, key.create(options, origin=ORIGIN))
    assert registered.credential_data is not None

    again, state = server.authenticate_begin([registered.credential_data], user_verification=verification)
    response = key.get(dict(again.public_key), origin=ORIGIN)
    server.authenticate_complete(state, [registered.credential_data], response)


def test_fido2_refuses_a_flipped_signature() -> None:
    server = Fido2Server(PublicKeyCredentialRpEntity(id="example.org", name="Example"))
    key = VirtualPasskey(seed=7)
    user = PublicKeyCredentialUserEntity(id=b"user 1", name="alice", display_name="Alice")
    begun, state = server.register_begin(user)
    registered = server.register_complete(state, key.create(dict(begun.public_key), origin=ORIGIN))
    assert registered.credential_data is not None
    again, state = server.authenticate_begin([registered.credential_data])
    response = key.get(dict(again.public_key), origin=ORIGIN, fault="signature-flipped")
    with pytest.raises(ValueError, match="Invalid signature"):
        server.authenticate_complete(state, [registered.credential_data], response)
