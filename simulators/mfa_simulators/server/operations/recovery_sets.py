"""Making and showing sets of recovery codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_simulators.server.operations.proofs import Proofs
from mfa_simulators.server.store.records import RecoveryCode

if TYPE_CHECKING:
    from collections.abc import Sequence


class RecoverySets(Proofs):
    """Sets of recovery codes, sealed and opened."""

    def new_recovery_codes(self, user_id: str) -> list[RecoveryCode]:
        """A new set, or none where the environment hands out none (D-49)."""
        if not self.rules.backup_codes_allowed():
            return []
        wanted = self.rules.recovery_codes_per_set()
        found: dict[str, None] = {}
        while len(found) < wanted:  # ten distinct ones (D-38)
            found[self.new_recovery_code(user_id)] = None
        return [self.stored_code(user_id, code) for code in found]

    def new_recovery_code(self, user_id: str) -> str:
        """One new code, from the environment's randomness."""
        random = self.randomness.bytes(2 * self.rules.recovery_code_length(), "recovery-code", user_id)
        return self.rules.recovery_code_from(random)

    def stored_code(self, user_id: str, code: str) -> RecoveryCode:
        """A code as it is kept: a keyed digest, and the code sealed."""
        return RecoveryCode(self.recovery_digest(user_id, code), self.vault.seal(code.encode(), user_id))

    def recovery_digest(self, user_id: str, code: str) -> bytes:
        """What a code is found by."""
        return self.vault.digest("recovery-code", self.tools.environment_id, user_id, code)

    def shown_codes(self, user_id: str, codes: Sequence[RecoveryCode]) -> tuple[str, ...]:
        """The codes that are shown of a set."""
        return tuple(
            self.vault.open(code.sealed, user_id).decode() for code in self.rules.codes_to_show(codes)
        )
