"""Signing in and out, and the user: the session's part of the vocabulary."""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Any, Final

from mfa_simulators.client.core import MFA_TOKEN_HEADER, ClientCore
from mfa_simulators.client.errors import ClientError
from mfa_simulators.client.events import LOGOUT
from mfa_simulators.client.project import ProjectSettings
from mfa_simulators.client.transport import SDK_VERSION
from mfa_simulators.client.values import OtpVerification, Session, SmsVerification, User

if TYPE_CHECKING:
    from collections.abc import Sequence

_SETTINGS_ATTEMPTS: Final = 3
_ACKNOWLEDGEMENT: Final = "mfaBackupCodeAcknowledgement"
_SERVER_FAULT: Final = 500


class SessionCalls(ClientCore):
    """See `protocol.SessionWords` for what each call means."""

    def initialize(self) -> ProjectSettings:
        """Reads the environment's settings, in at most three attempts; in cookie mode, takes up its session.

        Raises:
            ClientError: the settings cannot be had; or, in cookie mode, the refresh fails (401 excepted).
        """
        self._settings = self._fetch_settings()
        if self.in_cookie_mode:
            try:
                self.refresh_auth()
            except ClientError as error:
                if error.status != 401:  # noqa: PLR2004 -- 401 only says that no cookie is held
                    raise
        return self._settings

    @property
    def settings(self) -> ProjectSettings:
        """The environment's settings, read when first needed."""
        return self._settings or self.initialize()

    def send_email_otp(self, email: str) -> OtpVerification:
        """Has a code sent to an e-mail address."""
        return self._call("POST", "emailVerifications/create", OtpVerification, body={"email": email})

    def send_sms_otp(self, country_code: str, number: str) -> SmsVerification:
        """Has a code sent to a phone number, given without its country code; `verify_otp` takes the code.

        A word of ours beside the vocabulary of `protocol`: drivers have none for it.
        """
        body = {"phoneCountryCode": country_code, "phoneNumber": number}
        return self._call("POST", "smsVerifications/create", SmsVerification, body=body)

    def verify_otp(
        self,
        verification: OtpVerification,
        code: str,
        *,
        requested_scopes: Sequence[str] = (),
        allow_new_mfa_linking: bool = False,
    ) -> Session:
        """Signs in with a code that was sent; signed in already, proves the address or number again.

        Args:
            verification: what `send_email_otp` or `send_sms_otp` returned.
            code: from the mail or the message.
            requested_scopes: of an elevated token; only when signed in already.
            allow_new_mfa_linking: ask for an elevated token to enrol a first method; only when signing in.
        """
        by_sms = isinstance(verification, SmsVerification)
        channel = "smsVerifications" if by_sms else "emailVerifications"
        body: dict[str, Any] = {
            "verificationUUID": verification.verification_uuid,
            "verificationToken": code,
        }
        if self.memory.user is not None:
            if requested_scopes:
                body["requestedScopes"] = list(requested_scopes)
            return self._enter("POST", f"{channel}/verify", body, signed=True)
        if allow_new_mfa_linking:
            body["allowNewMFALinking"] = True
        return self._sign_in(f"{channel}/signin", body, signed=True)

    def sign_in_with_external_jwt(self, jwt: str) -> Session:
        """Signs in with a token of an identity provider of the customer's."""
        return self._sign_in("externalAuth/signin", {"jwt": jwt}, signed=True)

    def refresh_user(self) -> User:
        """Reads the user again; token and expiry stay."""
        user = self._call("GET", "users", User)
        self.memory.user = user
        self._notice_user()
        return user

    def refresh_auth(self) -> Session:
        """Has the session's token made anew."""
        return self._enter("POST", "refresh", signed=True)

    def update_user(self, **fields: object) -> Session:
        """Changes fields of the user: names in snake_case, or as on the wire.

        The MFA token that the client holds goes along, unless an elevated token for `user:update` does. It
        counts as used where the settings protect this action; an acknowledgement never uses it.
        """
        body = {_camel(name): value for name, value in fields.items()}
        headers = {}
        if self.memory.mfa_token and not self.memory.elevated.holding("user:update"):
            headers[MFA_TOKEN_HEADER] = self.memory.mfa_token
            if set(body) != {_ACKNOWLEDGEMENT} and self._protects_user():
                self.memory.mfa_token = None
        elevated = None if set(body) == {_ACKNOWLEDGEMENT} else "user:update"
        return self._enter("PUT", "users", body, headers=headers, elevated=elevated)

    def delete_user(self) -> None:
        """Deletes the user, for good, and forgets the session."""
        headers = {MFA_TOKEN_HEADER: self.memory.mfa_token} if self.memory.mfa_token else {}
        self._call("DELETE", "users", NoneType, headers=headers, elevated="user:delete")
        self._forget("user-deleted")

    def logout(self, reason: str = "user-intent") -> None:
        """Ends the session: here in any case, at the server if it will."""
        error = None
        if self.memory.user is not None:
            try:
                self._call("POST", "revoke", NoneType, headers={"x-dyn-logout-reason": reason})
            except ClientError as refused:  # an expired token cannot be revoked, and need not be
                error = refused
        self._forget(reason, error)

    def logout_if_expired(self) -> bool:
        """Does what the vendor's expiry timer does: logs out when `expires_at` has passed.

        Never by itself: a client that judges a server must be able to send it an expired token.
        """
        expiry = self.memory.expires_at
        if expiry is None or expiry > self.clock.now():
            return False
        self.logout("token-expired")
        return True

    def _sign_in(self, path: str, body: dict[str, Any], *, signed: bool) -> Session:
        session_key = self._session_public_key()
        return self._enter("POST", path, {**body, "sessionPublicKey": session_key}, signed=signed)

    def _forget(self, reason: str, error: ClientError | None = None) -> None:
        self.memory.clear()
        self.transport.cookies.clear()
        self._session_key = None
        self.sync.rearm()
        self.events.emit(LOGOUT, reason=reason, error=error)

    def _protects_user(self) -> bool:
        return self._settings is not None and self._settings.mfa.requires_mfa_for("user.update")

    def _fetch_settings(self) -> ProjectSettings:
        query = SDK_VERSION.replace("/", "%2F")
        for attempt in range(1, _SETTINGS_ATTEMPTS + 1):
            try:
                return self._call("GET", f"settings?sdkVersion={query}", ProjectSettings)
            except ClientError as error:
                passing = error.kind == "network" or (error.status or 0) >= _SERVER_FAULT
                if not passing or attempt == _SETTINGS_ATTEMPTS:
                    raise
        raise AssertionError("the last attempt returns or raises")


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
