from __future__ import annotations

from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING, Any

import pytest
from fido2.webauthn import AuthenticatorData

from mfa_simulators.passkey import VirtualPasskey, WebAuthnError
from mfa_simulators.webauthn import Policy, VerificationError, verify_registration

if TYPE_CHECKING:
    from tests.simulators.passkey.conftest import Options

ORIGIN = "https://app.example.org"


def signed(response: dict[str, Any]) -> Any:
    return AuthenticatorData(urlsafe_b64decode(response["response"]["authenticatorData"] + "==")).extensions


def test_prf_derives_the_same_secret_for_the_same_salt(creation: Options, request_: Options) -> None:
    key = VirtualPasskey(seed=7)
    created = key.create(creation(extensions={"prf": {"eval": {"first": "AAAA"}}}), origin=ORIGIN)
    assert signed(created) == {"hmac-secret": True}
    at_registration = created["clientExtensionResults"]["prf"]
    assert at_registration["enabled"] is True

    def derived(prf: Any) -> Any:
        response = key.get(request_() | {"extensions": {"prf": prf}}, origin=ORIGIN)
        return response["clientExtensionResults"]["prf"]

    results = derived({"eval": {"first": "AAAA", "second": "BBBB"}})["results"]
    assert results["first"] == at_registration["results"]["first"]
    assert results["first"] != results["second"]
    assert derived({"eval": {"first": "AAAA"}}) == {"results": {"first": results["first"]}}
    assert derived({"evalByCredential": {created["id"]: {"first": "BBBB"}}}) == {
        "results": {"first": results["second"]}
    }
    assert derived({}) == {}
    with pytest.raises(WebAuthnError, match="TypeError"):
        derived({"eval": {"second": "AAAA"}})


def test_prf_gives_another_secret_to_who_is_not_verified(creation: Options, request_: Options) -> None:
    key = VirtualPasskey(seed=7)
    key.create(creation(extensions={"prf": {}}), origin=ORIGIN)
    asked = request_() | {"extensions": {"prf": {"eval": {"first": "AAAA"}}}}
    one, other = (
        key.get(asked | {"userVerification": wanted}, origin=ORIGIN)["clientExtensionResults"]
        for wanted in ("required", "discouraged")
    )
    assert one != other


def test_a_passkey_without_prf_says_so(creation: Options, request_: Options) -> None:
    key = VirtualPasskey(seed=7, prf=False)
    created = key.create(creation(extensions={"prf": {}}), origin=ORIGIN)
    assert created["clientExtensionResults"] == {"prf": {"enabled": False}}
    assert signed(created) is None
    asked = request_() | {"extensions": {"prf": {"eval": {"first": "AAAA"}}}}
    assert key.get(asked, origin=ORIGIN)["clientExtensionResults"] == {"prf": {}}


def test_a_large_blob_is_written_and_read(creation: Options, request_: Options) -> None:
    key = VirtualPasskey(seed=7)
    created = key.create(creation(extensions={"largeBlob": {"support": "required"}}), origin=ORIGIN)
    assert created["clientExtensionResults"]["largeBlob"] == {"supported": True}

    def blob(asked: Any) -> Any:
        response = key.get(request_() | {"extensions": {"largeBlob": asked}}, origin=ORIGIN)
        return response["clientExtensionResults"]["largeBlob"]

    assert blob({"read": True}) == {}
    assert blob({"write": "aGVsbG8"}) == {"written": True}
    assert blob({"read": True}) == {"blob": "aGVsbG8"}
    key = VirtualPasskey.load(key.export(), seed=7)
    assert blob({"read": True}) == {"blob": "aGVsbG8"}
    for wrong in ({"read": True, "write": "AA"}, {"support": "preferred"}):
        with pytest.raises(WebAuthnError, match="NotSupportedError"):
            blob(wrong)


def test_only_discoverable_credentials_have_large_blobs(creation: Options) -> None:
    key = VirtualPasskey(seed=7, discoverable="never")
    created = key.create(creation(extensions={"largeBlob": {"support": "preferred"}}), origin=ORIGIN)
    assert created["clientExtensionResults"]["largeBlob"] == {"supported": False}
    without = VirtualPasskey(seed=7, large_blob=False)
    with pytest.raises(WebAuthnError, match="NotAllowedError"):
        without.create(creation(extensions={"largeBlob": {"support": "required"}}), origin=ORIGIN)


@pytest.mark.parametrize(
    ("policy", "listed_alone", "unlisted"),
    [
        ("userVerificationOptional", True, True),
        ("userVerificationOptionalWithCredentialIDList", True, False),
        ("userVerificationRequired", False, False),
    ],
)
def test_a_protected_credential_wants_to_know_the_user(
    creation: Options, request_: Options, policy: str, listed_alone: bool, unlisted: bool
) -> None:
    key = VirtualPasskey(seed=7)
    created = key.create(creation(extensions={"credentialProtectionPolicy": policy}), origin=ORIGIN)
    assert signed(created)["credProtect"] in (1, 2, 3)
    listing = {"allowCredentials": [{"type": "public-key", "id": created["id"]}]}
    for changes, allowed in ((listing, listed_alone), ({}, unlisted)):
        key.get(request_() | changes, origin=ORIGIN)
        unverified = request_() | changes | {"userVerification": "discouraged"}
        if allowed:
            key.get(unverified, origin=ORIGIN)
        else:
            with pytest.raises(WebAuthnError, match="NotAllowedError"):
                key.get(unverified, origin=ORIGIN)


def test_protection_that_is_enforced_or_unknown(creation: Options) -> None:
    without = VirtualPasskey(seed=7, cred_protect=False)
    asked = {"credentialProtectionPolicy": "userVerificationRequired"}
    assert signed(without.create(creation(extensions=asked), origin=ORIGIN)) is None
    with pytest.raises(WebAuthnError, match="NotAllowedError"):
        without.create(
            creation(extensions=asked | {"enforceCredentialProtectionPolicy": True}), origin=ORIGIN
        )
    with pytest.raises(WebAuthnError, match="TypeError"):
        without.create(creation(extensions={"credentialProtectionPolicy": "always"}), origin=ORIGIN)


def test_the_shortest_pin_is_told_to_who_asks(creation: Options) -> None:
    key = VirtualPasskey.security_key(seed=7, min_pin_length=6)
    assert signed(key.create(creation(extensions={"minPinLength": True}), origin=ORIGIN)) == {
        "minPinLength": 6
    }
    assert signed(key.create(creation(), origin=ORIGIN)) is None


def test_a_party_knows_what_it_asked_for_by_either_name(creation: Options) -> None:
    party: Any = {"challenge": bytes(range(32)), "origins": (ORIGIN,), "rp_id": "example.org"}
    key = VirtualPasskey(seed=7)
    asked = {"prf": {}, "credentialProtectionPolicy": "userVerificationRequired"}
    response = key.create(creation(extensions=asked), origin=ORIGIN)
    verify_registration(response, policy=Policy(extensions=frozenset(asked)), **party)
    with pytest.raises(VerificationError, match=r"7\.1 step 28"):
        verify_registration(response, policy=Policy(extensions=frozenset({"prf"})), **party)
