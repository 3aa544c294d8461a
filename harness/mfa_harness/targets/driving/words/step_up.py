"""Step-up, MFA tokens and what is still due, through a driver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mfa_harness.targets.driving.words.mfa import MfaWords
from mfa_simulators.client.values import StepUp

if TYPE_CHECKING:
    from collections.abc import Mapping


class StepUpWords(MfaWords):
    """See `mfa_simulators.client.protocol.StepUpWords`."""

    def check_step_up_auth(self, scope: str) -> StepUp:
        """Whether a scope needs step-up, and how."""
        return self._something("check_step_up_auth", StepUp, scope=scope)

    def is_mfa_required_for_action(self, action: str) -> bool:
        """Whether an action needs MFA of this user."""
        return self._something("is_mfa_required_for_action", bool, action=action)

    def consume_mfa_token(self) -> str:
        """Hands out the MFA token and forgets it."""
        return self._something("consume_mfa_token", str)

    def perform_action(self, action: str, **details: object) -> Mapping[str, Any]:
        """Does a protected action, with whatever token the SDK holds for it."""
        return self._do("perform_action", dict[str, Any], action=action, **details) or {}

    def is_user_missing_mfa_auth(self) -> bool:
        """Whether this session still owes MFA."""
        return self._something("is_user_missing_mfa_auth", bool)

    def is_pending_recovery_codes_acknowledgment(self) -> bool:
        """Whether recovery codes wait to be acknowledged."""
        return self._something("is_pending_recovery_codes_acknowledgment", bool)
