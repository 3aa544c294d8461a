"""Faults of passkey challenges: one that was issued for something else is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from mfa_simulators.server.faults.fault import fault
from mfa_simulators.server.faults.notes import notes
from mfa_simulators.server.operations import Operations
from mfa_simulators.server.operations.passkey_json import client_data, decoded, registration_json
from mfa_simulators.server.rules.gate import FULL
from mfa_simulators.server.store import Store

if TYPE_CHECKING:
    from mfa_simulators.server.operations import Call
    from mfa_simulators.server.wire.answers import VerifyResponse
    from mfa_simulators.server.wire.requests import Attestation

_STEPS = ("WebAuthn L3 7.1 step 8", "WebAuthn L3 7.2 step 11", "WebAuthn L3 13.4.3")


@fault(
    *("P60", "passkey-challenge-of-other-ceremony", "Registration and MFA take each other's challenges"),
    requirement="passkey.challenge",
    sources=_STEPS,
)
class _AnyPurpose(Store):
    def spend_challenge(self, challenge: bytes, purpose: str, session_id: str, now: float) -> bool:
        purposes = ("mfa", "register") if session_id else (purpose,)
        return any(
            super(_AnyPurpose, self).spend_challenge(challenge, each, session_id, now) for each in purposes
        )


@fault(
    *("P61", "sign-in-challenge-passes-mfa", "MFA is passed by the answer to the challenge of a sign-in"),
    requirement="passkey.challenge",
    sources=_STEPS,
)
class _SignInPasses(Store):
    def spend_challenge(self, challenge: bytes, purpose: str, session_id: str, now: float) -> bool:
        return super().spend_challenge(challenge, purpose, session_id, now) or (
            purpose == "mfa" and super().spend_challenge(challenge, "sign-in", "", now)
        )


class _Noted(Store):
    """Remembers which session a challenge was issued to."""

    def add_challenge(self, challenge: bytes, purpose: str, session_id: str, expires_at: float) -> None:
        super().add_challenge(challenge, purpose, session_id, expires_at)
        notes(self, "session of challenge")[challenge] = session_id


@fault(
    *("P62", "mfa-challenge-signs-in", "The answer to an MFA challenge signs in"),
    requirement="passkey.challenge",
    sources=_STEPS,
)
class _MfaSignsIn(_Noted):
    def spend_challenge(self, challenge: bytes, purpose: str, session_id: str, now: float) -> bool:
        asked_in = notes(self, "session of challenge").get(challenge, session_id)
        return super().spend_challenge(challenge, purpose, session_id, now) or (
            purpose == "sign-in" and super().spend_challenge(challenge, "mfa", asked_in, now)
        )


_elsewhere = fault(
    *(
        "P63",
        "passkey-finished-in-gated-session",
        "A passkey that was begun in one session can be finished in one that owes MFA",
    ),
    requirement="gate.binding-needs-mfa",
    sources=("SP 800-63B-4 4.1.2.1", "CWE-308"),
)


@_elsewhere
class _NotedForRegistration(_Noted):
    def spend_challenge(self, challenge: bytes, purpose: str, session_id: str, now: float) -> bool:
        return super().spend_challenge(challenge, purpose, session_id, now)


@_elsewhere
class _FinishedElsewhere(Operations):
    def register_passkey(self, call: Call, body: Attestation) -> VerifyResponse:
        caller = self.authenticate(call)
        claimed = client_data(registration_json(body)).get("challenge")
        sessions = notes(self.store, "session of challenge")
        asked_in = self.store.presence(str(sessions.get(decoded(str(claimed)))))
        if caller.gated and asked_in is not None and asked_in[1].id == caller.user.id:
            token, _ = self.session_token(call, caller.user, asked_in[0], (FULL,))
            call = msgspec.structs.replace(call, token=token)
        return super().register_passkey(call, body)
