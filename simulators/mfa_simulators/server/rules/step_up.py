"""Step-up: which actions ask for a fresh proof, and which proof will do."""

from __future__ import annotations

from typing import Final

from mfa_simulators.server.rules.base import RuleBook
from mfa_simulators.server.rules.refusal import Refusal
from mfa_simulators.server.rules.tokens import ACTION_SCOPES

# What an end user may ask for; business_account:* and console:* of the wire are not his (CWE-269).
USER_SCOPES: Final = frozenset(
    {
        *("credential:link", "credential:update", "credential:unlink", "user:update", "user:delete"),
        *("wallet:export", "wallet:delete", "wallet:delegate", "wallet:sign", "wallet:restore"),
    }
)


class StepUpRules(RuleBook):
    """D-73 to D-88."""

    def grantable_scopes(self, requested: tuple[str, ...]) -> tuple[str, ...]:
        """The scopes that are granted of those asked for.

        Raises:
            Refusal: 422 `invalid_scopes`, one of them is unknown or not an end user's.
        """
        foreign = sorted(set(requested) - USER_SCOPES)
        if foreign:
            raise Refusal(422, "invalid_scopes", f"These scopes cannot be granted: {', '.join(foreign)}")
        return tuple(dict.fromkeys(requested))

    def action_needs_mfa(self, action: str, has_method: bool) -> bool:
        """Whether an action takes a proof: if it is listed and the user has a method, or must (D-73).

        Exporting a wallet always does under the newer API version (D-85).
        """
        settings = self.settings
        if settings.step_up_enforced and action == "wallet.waas.export":
            return True
        listed = any(each.action == action and each.required for each in settings.actions)
        return listed and (settings.required or has_method)

    def binding_needs_step_up(self, kind: str, gated: bool) -> bool:  # noqa: ARG002
        """Whether binding a method takes a proof: under the newer API version (D-37, D-85).

        Not in the onboarding itself: that sign-in is fresh, and the gate lets nobody else in.
        """
        return self.settings.step_up_enforced and not gated

    def deletion_needs_proof(self, kind: str, gated: bool) -> bool:  # noqa: ARG002
        """Whether deleting a device or passkey takes a proof: always (D-59, D-66)."""
        return True

    def mfa_token_serves(self, scope: str) -> bool:
        """Whether an MFA token will do in place of an elevated one.

        For binding (D-37, "no fallback", which another page contradicts) and for deletion by a switch each.
        """
        if scope == "credential:unlink":
            return self.settings.deletion_proof != "elevated"
        return scope != "credential:link" or self.settings.linking_proof == "either"

    def elevated_token_serves(self, scope: str) -> bool:
        """Whether an elevated token will do; for deletion by a switch."""
        return scope != "credential:unlink" or self.settings.deletion_proof != "mfa_token"

    def step_up_required(self, scope: str, has_method: bool) -> bool:
        """What stepUp/check answers for a scope (D-83, decision 4 of the wire)."""
        if scope in ("credential:link", "credential:unlink", "credential:update"):
            return self.settings.step_up_enforced
        return any(
            self.action_needs_mfa(action, has_method)
            for action, needed in ACTION_SCOPES.items()
            if needed == scope
        )

    def reauthentication_may_elevate(self, has_method: bool) -> bool:
        """Whether a code by e-mail or SMS brings an elevated token: not to who has MFA (D-82)."""
        return not has_method

    def new_link_may_elevate(self, has_method: bool) -> bool:
        """Whether signing in with `allowNewMFALinking` brings a token for `credential:link`."""
        return not self.settings.required and not has_method

    def proof_missing(self) -> Refusal:
        """The answer where a proof is needed and none came."""
        return Refusal(403, "elevated_access_token_required", "Elevated access token required")

    def proof_refused(self, kind: str) -> Refusal:
        """The answer to a proof that is wrong, used, expired, or of another user or scope."""
        if kind == "mfa":
            return Refusal(403, "mfa_token_invalid", "This MFA token is not valid here")
        return Refusal(403, "elevated_access_token_required", "This elevated access token is not valid here")
