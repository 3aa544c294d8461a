"""The catalogue of faults: every way in which a passkey can be made to lie to a server.

Two stages, never mixed up. A lying `authenticator` (or its client) changes the data and then signs what it
changed: only the server's own check of that field can catch it. A lying `wire` changes the data after
signing: the signature check must catch it, or a check of what no signature covers.
"""

from __future__ import annotations

# Imported for what they enter into the catalogue.
from mfa_simulators.passkey.faults import (  # noqa: F401
    attestation,
    authenticator,
    client,
    key,
    signature,
    signature_wire,
    wire,
)
from mfa_simulators.passkey.faults.fault import ACCEPT, FAULTS, POLICY, Fault, find

__all__ = ["ACCEPT", "FAULTS", "POLICY", "Fault", "find"]
