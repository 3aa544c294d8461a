"""The passkey as CTAP2 bytes: a device that the stock `Fido2Client` drives (CTAP 2.2)."""

from __future__ import annotations

from mfa_simulators.passkey.ctap.device import CtapAuthenticator
from mfa_simulators.passkey.ctap.misbehaviour import MISBEHAVIOURS

__all__ = ["MISBEHAVIOURS", "CtapAuthenticator"]
