"""Recovery codes: their form, when a set exists, is shown and dies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mfa_simulators.server.rules.base import RuleBook
from mfa_simulators.server.rules.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_simulators.server.store.records import RecoveryCode

# No 0 O 1 I L: a code is read from paper. 31^10 is 49.5 bits, and attempts are limited.
ALPHABET: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_SEPARATORS: Final = re.compile(r"[\s-]+")
_FORM: Final = re.compile(r"[A-Za-z0-9]{10}")


class RecoveryRules(RuleBook):
    """Ten codes a set (D-38), each once (D-39)."""

    def recovery_codes_per_set(self) -> int:
        """How many codes a set has (D-38)."""
        return 10

    def recovery_code_length(self) -> int:
        """Characters of a code (D-43)."""
        return 10

    def recovery_code_from(self, random: bytes) -> str:
        """A code from random bytes, at least two for each character: uniform to one part in two thousand."""
        pairs = (int.from_bytes(random[at : at + 2]) for at in range(0, 2 * self.recovery_code_length(), 2))
        return "".join(ALPHABET[pair % len(ALPHABET)] for pair in pairs)

    def recovery_code_as_stored(self, given: str) -> str | None:
        """A code as it was typed, brought to the form it is looked up by, or None if it can be no code.

        Spaces and dashes do not count, nor does the case, unless the settings say so.
        """
        plain = _SEPARATORS.sub("", given) if self.settings.recovery_codes_ignore_separators else given
        if not _FORM.fullmatch(plain):
            return None
        return plain.upper() if self.settings.recovery_codes_ignore_case else plain

    def backup_codes_allowed(self) -> bool:
        """Whether this environment hands out recovery codes at all (D-49)."""
        return self.settings.allow_backup_codes

    def recovery_codes_available(self, has_method: bool) -> bool:
        """Whether a user may have codes: once a method is verified (D-36)."""
        return has_method

    def recovery_refusal(self) -> Refusal:
        """The answer to somebody who asks for codes before a method is verified."""
        return Refusal(422, "mfa_invalid_request", "Recovery codes come with the first verified method")

    def set_is_to_be_made(self, existing: Sequence[RecoveryCode]) -> bool:
        """Whether reading makes a new set: only where there is none; used-up codes are one (D-40, D-50)."""
        return not existing

    def codes_to_show(self, codes: Sequence[RecoveryCode]) -> list[RecoveryCode]:
        """The codes that are shown: the unused ones (D-40)."""
        return [code for code in codes if not code.spent]

    def recovery_codes_readable(self, acknowledgement: str | None) -> bool:
        """Whether the set is shown again once acknowledged: a switch, D-40 against D-45."""
        return acknowledgement != "complete" or self.settings.recovery_codes_after_acknowledgement

    def unreadable_refusal(self) -> Refusal:
        """The answer where codes are shown once only (D-45)."""
        return Refusal(422, "mfa_invalid_request", "These codes were acknowledged and are not shown again")

    def regeneration_needs_mfa(self, has_method: bool) -> bool:
        """Whether a new set takes a fresh MFA: by the settings, or under the newer API version."""
        return has_method and (self.settings.regenerate_needs_mfa or self.settings.step_up_enforced)

    def acknowledgement_of_new_set(self) -> str:
        """The set that comes with the first method is to be acknowledged (D-35)."""
        return "pending"

    def acknowledgement_after_renewal(self) -> str:
        """A renewed set is to be acknowledged anew (D-46)."""
        return "pending"

    def acknowledgement_after(self, current: str | None, asked: str) -> str | None:
        """The acknowledgement once the user says `asked`; without codes there is none (D-44)."""
        return asked if current is not None else None

    def codes_go_with_last_method(self) -> bool:
        """Whether a set dies with the last method, so that it cannot revive (CWE-613)."""
        return True
