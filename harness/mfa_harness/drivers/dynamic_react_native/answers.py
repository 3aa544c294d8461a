"""What each message of the vendor's channel has the stand-in's client do (`@dynamic-labs/webview-messages`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mfa_simulators.client import ClientError, OtpVerification, screens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfa_simulators.client import MfaClient, MfaDevice, Session, TotpRegistration, User

    Said = Mapping[str, Any]

LATER: Final = object()
"""In place of an answer: it comes when what is on the screen now is done with."""


class Page:
    """What a page knows, beside its client."""

    client: MfaClient

    def __init__(self) -> None:
        self.verification = OtpVerification(verification_uuid="")
        self.prompted: str | None = None
        """The session of a promptMfaAuth that waits for its screen."""


def _one_use(said: Said) -> bool | None:
    wish = said.get("createMfaToken")
    return wish["singleUse"] if wish else None


def _totp_only(kind: str | None) -> None:
    if kind not in (None, "totp"):
        raise ClientError("other", f"Unsupported MFA device type: {kind}")


# -- auth ------------------------------------------------------------------------------------------------------------


def _send_otp(page: Page, data: Said) -> None:
    page.verification = page.client.send_email_otp(data["target"])


def _verify_otp(page: Page, token: str) -> Session:
    return page.client.verify_otp(page.verification, token)


def _step_up_send_otp(page: Page) -> OtpVerification:
    user = page.client.state.user
    page.verification = page.client.send_email_otp((user and user.email) or "")
    return page.verification


def _step_up_verify_otp(page: Page, said: Said) -> Session:
    scopes = said.get("requestedScopes") or ()
    return page.client.verify_otp(page.verification, said["verificationToken"], requested_scopes=scopes)


def _external(page: Page, said: Said) -> User:
    return page.client.sign_in_with_external_jwt(said["externalJwt"]).user


def _update_user(page: Page, fields: Said) -> dict[str, Any]:
    response = page.client.update_user(**fields)
    asked = {"isEmailVerificationRequired": False, "isSmsVerificationRequired": False, "missingFields": []}
    return {**asked, "updateUserProfileResponse": response}


# -- mfa -------------------------------------------------------------------------------------------------------------


def _add_device(page: Page, kind: str | None = None) -> TotpRegistration:
    _totp_only(kind)
    return page.client.register_totp_mfa_device()


def _verify_device(page: Page, code: str, kind: str | None = None) -> MfaDevice:
    _totp_only(kind)
    return page.client.verify_totp_mfa_device(code)


def _authenticate_device(page: Page, said: Said) -> str | None:
    _totp_only(said.get("type"))
    session = page.client.authenticate_totp_mfa_device(
        said["code"], device_id=said.get("deviceId"), create_mfa_token=_one_use(said)
    )
    return session.mfa_token


def _auth_device(page: Page, code: str, kind: str | None = None, device_id: str | None = None) -> bool:
    _totp_only(kind)
    page.client.authenticate_totp_mfa_device(code, device_id=device_id)
    return True


def _authenticate_recovery_code(page: Page, said: Said) -> str | None:
    return page.client.authenticate_mfa_recovery_code(said["code"], create_mfa_token=_one_use(said)).mfa_token


def _auth_recovery_code(page: Page, code: str) -> bool:
    page.client.authenticate_mfa_recovery_code(code, create_mfa_token=True)
    return True


def _recovery_codes(page: Page, generate: bool = False) -> tuple[str, ...]:
    client = page.client
    return client.create_new_mfa_recovery_codes() if generate else client.get_mfa_recovery_codes()


def _delete_device(page: Page, device_id: str, token: str) -> None:
    page.client.delete_mfa_device(device_id, mfa_token=token or None)


# -- passkeys and step-up --------------------------------------------------------------------------------------------


def _authenticate_passkey(page: Page, said: Said | None = None) -> Session:
    said = said or {}
    return page.client.authenticate_passkey_mfa(
        create_mfa_token=_one_use(said), related_origin_rp_id=said.get("relatedOriginRpId")
    )


def _step_up_totp(page: Page, said: Said) -> Session:
    return page.client.authenticate_totp_mfa_device(
        said["code"], device_id=said.get("deviceId"), requested_scopes=said.get("requestedScopes") or ()
    )


def _step_up_recovery(page: Page, said: Said) -> Session:
    scopes = said.get("requestedScopes") or ()
    return page.client.authenticate_mfa_recovery_code(said["code"], requested_scopes=scopes)


# -- ui --------------------------------------------------------------------------------------------------------------


def _opener(screen: str) -> Callable[[Page], None]:
    return lambda page: void(page.client.show_screen(screen))


def _closer(screen: str) -> Callable[[Page], None]:
    return lambda page: void(page.client.hide_screen(screen))


def void(_value: object) -> None:
    """Nothing: the vendor's message is answered with no value."""


