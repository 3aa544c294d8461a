"""Signing in: codes by e-mail and SMS, nonces, and what users may write about themselves."""

from __future__ import annotations

import re
from typing import Any, Final

from mfa_simulators.server.rules.addresses import same_address
from mfa_simulators.server.rules.base import RuleBook
from mfa_simulators.server.rules.refusal import Refusal, bad_request

NONCE_SECONDS: Final = 86_400  # the client keeps its pool for a day
MOST_NONCES: Final = 5
_EMAIL: Final = re.compile(r"[^@\s\x00-\x1f\x7f\ud800-\udfff]{1,64}@[^@\s\x00-\x1f\x7f\ud800-\udfff]{1,189}")
_PHONE: Final = re.compile(r"[0-9]{4,14}")

# User fields that the vendor's model lets a user write. Nothing here has to do with MFA (CWE-915).
WRITABLE: Final = frozenset(
    {
        *("firstName", "lastName", "alias", "username", "country", "jobTitle", "team", "tShirtSize"),
        *("policiesConsent", "metadata", "btcWallet", "kdaWallet", "ltcWallet", "ckbWallet", "kasWallet"),
        *("dogeWallet", "emailNotification", "discordNotification", "newsletterNotification"),
    }
)


class SignInRules(RuleBook):
    """Rules of the first factor."""

    def email(self, given: str) -> str:
        """An e-mail address, as it was given.

        Raises:
            Refusal: 400, it is none.
        """
        if not _EMAIL.fullmatch(given):
            raise bad_request("email: expected an e-mail address")
        return given

    def account_of_email(self, email: str) -> str:
        """What names the account: the address, its spellings taken for one (CVE-2025-24806)."""
        return same_address(email)

    def phone(self, country_code: str, number: str) -> str:
        """A phone number in E.164.

        Raises:
            Refusal: 400, it is none.
        """
        digits = country_code.removeprefix("+") + number
        if not _PHONE.fullmatch(digits):
            raise bad_request("phoneNumber: expected digits")
        return f"+{digits}"

    def sign_in_code_from(self, random: bytes) -> str:
        """A six-digit code from random bytes, or the environment's fixed one."""
        return self.settings.email_code or f"{int.from_bytes(random) % 1_000_000:06d}"

    def sign_in_code_seconds(self) -> float:
        """Life of a code by e-mail or SMS."""
        return self.settings.email_code_seconds

    def wrong_sign_in_code(self, channel: str) -> Refusal:
        """The answer to a code by e-mail or SMS that is wrong, used, expired or was never sent."""
        return Refusal(422, f"wrong_{channel}_verification_token", "Invalid code")

    def external_refusal(self) -> Refusal:
        """The answer to a token of the external issuer that does not verify."""
        return Refusal(401, "invalid_external_auth", "This external token is not valid here")

    def writable_fields(self) -> frozenset[str]:
        """What PUT /users stores; anything else in the body is ignored."""
        return WRITABLE

    def fields_to_store(self, given: dict[str, Any]) -> dict[str, Any]:
        """The part of an update that is stored."""
        writable = self.writable_fields()
        return {name: value for name, value in given.items() if name in writable}
