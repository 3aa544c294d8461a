"""Our own strict relying party, `mfa_simulators.webauthn`."""

from __future__ import annotations

from typing import Any

from mfa_harness.passkey_audit.party import CLAIMS
from mfa_simulators.clock import VirtualClock
from mfa_simulators.passkey import VirtualPasskey
from mfa_simulators.randomness import SystemRandomness
from mfa_simulators.webauthn import (
    Credential,
    Policy,
    VerificationError,
    creation_options,
    request_options,
    verify_authentication,
    verify_registration,
)

RP_ID = "example.org"


class StrictParty:
    """One account; every check that there is is asked for."""

    origin = "https://app.example.org"
    refusals = (VerificationError,)
    claims = CLAIMS

    def __init__(self) -> None:
        from mfa_harness.passkey_audit.run import SEED  # noqa: PLC0415 - it imports what this belongs to

        self._policy = Policy(
            user_verification="required",
            trust_anchors=[VirtualPasskey(seed=SEED).attestation_root],
            clock=VirtualClock("2026-01-01T00:00:00Z"),
        )
        self._credentials: dict[bytes, Credential] = {}
        self._challenge: bytes | None = None

    def creation_options(self) -> dict[str, Any]:
        """Asks for a passkey and its attestation."""
        return creation_options(
            challenge=self._new_challenge(),
            rp_id=RP_ID,
            rp_name="Example",
            user_id=b"user 1",
            user_name="alice",
            policy=self._policy,
            attestation="direct",
        )

    def register(self, response: dict[str, Any]) -> None:
        """Keeps the credential."""
        credential = verify_registration(
            response,
            challenge=self._take_challenge(),
            origins=[self.origin],
            rp_id=RP_ID,
            policy=self._policy,
            user_handle=b"user 1",
            registered=self._credentials,
        )
        self._credentials[credential.id] = credential

    def request_options(self) -> dict[str, Any]:
        """Asks for any passkey of the account."""
        return request_options(challenge=self._new_challenge(), rp_id=RP_ID, policy=self._policy)

    def authenticate(self, response: Any) -> None:
        """Keeps the counter."""
        named = response.get("rawId") if isinstance(response, dict) else None
        credential = next(
            (known for known in self._credentials.values() if _text(known.id) == named),
            next(iter(self._credentials.values())),
        )
        told = verify_authentication(
            response,
            credential=credential,
            challenge=self._take_challenge(),
            origins=[self.origin],
            rp_id=RP_ID,
            policy=self._policy,
            identified=False,
        )
        self._credentials[credential.id] = credential.after(told)

    def _new_challenge(self) -> bytes:
        self._challenge = SystemRandomness().bytes(32, "challenge")
        return self._challenge

    def _take_challenge(self) -> bytes:
        """The challenge that was sent, once; afterwards one that nobody can answer."""
        challenge, self._challenge = self._challenge, None
        return challenge or SystemRandomness().bytes(32, "spent challenge")


def _text(raw: bytes) -> str:
    from base64 import urlsafe_b64encode  # noqa: PLC0415

    return urlsafe_b64encode(raw).rstrip(b"=").decode()
