"""Signing in and out through a driver."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from mfa_harness.targets.driving.words.core import DrivenClient
from mfa_harness.verdicts import Blocked, NotApplicable
from mfa_simulators.client.values import OtpVerification, Session, User

if TYPE_CHECKING:
    from collections.abc import Sequence


class SessionWords(DrivenClient):
    """See `mfa_simulators.client.protocol.SessionWords`."""

    def send_email_otp(self, email: str) -> OtpVerification:
        """Has a code sent to an e-mail address."""
        found = self._do("send_email_otp", OtpVerification, email=email)
        return found or OtpVerification(verification_uuid="", email=email)

    def send_sms_otp(self, country_code: str, number: str) -> OtpVerification:  # noqa: ARG002 - as ours
        """Not by a client SDK."""
        raise NotApplicable("the driver protocol has no word for codes by text message")

    def verify_otp(
        self,
        verification: OtpVerification,
        code: str,
        *,
        requested_scopes: Sequence[str] = (),
        allow_new_mfa_linking: bool = False,
    ) -> Session:
        """Signs in with an e-mail code; signed in already, proves the address again."""
        return self._session(
            "verify_otp",
            verification=msgspec.to_builtins(verification),
            code=code,
            requested_scopes=list(requested_scopes),
            allow_new_mfa_linking=allow_new_mfa_linking or None,
        )

    def sign_in_with_external_jwt(self, jwt: str) -> Session:
        """Signs in with a token of another issuer."""
        return self._session("sign_in_with_external_jwt", jwt=jwt)

    def refresh_user(self) -> User:
        """Reads the user again."""
        user = self._do("refresh_user", User) or self.state.user
        if user is None:
            raise Blocked("read the user again", "neither refresh_user nor `state` has one")
        assert isinstance(user, User)
        return user

    def refresh_auth(self) -> Session:
        """Has the session's token made anew."""
        return self._session("refresh_auth")

    def logout(self) -> None:
        """Ends the session."""
        self._do("logout")

    def update_user(self, **fields: object) -> Session:
        """Changes fields of the user."""
        return self._session("update_user", **fields)

    def delete_user(self) -> None:
        """Deletes the user."""
        self._do("delete_user")
