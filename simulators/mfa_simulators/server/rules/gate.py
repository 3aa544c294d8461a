"""The gate: when a session owes an MFA challenge or an enrolment, and what its scope then says."""

from __future__ import annotations

from typing import Final

import msgspec

from mfa_simulators.server.rules.base import RuleBook

FULL: Final = "user:basic"
GATED: Final = "requiresAdditionalAuth"


class GateFacts(msgspec.Struct, frozen=True):
    """What the gate looks at.

    `has_method`: the user has a verified method that is switched on. `ever_enrolled`: had one once.
    `mfa_done`: this session has passed MFA.
    """

    has_method: bool
    ever_enrolled: bool
    mfa_done: bool


# (session-based, enrolment asked for at sign-up, has a verified method) -> gated.
# The rows of the vendor's matrix; D-02 to D-07, D-15.
GATE_TABLE: Final[dict[tuple[bool, bool, bool], bool]] = {
    (False, False, False): False,
    (False, False, True): False,
    (False, True, False): True,
    (False, True, True): False,
    (True, False, False): False,
    (True, False, True): True,
    (True, True, False): True,
    (True, True, True): True,
}


class GateRules(RuleBook):
    """Which sessions are gated, and what lifts the gate."""

    def gate_due(self, facts: GateFacts) -> bool:
        """Whether a session must still do MFA or enrol (D-15, and decision 1 of the wire)."""
        if facts.mfa_done:
            return False
        settings = self.settings
        return GATE_TABLE[settings.session_based, settings.enrollment == "signup", facts.has_method]

    def gate_at_sign_in(self, method: str, due: bool) -> bool:  # noqa: ARG002
        """The gate of a new session; every way of signing in is alike (ASVS 5.0 6.3.3)."""
        return due

    def gate_at_refresh(self, due: bool) -> bool:
        """The gate of a session that asks for a new token: evaluated again, never dropped."""
        return due

    def gate_at_update(self, due: bool, gated: bool) -> bool:  # noqa: ARG002
        """The gate of the token that a change of the user brings: evaluated again, as by a refresh.

        Or whoever holds a full token could go on without MFA by changing something before it ends.
        """
        return due

    def scopes(self, gated: bool) -> tuple[str, ...]:
        """The scopes of a session token; the two never come together (D-18, D-19)."""
        return (GATED if gated else FULL, *self.settings.extra_scopes)

    def is_gated(self, scopes: frozenset[str]) -> bool:
        """Whether a token with these scopes is short of a full sign-in: `user:basic` must be there (D-18)."""
        return FULL not in scopes

    def lifts_gate(self, method: str) -> bool:  # noqa: ARG002
        """Whether success with a method completes MFA in this session (D-14, D-42, D-51)."""
        return True

    def sign_in_completes_mfa(self, method: str) -> bool:
        """Whether a way of signing in is MFA by itself: passkeys only, and only if the switch says so."""
        return method == "passkey" and self.settings.passkey_signin_meets_session_mfa

    def reauthentication_completes_mfa(self) -> bool:
        """Whether a code by e-mail or SMS within a session is MFA: never, it proves the same factor again."""
        return False
