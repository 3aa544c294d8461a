"""Devices, TOTP and recovery codes: the second factor's part of the vocabulary."""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Any

from mfa_simulators.client.core import MFA_TOKEN_HEADER, segment
from mfa_simulators.client.errors import ClientError
from mfa_simulators.client.events import MFA_COMPLETION_FAILURE, MFA_COMPLETION_SUCCESS, REFRESH_FAILURE
from mfa_simulators.client.protocol import HELD, MfaTokenChoice
from mfa_simulators.client.session import SessionCalls
from mfa_simulators.client.values import (
    DeviceList,
    MfaDevice,
    MfaMethods,
    OtpVerification,
    RecoveryCodes,
    Session,
    TotpRegistration,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

LINK = "credential:link"
UNLINK = "credential:unlink"


class MfaCalls(SessionCalls):
    """See `protocol.MfaWords` for what each call means."""

    def get_mfa_devices(self) -> tuple[MfaDevice, ...]:
        """All devices, unverified ones included."""
        return self._call("GET", "users/mfa", DeviceList).devices

    def get_mfa_device(self, device_id: str) -> MfaDevice:
        """One device."""
        return self._call("GET", f"users/mfa/{segment(device_id)}", MfaDevice)

    def get_mfa_methods(self, *, verified_only: bool = True) -> MfaMethods:
        """Devices and passkeys; by default those alone that can meet a challenge."""
        path = f"users/mfa/methods?verifiedOnly={'true' if verified_only else 'false'}"
        return self._call("GET", path, MfaMethods)

    def register_totp_mfa_device(self) -> TotpRegistration:
        """Begins the enrolment of an app; an elevated token for `credential:link` goes along if held."""
        return self._call("GET", "users/mfa/register/totp", TotpRegistration, elevated=LINK)

    def verify_totp_mfa_device(self, code: str) -> MfaDevice:
        """Ends the enrolment as native SDKs do. The session stays as it was: `refresh_auth` looks again."""
        return self._call("POST", "users/mfa/register/totp", MfaDevice, body={"type": "totp", "code": code})

    def authenticate_totp_mfa_device(
        self,
        code: str,
        *,
        device_id: str | None = None,
        create_mfa_token: bool | None = None,
        requested_scopes: Sequence[str] = (),
    ) -> Session:
        """Meets a challenge with an app's code; for a fresh app this also ends its enrolment."""
        body: dict[str, Any] = {"code": code}
        if device_id is not None:
            body["id"] = device_id
        return self._authenticate(
            "users/mfa/auth/totp", body, create_mfa_token, requested_scopes, device_id=device_id
        )

    def authenticate_mfa_recovery_code(
        self, code: str, *, create_mfa_token: bool | None = None, requested_scopes: Sequence[str] = ()
    ) -> Session:
        """Meets a challenge with a recovery code."""
        return self._authenticate(
            "users/mfa/auth/recovery", {"code": code}, create_mfa_token, requested_scopes
        )

    def authenticate_mfa_email(
        self,
        verification: OtpVerification,
        code: str,
        *,
        create_mfa_token: bool | None = None,
        requested_scopes: Sequence[str] = (),
    ) -> Session:
        """Meets a challenge with an e-mail code."""
        body = {"verificationUUID": verification.verification_uuid, "verificationToken": code}
        return self._authenticate("users/mfa/auth/email", body, create_mfa_token, requested_scopes)

    def get_mfa_recovery_codes(self) -> tuple[str, ...]:
        """The set of recovery codes; the server makes one if there is none (D-40)."""
        return self._call("GET", "users/mfa/recovery", RecoveryCodes).recovery_codes

    def create_new_mfa_recovery_codes(self) -> tuple[str, ...]:
        """A new set. The user that the client remembers is not changed by it: `refresh_user` looks again."""
        return self._call("POST", "users/mfa/recovery", RecoveryCodes).recovery_codes

    def acknowledge_recovery_codes(self) -> Session:
        """Says that the codes were written down (D-44). A held MFA token goes along and is not used up."""
        return self.update_user(mfa_backup_code_acknowledgement="complete")

    def set_default_mfa_device(self, device_id: str) -> None:
        """Makes a device the default; without a body, as the vendor's client does."""
        self._call("PUT", f"users/mfa/{segment(device_id)}", NoneType)

    def delete_mfa_device(self, device_id: str, *, mfa_token: MfaTokenChoice = HELD) -> None:
        """Deletes a device, and has the token made anew, since what is due may have changed (D-69).

        Args:
            device_id: of the device.
            mfa_token: to send in the header; by default the one held, which is consumed by that. Where an
                elevated token for `credential:unlink` is held, that one goes instead.
        """
        headers = self._unlinking_headers(mfa_token)
        self._call("DELETE", f"users/mfa/{segment(device_id)}", NoneType, headers=headers, elevated=UNLINK)
        self._after_deletion()

    def _authenticate(
        self,
        path: str,
        body: dict[str, Any],
        create_mfa_token: bool | None,
        requested_scopes: Sequence[str],
        *,
        device_id: str | None = None,
    ) -> Session:
        """Meets a challenge, sent once and never again by itself (RFC 6238 5.2); tells the outcome (D-93)."""
        if create_mfa_token is not None:
            body["createMfaToken"] = {"singleUse": create_mfa_token}
        if requested_scopes:
            body["requestedScopes"] = list(requested_scopes)
        try:
            session = self._call("POST", path, Session, body=body)
            self._remember(session, f"POST {path}")
        except ClientError as error:
            self.events.emit(MFA_COMPLETION_FAILURE, error=error, device_id=device_id)
            raise
        self.events.emit(MFA_COMPLETION_SUCCESS, mfa_token=session.mfa_token, device_id=device_id)
        self._notice_user()
        return session

    def _unlinking_headers(self, mfa_token: MfaTokenChoice) -> dict[str, str | None]:
        if self.memory.elevated.holding(UNLINK):
            return {MFA_TOKEN_HEADER: ""}  # empty beside the elevated token, as the vendor's client sends it
        token = self._spend_mfa_token() if mfa_token is HELD else mfa_token
        return {MFA_TOKEN_HEADER: token}

    def _spend_mfa_token(self) -> str | None:
        """The held MFA token, forgotten by handing it out (D-77); None when none is held."""
        token, self.memory.mfa_token = self.memory.mfa_token, None
        return token

    def _after_deletion(self) -> None:
        try:
            self.refresh_auth()
        except ClientError as error:  # the device is gone all the same: a server may end the session with it
            self.events.emit(REFRESH_FAILURE, error=error)
