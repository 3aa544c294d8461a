from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from mfa_simulators.client import ClientError
from mfa_simulators.passkey.errors import WebAuthnError

if TYPE_CHECKING:
    from tests.client.conftest import FakeApi

CREATION = {
    "attestation": "none",
    "authenticatorSelection": {},
    "challenge": "AAAA",
    "excludeCredentials": [{"id": "AQ", "transports": ["internal"]}],
    "pubKeyCredParams": [{"alg": -7, "type": "public-key"}],
    "rp": {"id": "localhost", "name": "Acme"},
    "user": {"id": "AQ", "name": "ann", "displayName": "Ann"},
}
REQUEST = {"challenge": "BBBB", "rpId": "localhost", "allowCredentials": [{"id": "AQ"}]}
REGISTRATION = {
    "id": "AQ",
    "rawId": "AQ",
    "type": "public-key",
    "authenticatorAttachment": "platform",
    "clientExtensionResults": {"credProps": {"rk": True}},
    "response": {
        "attestationObject": "oA",
        "clientDataJSON": "e30",
        "authenticatorData": "AAAA",
        "publicKey": "BBBB",
        "publicKeyAlgorithm": -7,
        "transports": ["internal"],
    },
}
ASSERTION = {
    "id": "AQ",
    "rawId": "AQ",
    "type": "public-key",
    "clientExtensionResults": {},
    "response": {"authenticatorData": "AAAA", "clientDataJSON": "e30", "signature": "CC", "userHandle": "AQ"},
}


