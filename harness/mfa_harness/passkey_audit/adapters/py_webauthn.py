"""py_webauthn (`pip install webauthn`). Worked example of an adapter for a Python library of functions."""

from __future__ import annotations

import json
from typing import Any

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    PublicKeyCredentialDescriptor,
    UserVerificationRequirement,
)

from mfa_harness.passkey_audit.party import ATTESTATION, COUNTER, FRAMES, PORT


class PyWebAuthnParty:
    """One account. The library keeps nothing: challenges and credentials are its caller's."""

    origin = "https://app.example.org"
    refusals = (WebAuthnException,)
    claims = (ATTESTATION, COUNTER, FRAMES, PORT)

    def __init__(self) -> None:
        self._challenge = b""
        self._credential: Any = None

    def creation_options(self) -> dict[str, Any]:
        """Begins a registration."""
        options = generate_registration_options(
            rp_id="example.org",
            rp_name="Example",
            user_id=b"user 1",
            user_name="alice",
            attestation=AttestationConveyancePreference.DIRECT,
        )
        self._challenge = options.challenge
        read: dict[str, Any] = json.loads(options_to_json(options))
        return read

    def register(self, response: dict[str, Any]) -> None:
        """Ends it."""
        self._credential = verify_registration_response(
            credential=response,
            expected_challenge=self._challenge,
            expected_rp_id="example.org",
            expected_origin=self.origin,
            require_user_verification=True,
        )

    def request_options(self) -> dict[str, Any]:
        """Begins an authentication."""
        options = generate_authentication_options(
            rp_id="example.org",
            allow_credentials=[PublicKeyCredentialDescriptor(id=self._credential.credential_id)],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        self._challenge = options.challenge
        read: dict[str, Any] = json.loads(options_to_json(options))
        return read

    def authenticate(self, response: dict[str, Any]) -> None:
        """Ends it."""
        known = self._credential
        verified = verify_authentication_response(
            credential=response,
            expected_challenge=self._challenge,
            expected_rp_id="example.org",
            expected_origin=self.origin,
            credential_public_key=known.credential_public_key,
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
        known.sign_count = verified.new_sign_count
