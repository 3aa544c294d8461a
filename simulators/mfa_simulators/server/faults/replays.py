"""Faults of codes that one way of giving them uses up, and another does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mfa_simulators.server.faults.fault import fault
from mfa_simulators.server.faults.notes import notes
from mfa_simulators.server.operations import Operations
from mfa_simulators.server.rules.allowance import Endpoint
from mfa_simulators.server.rules.refusal import Refusal
from mfa_simulators.server.store import Store

if TYPE_CHECKING:
    from mfa_simulators.server.operations import Call
    from mfa_simulators.server.store.records import Device
    from mfa_simulators.server.wire.answers import MfaDevice, VerifyResponse
    from mfa_simulators.server.wire.requests import TotpAnswer, TotpVerification

_ONCE: Final = "totp.code-once"
_SOURCES: Final = ("RFC 6238 5.2", "ASVS 5.0 6.5.1", "CWE-294")
_WRONG_CODE: Final = 422

_after_confirmation = fault(
    *("T21", "confirmation-code-replay", "The code that confirmed an app, as native SDKs do it, works again"),
    requirement=_ONCE,
    sources=_SOURCES,
)


@_after_confirmation
class _NotesConfirmation(Operations):
    def verify_totp(self, call: Call, body: TotpVerification) -> MfaDevice:
        confirmed = super().verify_totp(call, body)
        notes(self.store, "T21")[confirmed.id] = True
        return confirmed


@_after_confirmation
class _ForgivesOnce(Store):
    def spend_step(self, device: Device, step: int, session_id: str) -> bool:
        if super().spend_step(device, step, session_id):
            return True
        return step == device.last_step and bool(notes(self, "T21").pop(device.id, False))


class _SecondUse(Operations):
    """Takes a code that was used already, once, where a subclass says that it is another use."""

    def _under_other_use(self, body: TotpAnswer) -> bool:
        """Whether this is the use that keeps an account of its own."""
        raise NotImplementedError

    def answer_totp(self, call: Call, body: TotpAnswer) -> VerifyResponse:
        try:
            return super().answer_totp(call, body)
        except Refusal as refusal:
            if refusal.status != _WRONG_CODE or not self._under_other_use(body):
                raise
            caller = self.admit(call, Endpoint.MFA_TOTP)
            used = notes(self.store, type(self).__name__)
            for device in self.store.devices_of(caller.user.id):
                secret = self.vault.open(device.secret, device.user_id)
                step = self.rules.matching_step(secret, str(body.code), device, call.now)
                if device.verified and step is not None and used.get(device.id, -1) < step:
                    used[device.id] = step
                    return self.passed_mfa(call, caller, "totp", body)
            raise


@fault(
    *("T22", "code-replay-naming-app", "A used code passes once more when the request names the app"),
    requirement=_ONCE,
    sources=_SOURCES,
)
class _NamingApp(_SecondUse):
    def _under_other_use(self, body: TotpAnswer) -> bool:
        return body.id is not None


@fault(
    *(
        "T23",
        "code-replay-at-step-up",
        "A code used at sign-in passes once more for an MFA or elevated token",
    ),
    requirement=_ONCE,
    sources=_SOURCES,
)
class _AtStepUp(_SecondUse):
    def _under_other_use(self, body: TotpAnswer) -> bool:
        return body.create_mfa_token is not None or bool(body.requested_scopes)
