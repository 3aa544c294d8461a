"""Actions, MFA tokens and step-up; and what a session still owes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from mfa_simulators.client.core import MFA_TOKEN_HEADER, segment
from mfa_simulators.client.errors import ClientError, mfa_token_required, not_signed_in
from mfa_simulators.client.passkeys import PasskeyCalls
from mfa_simulators.client.values import StepUp, User

if TYPE_CHECKING:
    from collections.abc import Mapping

NextStep = Literal["enrol", "challenge", "recovery_codes"]

SCOPE_OF_ACTION: Final[Mapping[str, str]] = {
    "user.update": "user:update",
    "wallet.waas.export": "wallet:export",
    "wallet.waas.refresh": "wallet:delegate",
    "wallet.waas.reshare": "wallet:delegate",
    "wallet.waas.sign": "wallet:sign",
}


class StepUpCalls(PasskeyCalls):
    """See `protocol.StepUpWords` for what each call means."""

    def check_step_up_auth(self, scope: str) -> StepUp:
        """Whether a scope needs step-up: no while its token is held; a failed check counts as yes (D-83)."""
        if self.memory.elevated.holding(scope):
            return StepUp(is_required=False)
        try:
            return self._call("POST", "stepUp/check", StepUp, body={"scope": scope})
        except ClientError:
            return StepUp(is_required=True)

    def is_mfa_required_for_action(self, action: str) -> bool:
        """Whether an action needs MFA of this user: it is listed, and MFA is required or set up (D-73).

        When the user's methods cannot be read the answer is yes: a check that fails must not open anything.
        """
        mfa = self.settings.mfa
        if not mfa.requires_mfa_for(action):
            return False
        if mfa.required:
            return True
        try:
            return self.get_mfa_methods().user_has_verified_mfa_methods
        except ClientError:
            return True

    def consume_mfa_token(self) -> str:
        """Hands out the MFA token and forgets it (D-77).

        Raises:
            ClientError: code `mfa_token_required`, when none is held.
        """
        token = self._spend_mfa_token()
        if token is None:
            raise mfa_token_required()
        return token

    def perform_action(self, action: str, **details: object) -> Mapping[str, Any]:
        """Does a protected action, with the token that the client holds for it.

        An elevated token for the action's scope goes before an MFA token (D-88), which is consumed. With
        neither, the request goes out bare: whether to refuse it is the server's decision, and what is tested.

        Args:
            action: by its name on the wire, such as `wallet.waas.sign`.
            details: of the action; for `user.update` the fields to change.
        """
        if action == "user.update":
            return {"user": self.update_user(**details).user}
        scope = SCOPE_OF_ACTION.get(action)
        headers: dict[str, str | None] = {}
        if scope is None or self.memory.elevated.holding(scope) is None:
            headers[MFA_TOKEN_HEADER] = self._spend_mfa_token()
        path = f"wallets/actions/{segment(action.rpartition('.')[2])}"  # the reference server's stand-in
        return self._call("POST", path, dict[str, Any], body=details, headers=headers, elevated=scope)

    def is_user_missing_mfa_auth(self) -> bool:
        """Whether this session still owes MFA: the scope's list has `requiresAdditionalAuth` (D-16, D-21).

        Raises:
            ClientError: code `not_signed_in`.
        """
        return self._owes_mfa(self._user("Whether MFA is due"))

    def is_pending_recovery_codes_acknowledgment(self) -> bool:
        """Whether recovery codes wait to be acknowledged (D-35).

        Raises:
            ClientError: code `not_signed_in`.
        """
        return self._owes_acknowledgement(self._user("Whether recovery codes are pending"))

    def next_mfa_step(self) -> NextStep | None:
        """What the application shows next (D-22): enrolment, the challenge, the recovery codes, or nothing.

        Only verified methods count: a user asked for the code of an app never verified could not give one.

        Raises:
            ClientError: code `not_signed_in`, or the methods cannot be read.
        """
        self._user("The next step of MFA")
        pending = self.pending()
        if pending != "mfa":
            return pending
        return "challenge" if self.get_mfa_methods().user_has_verified_mfa_methods else "enrol"

    def _user(self, what: str) -> User:
        if self.memory.user is None:
            raise not_signed_in(what)
        return self.memory.user
