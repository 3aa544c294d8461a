from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import pytest

from mfa_simulators.clock import VirtualClock
from mfa_simulators.passkey import VirtualPasskey
from mfa_simulators.webauthn import (
    Authentication,
    Credential,
    Policy,
    creation_options,
    request_options,
    verify_authentication,
    verify_registration,
)

ORIGIN = "https://app.example.org"
RP_ID = "example.org"
USER = b"user 1"


@dataclass
class Party:
    """A relying party of one user, over the public functions."""

    policy: Policy = field(default_factory=Policy)
    attestation: Any = "none"
    identified: bool = True
    challenges: int = 0

    def challenge(self) -> bytes:
        self.challenges += 1
        return hashlib.sha256(b"challenge %d" % self.challenges).digest()

    def creation_options(self, **changes: Any) -> dict[str, Any]:
        inputs: dict[str, Any] = {
            "challenge": self.challenge(),
            "rp_id": RP_ID,
            "rp_name": "Example",
            "user_id": USER,
            "user_name": "alice",
            "policy": self.policy,
            "attestation": self.attestation,
        }
        return creation_options(**inputs | changes)

    def request_options(self, *credentials: Credential, **changes: Any) -> dict[str, Any]:
        inputs: dict[str, Any] = {
            "challenge": self.challenge(),
            "rp_id": RP_ID,
            "allow_credentials": credentials,
            "policy": self.policy,
        }
        return request_options(**inputs | changes)

    def judge_registration(self, response: Any, **changes: Any) -> Credential:
        inputs: dict[str, Any] = {
            "challenge": hashlib.sha256(b"challenge %d" % self.challenges).digest(),
            "origins": (ORIGIN,),
            "rp_id": RP_ID,
            "policy": self.policy,
            "user_handle": USER,
        }
        return verify_registration(response, **inputs | changes)

    def judge_authentication(self, response: Any, credential: Credential, **changes: Any) -> Authentication:
        inputs: dict[str, Any] = {
            "credential": credential,
            "challenge": hashlib.sha256(b"challenge %d" % self.challenges).digest(),
            "origins": (ORIGIN,),
            "rp_id": RP_ID,
            "policy": self.policy,
            "identified": self.identified,
        }
        return verify_authentication(response, **inputs | changes)

    def register(self, key: VirtualPasskey, *, fault: str | None = None, **page: Any) -> Credential:
        """A whole registration."""
        return self.judge_registration(
            key.create(self.creation_options(), origin=ORIGIN, fault=fault, **page)
        )

    def authenticate(
        self, key: VirtualPasskey, credential: Credential, *, fault: str | None = None, **page: Any
    ) -> Authentication:
        """A whole authentication."""
        options = self.request_options(credential)
        return self.judge_authentication(key.get(options, origin=ORIGIN, fault=fault, **page), credential)


@pytest.fixture
def party() -> Party:
    return Party()


@pytest.fixture
def key() -> VirtualPasskey:
    return VirtualPasskey(clock=VirtualClock(), seed=7)
