"""The virtual passkey: an authenticator, its browser and its user, able to lie in every known way.

Layers: `vault` (pure data), `core` (ceremonies over plain values), `virtual_passkey` (WebAuthn Level 3 JSON).
`faults` is the catalogue of lies. Shares no code with `mfa_simulators.webauthn`, which judges it.
"""

from __future__ import annotations

from mfa_simulators.passkey.errors import WebAuthnError
from mfa_simulators.passkey.faults import ACCEPT, FAULTS, POLICY, Fault
from mfa_simulators.passkey.settings import Settings
from mfa_simulators.passkey.signals import (
    signal_all_accepted_credentials,
    signal_current_user_details,
    signal_unknown_credential,
)
from mfa_simulators.passkey.sync import SyncedPasskey, SyncGroup
from mfa_simulators.passkey.vault import HeldCredential
from mfa_simulators.passkey.virtual_passkey import VirtualPasskey

__all__ = [
    "ACCEPT",
    "FAULTS",
    "POLICY",
    "Fault",
    "HeldCredential",
    "Settings",
    "SyncGroup",
    "SyncedPasskey",
    "VirtualPasskey",
    "WebAuthnError",
    "signal_all_accepted_credentials",
    "signal_current_user_details",
    "signal_unknown_credential",
]
