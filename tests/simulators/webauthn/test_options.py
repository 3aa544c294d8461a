from __future__ import annotations

from typing import TYPE_CHECKING

from fido2.webauthn import PublicKeyCredentialCreationOptions, PublicKeyCredentialRequestOptions

from mfa_simulators.webauthn import Policy, creation_options, request_options

if TYPE_CHECKING:
    from tests.simulators.webauthn.conftest import Party

    from mfa_simulators.passkey import VirtualPasskey


def test_creation_options_are_those_of_level_3(party: Party, key: VirtualPasskey) -> None:
    known = party.register(key)
    options = creation_options(
        challenge=bytes(32),
        rp_id="example.org",
        rp_name="Example",
        user_id=b"user 1",
        user_name="alice",
        policy=Policy(user_verification="required", algorithms=(-7, -257)),
        exclude_credentials=[known],
        resident_key="required",
        attachment="platform",
        attestation="direct",
        timeout=60_000,
        hints=["client-device"],
    )
    read = PublicKeyCredentialCreationOptions.from_dict(options)
    assert read.challenge == bytes(32)
    assert (read.rp.id, read.rp.name) == ("example.org", "Example")
    assert (read.user.id, read.user.name, read.user.display_name) == (b"user 1", "alice", "alice")
    assert [item.alg for item in read.pub_key_cred_params] == [-7, -257]
    assert [item.id for item in read.exclude_credentials or ()] == [known.id]
    assert options["excludeCredentials"][0]["transports"] == ["hybrid", "internal"]
    assert options["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
        "authenticatorAttachment": "platform",
    }
    assert (options["attestation"], options["timeout"]) == ("direct", 60_000)
    assert options["hints"] == ["client-device"]
    assert options["extensions"] == {"credProps": True}


def test_the_list_of_excluded_credentials_is_there_even_if_empty(party: Party) -> None:
    assert party.creation_options()["excludeCredentials"] == []


def test_request_options_are_those_of_level_3(party: Party, key: VirtualPasskey) -> None:
    known = party.register(key)
    options = request_options(
        challenge=bytes(32),
        rp_id="example.org",
        allow_credentials=[known],
        policy=Policy(user_verification="discouraged"),
        extensions={"appid": "https://example.org"},
    )
    read = PublicKeyCredentialRequestOptions.from_dict(options)
    assert (read.challenge, read.rp_id, read.timeout) == (bytes(32), "example.org", 300_000)
    assert [item.id for item in read.allow_credentials or ()] == [known.id]
    assert options["userVerification"] == "discouraged"
    assert options["extensions"] == {"appid": "https://example.org"}
