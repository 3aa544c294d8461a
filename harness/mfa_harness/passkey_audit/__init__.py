"""The relying-party audit: which verification steps of WebAuthn Level 3 does a server not make?

It runs the virtual passkey's whole catalogue of lies against a relying party and says of each whether it must
be refused, must be accepted, is left to whoever calls the library, or is a matter of policy.
"""

from __future__ import annotations

from mfa_harness.passkey_audit.cases import CASES, Case
from mfa_harness.passkey_audit.party import RelyingParty
from mfa_harness.passkey_audit.run import audit
from mfa_harness.passkey_audit.verdict import Finding, Verdict

__all__ = ["CASES", "Case", "Finding", "RelyingParty", "Verdict", "audit"]