class FakePasskey:
    """Gives the same responses for ever, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any], str, str | None]] = []

    def create(self, options: dict[str, Any], /, *, origin: str, fault: str | None = None) -> dict[str, Any]:
        self.asked.append(("create", options, origin, fault))
        return deepcopy(REGISTRATION)

    def get(self, options: dict[str, Any], /, *, origin: str, fault: str | None = None) -> dict[str, Any]:
        self.asked.append(("get", options, origin, fault))
        return deepcopy(ASSERTION)


class RefusingPasskey(FakePasskey):
    def create(self, options: dict[str, Any], /, *, origin: str, fault: str | None = None) -> dict[str, Any]:
        raise WebAuthnError("InvalidStateError", "the credential is excluded")


@pytest.fixture
def key(api: FakeApi) -> FakePasskey:
    api.answer("GET users/passkeys/register", CREATION)
    api.answer("POST users/passkeys/register", api.session("token-2"))
    api.answer("GET users/passkeys/authenticate", REQUEST)
    api.answer("POST users/mfa/auth/passkey", api.session("token-3", mfaToken="m-1"))
    api.answer("GET users/passkeys/signin", {**REQUEST, "allowCredentials": []})
    api.answer("POST users/passkeys/signin", api.session("token-4"))
    return FakePasskey()


def test_registration_spells_the_client_data_its_own_way(api: FakeApi, key: FakePasskey) -> None:
    client = api.signed_in(api.connect(passkey=key, origin="http://localhost:4000"))
    session = client.register_passkey(create_mfa_token=True)
    body = api.last("POST users/passkeys/register").body
    assert body == {
        **REGISTRATION,
        "createMfaToken": {"singleUse": True},
        "response": {
            "attestationObject": "oA",
            "clientDataJson": "e30",
            "publicKey": "BBBB",
            "transports": ["internal"],
        },
    }
    assert session.token == client.state.token == "token-2"
    (asked,) = key.asked
    assert asked[2:] == ("http://localhost:4000", None)
    assert asked[1]["excludeCredentials"] == [{"type": "public-key", "id": "AQ", "transports": ["internal"]}]


def test_authentication_spells_the_client_data_as_webauthn_does(api: FakeApi, key: FakePasskey) -> None:
    client = api.signed_in()
    client.authenticate_passkey_mfa(passkey=key, fault="up-clear", requested_scopes=["wallet:sign"])
    assert api.last("POST users/mfa/auth/passkey").body == {**ASSERTION, "requestedScopes": ["wallet:sign"]}
    assert key.asked == [
        (
            "get",
            {**REQUEST, "allowCredentials": [{"type": "public-key", "id": "AQ"}]},
            client.origin,
            "up-clear",
        )
    ]
    assert client.state.mfa_token == "m-1"


def test_a_passkey_signs_in_a_signed_out_client(api: FakeApi, key: FakePasskey) -> None:
    client = api.connect(passkey=key)
    client.sign_in_with_passkey(related_origin_rp_id="other.example.org")
    assert api.last("GET users/passkeys/signin").query == {"relatedOriginRpId": "other.example.org"}
    body = api.last("POST users/passkeys/signin").body
    assert len(body.pop("sessionPublicKey")) == 66
    assert body == ASSERTION
    assert client.state.token == "token-4"


def test_a_kept_response_can_be_sent_twice_and_tampered_with(api: FakeApi, key: FakePasskey) -> None:
    client = api.signed_in()
    response = key.get(client.passkey_request_options(), origin=client.origin)
    client.finish_passkey_authentication(response, create_mfa_token=False)
    client.finish_passkey_authentication({**response, "id": "other", "response": None})
    assert response == ASSERTION  # what the caller holds is not changed by sending it
    assert api.last("POST users/mfa/auth/passkey").body == {**ASSERTION, "id": "other", "response": None}
    options = client.passkey_creation_options()
    client.finish_passkey_registration({**key.create(options, origin=""), "response": "nonsense"})
    assert api.last("POST users/passkeys/register").body["response"] == "nonsense"


def test_a_user_without_passkeys_is_not_asked_for_one(api: FakeApi, key: FakePasskey) -> None:
    client = api.signed_in(api.connect(passkey=key))
    api.answer("GET users/passkeys/authenticate", {"challenge": "BBBB"})
    with pytest.raises(ClientError, match="no passkey") as caught:
        client.authenticate_passkey_mfa()
    assert caught.value.code == "no_passkey_credentials_found"
    assert key.asked == []


@pytest.mark.usefixtures("key")
def test_a_client_without_an_authenticator_says_so(api: FakeApi) -> None:
    with pytest.raises(ClientError, match="no passkey authenticator") as caught:
        api.signed_in().register_passkey()
    assert caught.value.code == "passkey_unavailable"


@pytest.mark.usefixtures("key")
def test_what_the_authenticator_refuses_is_a_client_error(api: FakeApi) -> None:
    client = api.signed_in(api.connect(passkey=RefusingPasskey()))
    with pytest.raises(ClientError, match="excluded") as caught:
        client.register_passkey()
    assert caught.value.code == "InvalidStateError"
    assert "POST users/passkeys/register" not in api.endpoints()


def test_passkeys_are_listed_renamed_and_deleted(api: FakeApi) -> None:
    client = api.signed_in(mfaToken="m-1")
    passkey = {
        "id": "p-1",
        "credentialId": "AQ",
        "createdAt": "2026-01-01T00:00:00.000Z",
        "storage": {"name": "x"},
    }
    api.answer("GET users/passkeys", {"count": 1, "passkeys": [passkey]})
    api.answer("PUT users/passkeys", {**passkey, "alias": "phone"})
    api.answer("DELETE users/passkeys", status=204)
    api.answer("POST refresh", api.session("token-2"))
    assert [listed.id for listed in client.get_passkeys()] == ["p-1"]
    assert client.rename_passkey("p-1", "phone").alias == "phone"
    assert api.last("PUT users/passkeys").body == {"id": "p-1", "alias": "phone"}
    client.delete_passkey("p-1")
    seen = api.last("DELETE users/passkeys")
    assert seen.body == {"passkeyId": "p-1"}
    assert seen.headers["x-mfa-auth-token"] == "m-1"
    assert client.state.mfa_token is None
    assert client.state.token == "token-2"
