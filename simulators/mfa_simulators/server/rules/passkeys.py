"""Passkeys: the relying party's choices. The steps of WebAuthn themselves are `mfa_simulators.webauthn`'s."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mfa_simulators.server.rules.base import RuleBook
from mfa_simulators.server.rules.refusal import Refusal
from mfa_simulators.webauthn import Policy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_simulators.server.store.records import Passkey

ALGORITHMS: Final = (-7, -8, -257)  # ES256, EdDSA, RS256


class PasskeyRules(RuleBook):
    """D-51 to D-61, WebAuthn Level 3."""

    def rp_id(self, related: str | None) -> str:
        """The RP ID: the configured one, whatever a request asks for (D-58).

        Raises:
            Refusal: 422, a related RP ID that is not ours.
        """
        if related is not None and related != self.settings.rp_id:
            raise Refusal(422, "mfa_invalid_request", "relatedOriginRpId: not an RP ID of this environment")
        return self.settings.rp_id

    def accepted_origins(self, claimed: str) -> tuple[str, ...]:  # noqa: ARG002
        """The origins that a response may come from: the configured, whatever it claims (7.2 step 12)."""
        return self.settings.origins

    def challenge_bytes(self) -> int:
        """Length of a challenge: at least 16 bytes (WebAuthn 13.4.3)."""
        return 32

    def challenge_seconds(self) -> float:
        """Life of a challenge (WebAuthn 13.4.3)."""
        return self.settings.challenge_seconds

    def offered_algorithms(self) -> tuple[int, ...]:
        """COSE algorithms offered at registration."""
        return ALGORITHMS

    def accepted_algorithms(self) -> tuple[int, ...]:
        """COSE algorithms accepted at registration: those offered (7.1 step 20)."""
        return self.offered_algorithms()

    def user_verification_accepted(self) -> str:
        """What a response must show: the user verification that the options ask for (7.2 step 17)."""
        return self.settings.user_verification

    def counter_policy(self) -> str:
        """What a sign counter that goes back leads to: refuse, flag or ignore (7.2 step 22)."""
        return self.settings.passkey_counter

    def passkey_policy(self) -> Policy:
        """The policy that responses are verified under."""
        return Policy(
            user_verification=self.user_verification_accepted(),  # type: ignore[arg-type]  # from a Literal
            algorithms=self.accepted_algorithms(),
            counter=self.counter_policy(),  # type: ignore[arg-type]  # from a Literal
        )

    def options_policy(self) -> Policy:
        """What options ask for."""
        return Policy(user_verification=self.settings.user_verification, algorithms=self.offered_algorithms())

    def excluded(self, passkeys: Sequence[Passkey]) -> Sequence[Passkey]:
        """The passkeys that a new registration excludes: all the user has (D-57)."""
        return passkeys

    def another_passkey_allowed(self, count: int) -> bool:
        """Whether a user who has `count` passkeys may register one more (D-55)."""
        return count < self.settings.passkeys_per_user

    def too_many_passkeys(self) -> Refusal:
        """The answer to one passkey too many (D-55)."""
        most = self.settings.passkeys_per_user
        return Refusal(422, "max_passkeys_per_user", f"A user may have {most} passkeys: delete one first")

    def passkey_refusal(self) -> Refusal:
        """The answer to a response that does not verify, for whatever reason."""
        return Refusal(422, "mfa_invalid_request", "This passkey response is not valid")

    def passkey_not_found(self) -> Refusal:
        """The answer for a passkey that is unknown, or somebody else's."""
        return Refusal(422, "passkey_not_found", "No such passkey")
