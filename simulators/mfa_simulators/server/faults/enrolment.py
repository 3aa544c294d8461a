"""Faults of enrolling."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import msgspec

from mfa_simulators.server.faults.fault import fault
from mfa_simulators.server.faults.notes import notes
from mfa_simulators.server.operations import Operations
from mfa_simulators.server.rules import Rules
from mfa_simulators.server.rules.totp import secret_text
from mfa_simulators.server.wire.answers import MfaDevice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_simulators.server.operations import Call, Caller
    from mfa_simulators.server.rules.refusal import Refusal
    from mfa_simulators.server.store.records import Device

_SHORT = 14  # bytes; pyotp refuses less


@fault(
    *("E01", "app-active-before-verified", "Asking for an authenticator app is enough: no code is needed"),
    requirement="totp.verify-before-use",
    sources=("D-27", "SP 800-63B-4 4.1"),
)
class _ActiveAtOnce(Rules):
    def device_starts_verified(self) -> bool:
        return True


@fault(
    *("E02", "wrong-code-enrols", "A wrong code verifies the authenticator app"),
    requirement="totp.wrong-code-refused",
    sources=("D-33", "CWE-287"),
)
class _WrongCodeEnrols(Rules):
    def enrolment_accepted(self, step: int | None) -> bool:  # noqa: ARG002
        return True


@fault(
    *("E03", "second-device-accepted", "A second authenticator app is accepted"),
    requirement="totp.one-device",
    sources=("D-30", "D-31"),
)
class _SecondDevice(Rules):
    def totp_slot(self, devices: Sequence[Device]) -> int | None:
        return sum(device.verified for device in devices)


@fault(
    *("E05", "gated-session-enrols", "A gated session of an enrolled user binds a new method, and so passes"),
    requirement="gate.binding-needs-mfa",
    sources=("SP 800-63B-4 4.1.2.1", "ASVS 5.0 7.5.1", "CWE-308"),
)
class _GatedEnrols(Rules):
    def gated_may_enrol(self, kind: str, has_method: bool) -> bool:  # noqa: ARG002
        return True


@fault(
    *("E06", "method-added-without-step-up", "Who has MFA adds another method without a fresh challenge"),
    requirement="step-up.always-for-credentials",
    sources=("SP 800-63B-4 4.1.2.1", "D-37", "D-85"),
)
class _NoStepUp(Rules):
    def binding_needs_step_up(self, kind: str, gated: bool) -> bool:  # noqa: ARG002
        return False


@fault(
    *(
        "E07",
        "abandoned-registration-blocks",
        "A registration that was never completed blocks every later one",
    ),
    requirement="totp.reenrol-after-abandon",
    sources=("D-32",),
)
class _AbandonedBlocks(Rules):
    def totp_slot(self, devices: Sequence[Device]) -> int | None:
        return None if devices else 0


@fault(
    *("E08", "unverified-app-counts", "An app that was never verified counts as a method"),
    requirement="totp.unverified-never-counts",
    sources=("D-06", "D-32", "D-62"),
)
class _UnverifiedCounts(Rules):
    def device_counts(self, device: Device) -> bool:  # noqa: ARG002
        return self.settings.totp


@fault(
    *(
        "E10",
        "wrong-code-renews-secret",
        "A wrong code at enrolment renews the secret: the scanned QR is stale",
    ),
    requirement="totp.wrong-code-refused",
    sources=("D-33",),
)
class _RenewedSecret(Operations):
    def wrong_totp(self, call: Call, caller: Caller, devices: Sequence[Device], code: str) -> Refusal:
        for device in devices:
            if not device.verified:
                secret = self.vault.seal(self.new_totp_secret(caller.user.id), caller.user.id)
                self.store.register_device(msgspec.structs.replace(device, secret=secret))
        return super().wrong_totp(call, caller, devices, code)


@fault(
    *("E11", "secret-short", "Secrets of authenticator apps are too short"),
    requirement="totp.secret-strength",
    sources=("RFC 4226 4 R6",),
)
class _ShortSecret(Rules):
    def totp_secret_bytes(self) -> int:
        return _SHORT


@fault(
    *("E12", "secret-predictable", "Secrets of authenticator apps are numbered, not random"),
    requirement="totp.secret-strength",
    sources=("ASVS 5.0 6.5.3", "CWE-330"),
)
class _PredictableSecret(Operations):
    def new_totp_secret(self, user_id: str) -> bytes:  # noqa: ARG002
        numbers = notes(self, "E12").setdefault("numbers", count(1))
        return int(next(numbers)).to_bytes(self.rules.totp_secret_bytes())


class _TellingDevice(MfaDevice, frozen=True, kw_only=True):
    secret: str


@fault(
    *("E13", "secret-readable-later", "The secret of a verified app can be read again in the device list"),
    requirement="totp.secret-once",
    sources=("CWE-522",),
)
class _SecretShown(Operations):
    def device_view(self, device: Device) -> MfaDevice:
        shown = super().device_view(device)
        members = {name: getattr(shown, name) for name in MfaDevice.__struct_fields__}
        secret = self.vault.open(device.secret, device.user_id)
        return _TellingDevice(**members, secret=secret_text(secret))


@fault(
    *("E14", "uri-malformed", "The otpauth URI names one issuer in its label and another in its parameter"),
    requirement="totp.provisioning-uri",
    sources=("D-25", "D-26"),
)
class _MalformedUri(Rules):
    def provisioning_uri(self, secret: bytes, account: str, device: Device) -> str:
        right = super().provisioning_uri(secret, account, device)
        return right.replace("issuer=", "issuer=Not-").replace("&algorithm", "=&algorithm")


@fault(
    *("E15", "uri-injection", "An e-mail address breaks out of the label of the otpauth URI"),
    requirement="totp.provisioning-uri",
    sources=("CWE-74",),
)
class _Injection(Rules):
    def provisioning_uri(self, secret: bytes, account: str, device: Device) -> str:
        right = super().provisioning_uri(secret, "account", device)
        return right.replace(":account?", f":{account}?", 1)


@fault(
    *("E16", "secret-cacheable", "Answers that hold secrets may be cached"),
    requirement="totp.not-cacheable",
    sources=("D-25", "CWE-525"),
)
class _Cacheable(Rules):
    def cache_control(self) -> str:
        return "public, max-age=3600"


@fault(
    *("E17", "disabled-method-enrols", "A method that is switched off can still be enrolled and used"),
    requirement="settings.disabled-method-refused",
    sources=("D-01", "CWE-602"),
)
class _DisabledMethod(Rules):
    def method_enabled(self, kind: str) -> bool:  # noqa: ARG002
        return True
