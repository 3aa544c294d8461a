"""Step-up questions, and the protected actions of a wallet, for which stand-ins are served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mfa_simulators.server.operations.proofs import Proofs
from mfa_simulators.server.operations.session_answers import credential_id
from mfa_simulators.server.rules.allowance import Endpoint
from mfa_simulators.server.rules.refusal import Refusal
from mfa_simulators.server.rules.step_up import USER_SCOPES
from mfa_simulators.server.rules.tokens import ACTION_SCOPES
from mfa_simulators.server.wire.answers import ActionDone, StepUpAnswer, StepUpCredential

if TYPE_CHECKING:
    from mfa_simulators.server.operations.call import Call, Caller
    from mfa_simulators.server.store.records import Methods
    from mfa_simulators.server.wire.requests import ScopeQuestion

WALLET_ACTIONS: Final = {
    name.removeprefix("wallet.waas."): name for name in ACTION_SCOPES if name.startswith("wallet.")
}


class StepUpOperations(Proofs):
    """D-73 to D-88."""

    def check_step_up(self, call: Call, body: ScopeQuestion) -> StepUpAnswer:
        """Whether a scope takes step-up, and by which of the caller's credentials (D-83, D-84)."""
        caller = self.admit(call, Endpoint.STEP_UP_CHECK)
        if body.scope not in USER_SCOPES:
            raise Refusal(422, "invalid_scopes", "There is no such scope for a user")
        methods = self.step_up_methods(caller)
        if not self.rules.step_up_required(body.scope, self.rules.has_method(methods)):
            return StepUpAnswer(is_required=False, credentials=())
        credentials, default = self._credentials(caller, methods)
        return StepUpAnswer(is_required=True, credentials=credentials, default_credential_id=default)

    def step_up_methods(self, caller: Caller) -> Methods:
        """The methods that a step-up may use: the caller's own."""
        return self.store.methods(caller.user.id)

    def _credentials(
        self, caller: Caller, methods: Methods
    ) -> tuple[tuple[StepUpCredential, ...], str | None]:
        """MFA methods of who has some, else sign-in credentials; and the one to offer first."""
        rules = self.rules
        devices = [each for each in methods.devices if rules.device_counts(each)]
        passkeys = methods.passkeys if rules.method_enabled("passkey") else []
        found = [
            (each.created_at, StepUpCredential(id=each.id, format="totp", type="totp")) for each in devices
        ]
        found += [
            (
                each.created_at,
                StepUpCredential(id=each.id, format="passkey", type="passkey", alias=each.alias),
            )
            for each in passkeys
        ]
        if found:
            newest = max(found, key=lambda each: each[0])[1].id
            default = next((each.id for each in devices if each.is_default), newest)
            return tuple(each for _, each in found), default
        user = caller.user
        kinds = (("email", "email", user.email), ("sms", "phoneNumber", user.phone))
        sign_in = tuple(
            StepUpCredential(id=credential_id(user.id, kind), format=form, alias=address)
            for kind, form, address in kinds
            if address is not None
        )
        return sign_in, sign_in[0].id if sign_in else None

    def wallet_action(self, call: Call, name: str) -> ActionDone:
        """Lets a wallet action through, or not (D-86). There is no wallet behind it."""
        action = WALLET_ACTIONS.get(name)
        if action is None:
            raise Refusal(404, "not_found", "There is no such wallet action")
        caller = self.admit(call, Endpoint.WALLET_ACTION)
        has_method = self.rules.has_method(self.store.methods(caller.user.id))
        if self.rules.action_needs_mfa(action, has_method):
            self.prove(call, caller, ACTION_SCOPES[action])
        return ActionDone(action=action)
