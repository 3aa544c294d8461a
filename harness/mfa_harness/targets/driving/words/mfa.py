"""Devices, TOTP and recovery codes through a driver."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import msgspec

from mfa_harness.targets.driving.vocabulary import ShownRegistration
from mfa_harness.targets.driving.words.core import scanned
from mfa_harness.targets.driving.words.passkeys import PasskeyWords
from mfa_harness.verdicts import NotApplicable
from mfa_simulators.client.errors import ClientError
from mfa_simulators.client.protocol import HELD, MfaTokenChoice
from mfa_simulators.client.values import MfaDevice, MfaMethods, OtpVerification, Session, TotpRegistration

if TYPE_CHECKING:
    from collections.abc import Sequence


class MfaWords(PasskeyWords):
    """See `mfa_simulators.client.protocol.MfaWords`."""

    def get_mfa_devices(self) -> tuple[MfaDevice, ...]:
        """All devices, unverified ones included."""
        return self._something("get_mfa_devices", tuple[MfaDevice, ...])

    def get_mfa_device(self, device_id: str) -> MfaDevice:
        """One device."""
        return self._something("get_mfa_device", MfaDevice, device_id=device_id)

    def get_mfa_methods(self, *, verified_only: bool = True) -> MfaMethods:
        """Devices and passkeys; unverified ones too, which no SDK lists together, from both lists."""
        listed = all(map(self.has, ("get_mfa_devices", "get_passkeys")))
        if self.has("get_mfa_methods") and (verified_only or not listed):
            return self._something("get_mfa_methods", MfaMethods)
        try:
            devices = self.get_mfa_devices()
            passkeys = self.get_passkeys() if self.has("get_passkeys") else ()
        except ClientError:
            if not self.has("get_mfa_methods"):
                if verified_only:  # a step reads them; a witness takes another session
                    self._say_who_may_list()
                raise
            return self._something("get_mfa_methods", MfaMethods)  # this one a session may read that owes MFA
        return MfaMethods(
            devices=tuple(device for device in devices if device.verified or not verified_only),
            passkeys=passkeys,
            user_has_verified_mfa_methods=bool(passkeys) or any(device.verified for device in devices),
        )

    def _say_who_may_list(self) -> None:
        """Raise NotApplicable where the refusal of both lists is right: a session that owes MFA may not read them."""
        if self.has("is_user_missing_mfa_auth") and self._do("is_user_missing_mfa_auth", bool):
            raise NotApplicable(
                f"the driver of {self._driver.title} does not declare get_mfa_methods, "
                "which alone may be read by a session that owes MFA"
            )

    def register_totp_mfa_device(self) -> TotpRegistration:
        """Begins the enrolment of an authenticator app; a client that shows a QR code alone has it scanned."""
        shown = self._something("register_totp_mfa_device", ShownRegistration)
        uri = shown.uri or scanned(shown.qr)
        secret = shown.secret or "".join(parse_qs(urlsplit(uri).query).get("secret", ()))
        return TotpRegistration(id=shown.id, type=shown.type, secret=secret, uri=uri)

    def verify_totp_mfa_device(self, code: str) -> MfaDevice:
        """Ends it as native SDKs do."""
        found = self._do("verify_totp_mfa_device", MfaDevice, code=code)
        return found or MfaDevice(id="", verified=True)

    def authenticate_totp_mfa_device(
        self,
        code: str,
        *,
        device_id: str | None = None,
        create_mfa_token: bool | None = None,
        requested_scopes: Sequence[str] = (),
    ) -> Session:
        """Meets a challenge with an app's code; for a fresh app this also ends its enrolment."""
        return self._session(
            "authenticate_totp_mfa_device",
            code=code,
            device_id=device_id,
            create_mfa_token=create_mfa_token,
            requested_scopes=list(requested_scopes),
        )

    def authenticate_mfa_recovery_code(
        self, code: str, *, create_mfa_token: bool | None = None, requested_scopes: Sequence[str] = ()
    ) -> Session:
        """Meets a challenge with a recovery code."""
        return self._session(
            "authenticate_mfa_recovery_code",
            code=code,
            create_mfa_token=create_mfa_token,
            requested_scopes=list(requested_scopes),
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
        return self._session(
            "authenticate_mfa_email",
            verification=msgspec.to_builtins(verification),
            code=code,
            create_mfa_token=create_mfa_token,
            requested_scopes=list(requested_scopes),
        )

    def get_mfa_recovery_codes(self) -> tuple[str, ...]:
        """The set of recovery codes."""
        return self._something("get_mfa_recovery_codes", tuple[str, ...])

    def create_new_mfa_recovery_codes(self) -> tuple[str, ...]:
        """A new set, in place of the old."""
        return self._something("create_new_mfa_recovery_codes", tuple[str, ...])

    def acknowledge_recovery_codes(self) -> Session:
        """Says that the codes were written down."""
        return self._session("acknowledge_recovery_codes")

    def set_default_mfa_device(self, device_id: str) -> None:
        """Makes a device the default."""
        self._do("set_default_mfa_device", device_id=device_id)

    def delete_mfa_device(self, device_id: str, *, mfa_token: MfaTokenChoice = HELD) -> None:
        """Deletes a device."""
        self._do_with_token("delete_mfa_device", mfa_token, device_id=device_id)