def _prompt(page: Page, _wishes: Said | None = None) -> Any:
    """Resolved at once where there is nothing to wait for: no method yet, or a passkey that has answered."""
    page.client.prompt_mfa_auth()
    return LATER if page.client.current_screen == screens.OTP_VERIFICATION else page.client.state.mfa_token


_SCREENS: Final = {
    "ChooseType": screens.CHOOSE_TYPE,
    "QRCode": screens.QR_CODE,
    "OTPVerification": screens.OTP_VERIFICATION,
    "ViewBackupCodes": screens.VIEW_BACKUP_CODES,
    "EnterBackupCodes": screens.ENTER_BACKUP_CODES,
    "Manage": screens.MANAGE,
}

ANSWERS: Final[Mapping[str, Callable[..., Any]]] = {
    "sendOTP": _send_otp,
    "verifyOTP": _verify_otp,
    "signInWithExternalJwt": _external,
    "refreshUser": lambda page: page.client.refresh_user(),
    "updateUser": _update_user,
    "logout": lambda page: page.client.logout(),
    "permanentlyDeleteCurrentUser": lambda page: page.client.delete_user(),
    "addDevice": _add_device,
    "verifyDevice": _verify_device,
    "authenticateDevice": _authenticate_device,
    "authDevice": _auth_device,
    "authenticateRecoveryCode": _authenticate_recovery_code,
    "authRecoveryCode": _auth_recovery_code,
    "getUserDevices": lambda page: page.client.get_mfa_devices(),
    "updateUserDevice": lambda page, device_id: page.client.set_default_mfa_device(device_id),
    "deleteUserDevice": _delete_device,
    "getRecoveryCodes": _recovery_codes,
    "getNewRecoveryCodes": lambda page: page.client.create_new_mfa_recovery_codes(),
    "completeAcknowledgement": lambda page: void(page.client.acknowledge_recovery_codes()),
    "isPendingRecoveryCodesAcknowledgment": lambda page: (
        page.client.is_pending_recovery_codes_acknowledgment()
    ),
    "isMfaRequiredForAction": lambda page, said: page.client.is_mfa_required_for_action(said["mfaAction"]),
    "registerPasskey": lambda page: page.client.register_passkey(),
    "authenticatePasskeyMFA": _authenticate_passkey,
    "signInWithPasskey": lambda page, said=None: page.client.sign_in_with_passkey(
        related_origin_rp_id=(said or {}).get("relatedOriginRpId")
    ),
    "getPasskeys": lambda page: page.client.get_passkeys(),
    "deletePasskey": lambda page, said: page.client.delete_passkey(said["passkeyId"]),
    "stepUpAuth_isStepUpRequired": lambda page, said: (
        page.client.check_step_up_auth(said["scope"]).is_required
    ),
    "stepUpAuth_sendOtp": _step_up_send_otp,
    "stepUpAuth_verifyOtp": _step_up_verify_otp,
    "stepUpAuth_verifyTotpMfa": _step_up_totp,
    "stepUpAuth_verifyRecoveryCode": _step_up_recovery,
    "stepUpAuth_verifyPasskeyMfa": lambda page, said: page.client.authenticate_passkey_mfa(
        requested_scopes=said.get("requestedScopes") or ()
    ),
    "promptMfaAuth": _prompt,
    **{f"openMfa{name}": _opener(screen) for name, screen in _SCREENS.items()},
    **{f"hideMfa{name}": _closer(screen) for name, screen in _SCREENS.items()},
}
"""What is done for each message, and answered, by its type. What is not here nobody handles."""
