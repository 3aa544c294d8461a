"""Codes of authenticator apps: which are right, in which time steps, and how a device is provisioned."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

import pyotp

from mfa_simulators.server.rules.allowance import AllowanceRules
from mfa_simulators.server.rules.refusal import Refusal, bad_request

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mfa_simulators.server.store.records import Device

_DIGESTS: Final = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256, "SHA512": hashlib.sha512}
_DIGITS: Final = re.compile(r"[0-9]+")


class TotpRules(AllowanceRules):
    """RFC 6238 with a drift of so many steps, each code at most once, one verified device a user."""

    def totp_secret_bytes(self) -> int:
        """Length of a new secret: 20 bytes, at least 16 (RFC 4226 4 R6)."""
        return self.settings.totp_secret_bytes

    def provisioning_uri(self, secret: bytes, account: str, device: Device) -> str:
        """The otpauth URI that the QR code shows; label and issuer percent-encoded (D-25, D-26)."""
        issuer = self.settings.environment_name
        label = f"{quote(issuer, safe='')}:{quote(account, safe='@')}"
        query = urlencode(
            {
                "secret": secret_text(secret),
                "issuer": issuer,
                "algorithm": device.algorithm,
                "digits": device.digits,
                "period": device.period,
            },
            quote_via=quote,
        )
        return f"otpauth://totp/{label}?{query}"

    def device_starts_verified(self) -> bool:
        """Whether registering alone verifies the device: no, a code must come first (D-27)."""
        return False

    def totp_slot(self, devices: Sequence[Device]) -> int | None:
        """The place for a new authenticator app beside those a user has, or None when it is refused.

        There is one place, and only a verified device takes it (D-30, D-32).
        """
        return None if any(device.verified for device in devices) else 0

    def second_device_refusal(self) -> Refusal:
        """The answer to a second authenticator app (D-31)."""
        return Refusal(
            self.settings.second_device_status,
            "mfa_device_limit",
            "An authenticator app is already enrolled: delete it first",
        )

    def enrolment_open(self, route: str) -> bool:
        """Whether a registration may be completed by a route, "auth" or "register" (D-28)."""
        return self.settings.enrolment_route in ("both", route)

    def unverified_may_answer(self, gated: bool, has_method: bool) -> bool:
        """Whether a code of a device not yet verified counts: it binds the device, so it is like enrolling."""
        return not gated or self.gated_may_enrol("totp", has_method)

    def answering_devices(self, devices: Sequence[Device], device_id: str | None) -> list[Device]:
        """The devices whose code is asked for.

        With an id, that device. Without, the verified ones, else the newest that is not (decision 3).
        """
        if device_id is not None:
            return [device for device in devices if device.id == device_id]
        verified = [device for device in devices if device.verified]
        return verified or list(devices[-1:])

    def trusted_time(self, now: float, claimed: str | None) -> float:  # noqa: ARG002
        """The time that codes are judged by: ours, whatever the request claims (ASVS 5.0 6.5.8)."""
        return now

    def time_step(self, now: float, period: int) -> int:
        """T = floor((now - 0) / period) (RFC 6238 4.2)."""
        return int(now // period)

    def acceptable_steps(self, current: int) -> Iterable[int]:
        """The steps whose code is taken, the current one first (RFC 6238 5.2, 6)."""
        drift = self.settings.totp_drift_steps
        nearest = sorted(range(current - drift, current + drift + 1), key=lambda step: abs(step - current))
        return [step for step in nearest if step >= 0]

    def totp_code(self, secret: bytes, step: int, device: Device) -> str:
        """The code of a step (RFC 4226 5.3)."""
        otp = pyotp.TOTP(
            secret_text(secret),
            digits=device.digits,
            digest=_DIGESTS[device.algorithm],
            interval=device.period,
        )
        return otp.generate_otp(step)

    def code_argument(self, given: object) -> str:
        """A code as it came in the request: text, nothing else.

        Raises:
            Refusal: 400, it is a number, a list or anything but text.
        """
        if not isinstance(given, str):
            raise bad_request("code: expected text")
        return given

    def code_matches(self, expected: str, given: str) -> bool:
        """Whether a code is exactly the expected one: ASCII digits, leading zeros too (RFC 4226 5.3)."""
        if not _DIGITS.fullmatch(given):  # first: compare_digest takes no other characters
            return False
        return hmac.compare_digest(expected, given)

    def matching_step(self, secret: bytes, given: str, device: Device, now: float) -> int | None:
        """The time step whose code was given, or None."""
        current = self.time_step(now, device.period)
        for step in self.acceptable_steps(current):
            if self.code_matches(self.totp_code(secret, step, device), given):
                return step
        return None

    def enrolment_accepted(self, step: int | None) -> bool:
        """Whether a device is verified by a code that matched this step (None: none) (D-33)."""
        return step is not None

    def step_spent_at_enrolment(self, step: int) -> int:
        """The newest step counted as used once a device is verified: that of the code which did it."""
        return step

    def code_refusal(self) -> Refusal:
        """The answer to a code that is wrong, used, expired or of no device: one and the same (ASVS 5.0 6.3.8)."""
        return Refusal(422, "mfa_invalid_code", "Invalid code")


def secret_text(secret: bytes) -> str:
    """A secret as people type it: base32 without padding."""
    return base64.b32encode(secret).decode().rstrip("=")
