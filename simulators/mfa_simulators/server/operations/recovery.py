"""Recovery codes: reading, renewing, answering a challenge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_simulators.server.operations.recovery_sets import RecoverySets
from mfa_simulators.server.rules.allowance import Endpoint
from mfa_simulators.server.wire.answers import RecoveryCodes

if TYPE_CHECKING:
    from mfa_simulators.server.operations.call import Call, Caller
    from mfa_simulators.server.rules.refusal import Refusal
    from mfa_simulators.server.wire.answers import VerifyResponse
    from mfa_simulators.server.wire.requests import RecoveryAnswer


class RecoveryOperations(RecoverySets):
    """D-38 to D-50."""

    def read_recovery_codes(self, call: Call) -> RecoveryCodes:
        """The unused codes; a set is made where there is none (D-40)."""
        caller = self.admit(call, Endpoint.RECOVERY_READ)
        rules = self.rules
        if not rules.backup_codes_allowed():
            return RecoveryCodes(count=0, recovery_codes=())
        self._available(caller)
        if not rules.recovery_codes_readable(caller.user.acknowledgement):
            raise rules.unreadable_refusal()
        user_id = caller.user.id
        codes = self.store.recovery_codes(user_id)
        if rules.set_is_to_be_made(codes):
            add = self.store.replace_recovery_codes if codes else self.store.add_recovery_codes
            codes = add(user_id, self.new_recovery_codes(user_id), rules.acknowledgement_of_new_set())
        return self._answer(self.shown_codes(user_id, codes))

    def renew_recovery_codes(self, call: Call) -> RecoveryCodes:
        """A new set; every code of the old one is void (D-41)."""
        caller = self.admit(call, Endpoint.RECOVERY_RENEW)
        rules = self.rules
        if not rules.backup_codes_allowed():
            return RecoveryCodes(count=0, recovery_codes=())
        has_method = self._available(caller)
        if rules.regeneration_needs_mfa(has_method):
            self.prove(call, caller, "credential:update")
        user_id = caller.user.id
        fresh = self.new_recovery_codes(user_id)
        codes = self.store.replace_recovery_codes(user_id, fresh, rules.acknowledgement_after_renewal())
        return self._answer(self.shown_codes(user_id, codes))

    def answer_recovery(self, call: Call, body: RecoveryAnswer) -> VerifyResponse:
        """Answers the challenge with a recovery code, which is used up (D-39, D-42)."""
        caller = self.admit(call, Endpoint.MFA_RECOVERY)
        rules = self.rules
        code = rules.code_argument(body.code)
        self.granted(body)
        subject = self.take_attempt(call, "recovery", caller.user.id, caller.session.id)
        if not self.recovery_code_spent(call, caller, code):
            raise self.wrong_recovery_code(call, caller, code)
        self.store.give_attempt_back(subject, "recovery")
        return self.passed_mfa(call, caller, "recovery", body)

    def recovery_code_spent(self, call: Call, caller: Caller, code: str) -> bool:
        """Uses up a code of the caller's; false for a wrong or used one."""
        rules = self.rules
        plain = rules.recovery_code_as_stored(code)
        if plain is None or not rules.backup_codes_allowed():
            return False
        digest = self.recovery_digest(caller.user.id, plain)
        return self.store.spend_recovery_code(caller.user.id, digest, call.now)

    def wrong_recovery_code(self, call: Call, caller: Caller, code: str) -> Refusal:  # noqa: ARG002
        """The answer to a code that does not pass; nothing of a session in it."""
        return self.rules.code_refusal()

    def _available(self, caller: Caller) -> bool:
        """Whether the caller has a method.

        Raises:
            Refusal: she has none, so there are no codes for her (D-36).
        """
        has_method = self.rules.has_method(self.store.methods(caller.user.id))
        if not self.rules.recovery_codes_available(has_method):
            raise self.rules.recovery_refusal()
        return has_method

    def _answer(self, codes: tuple[str, ...]) -> RecoveryCodes:
        return RecoveryCodes(count=len(codes), recovery_codes=codes)
