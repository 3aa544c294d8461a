"""Limits on guessing: how many wrong answers, per whom, for how long."""

from __future__ import annotations

import math
from typing import Final

from mfa_simulators.server.rules.addresses import same_address
from mfa_simulators.server.rules.base import RuleBook
from mfa_simulators.server.rules.refusal import Refusal

_CODES_OF_PATHS: Final = {
    "email-code": "too_many_email_verification_attempts",
    "sms-code": "too_many_sms_verification_attempts",
}


class LimitRules(RuleBook):
    """Wrong attempts per account and path in a window that begins with the first (SP 800-63B-4 3.2.2)."""

    def attempts_allowed(self, path: str) -> int:  # noqa: ARG002
        """Wrong answers allowed in a window on a path: totp, enrolment, recovery, passkey, email ..."""
        return self.settings.attempts

    def window_seconds(self, path: str) -> float:  # noqa: ARG002
        """Length of the window; when it ends, the right answer passes again (ASVS 5.0 6.1.1)."""
        return self.settings.attempts_window_seconds

    def limit_subject(self, account: str, session: str, address: str, forwarded: str) -> str:  # noqa: ARG002
        """Whose attempts are counted together: the account's, whatever the session or the headers say."""
        return account

    def limited_address(self, address: str) -> str:
        """Whose attempts at a code by e-mail or SMS are counted together: those of all spellings."""
        return same_address(address)

    def retry_after(self, seconds: float) -> int | None:
        """The Retry-After header: whole seconds, at least one (D-90)."""
        return max(1, math.ceil(seconds))

    def limit_refusal(self, path: str, seconds: float) -> Refusal:
        """The answer to one attempt too many; `seconds` until the window ends (D-90, D-92)."""
        code = _CODES_OF_PATHS.get(path, "mfa_rate_limited")
        return Refusal(429, code, "Too many attempts: try again later", retry_after=self.retry_after(seconds))

    def address_refusal(self, seconds: float) -> Refusal:
        """The answer to an address that asks too often (D-91)."""
        return Refusal(429, "too_many_requests", "Too many requests", retry_after=self.retry_after(seconds))
