"""The authenticator app on the phone: TOTP (RFC 6238) enrolled by URI, secret or QR code."""

from __future__ import annotations

from mfa_simulators.totp.app import AuthenticatorApp
from mfa_simulators.totp.authenticator import TotpAuthenticator
from mfa_simulators.totp.otpauth import TotpKey, TotpUriError

__all__ = ["AuthenticatorApp", "TotpAuthenticator", "TotpKey", "TotpUriError"]
