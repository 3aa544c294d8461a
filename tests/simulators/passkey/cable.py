"""A cable with fido2's stock client at the other end; it judges every byte, canonical CBOR included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fido2.client import DefaultClientDataCollector, Fido2Client, UserInteraction
from fido2.webauthn import PublicKeyCredentialCreationOptions, PublicKeyCredentialRequestOptions

if TYPE_CHECKING:
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


def plugged_in(device: CtapAuthenticator, user: UserInteraction | None = None) -> Fido2Client:
    client = Fido2Client(device, DefaultClientDataCollector(ORIGIN), user_interaction=user or User())
    assert list(client.info.versions) == ["FIDO_2_0", "FIDO_2_1"]  # no silent fall back to CTAP1
    return client


def create(client: Fido2Client, options: dict[str, Any]) -> Any:
    return client.make_credential(PublicKeyCredentialCreationOptions.from_dict(options))


def get(client: Fido2Client, options: dict[str, Any], which: int = 0) -> Any:
    return client.get_assertion(PublicKeyCredentialRequestOptions.from_dict(options)).get_response(which)
