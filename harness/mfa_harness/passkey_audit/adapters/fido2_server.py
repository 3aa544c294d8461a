"""fido2's `Fido2Server`, used as its documentation shows. Worked example of an adapter for a Python library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from fido2.server import Fido2Server
from fido2.webauthn import PublicKeyCredentialRpEntity, PublicKeyCredentialUserEntity

from mfa_harness.passkey_audit.party import FRAMES, PORT

if TYPE_CHECKING:
    from fido2.webauthn import AttestedCredentialData


class Fido2Party:
    """One account. The server keeps nothing but what its caller gives it back."""

    origin = "https://app.example.org"
    refusals = (ValueError, InvalidSignature)
    claims = (FRAMES, PORT)

    def __init__(self) -> None:
        self._server = Fido2Server(
            PublicKeyCredentialRpEntity(id="example.org", name="Example"),
            verify_origin=lambda origin: origin == self.origin,
        )
        self._credentials: list[AttestedCredentialData] = []
        self._state: Any = None

    def creation_options(self) -> dict[str, Any]:
        """Begins a registration."""
        user = PublicKeyCredentialUserEntity(id=b"user 1", name="alice", display_name="Alice")
        options, self._state = self._server.register_begin(user, self._credentials)
        return dict(options.public_key)

    def register(self, response: dict[str, Any]) -> None:
        """Ends it."""
        data = self._server.register_complete(self._state, response)
        if data.credential_data is None:
            raise ValueError("no credential is attested")
        self._credentials.append(data.credential_data)

    def request_options(self) -> dict[str, Any]:
        """Begins an authentication."""
        options, self._state = self._server.authenticate_begin(self._credentials)
        return dict(options.public_key)

    def authenticate(self, response: dict[str, Any]) -> None:
        """Ends it."""
        self._server.authenticate_complete(self._state, self._credentials, response)
