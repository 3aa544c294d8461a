"""The strict relying party: options, and verification by every step of WebAuthn Level 3, 7.1 and 7.2.

Reads bytes with fido2's CBOR and data classes and shares no code with `mfa_simulators.passkey`, so that
neither can hide a mistake of the other.
"""

from __future__ import annotations

from mfa_simulators.webauthn.authentication import verify_authentication
from mfa_simulators.webauthn.credential import Authentication, Credential
from mfa_simulators.webauthn.errors import VerificationError
from mfa_simulators.webauthn.options import creation_options, request_options
from mfa_simulators.webauthn.policy import Policy
from mfa_simulators.webauthn.registration import verify_registration

__all__ = [
    "Authentication",
    "Credential",
    "Policy",
    "VerificationError",
    "creation_options",
    "request_options",
    "verify_authentication",
    "verify_registration",
]
