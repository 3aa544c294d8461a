"""Attestation statements of every format of WebAuthn L3 section 8, and the makers' certificates behind them."""

from __future__ import annotations

from mfa_simulators.passkey.attestation.authority import Authority
from mfa_simulators.passkey.attestation.paper import Paper
from mfa_simulators.passkey.attestation.statements import FORMATS, self_attestation, statement, wire_name

__all__ = ["FORMATS", "Authority", "Paper", "self_attestation", "statement", "wire_name"]
