"""Authenticator apps: registering, verifying, answering a challenge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_simulators.clock import iso
from mfa_simulators.server.operations.recovery_sets import RecoverySets
from mfa_simulators.server.rules.allowance import Endpoint
from mfa_simulators.server.rules.totp import secret_text
from mfa_simulators.server.store.records import Device
from mfa_simulators.server.wire.answers import MfaDevice, TotpRegistration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_simulators.server.operations.call import Call, Caller
    from mfa_simulators.server.rules.refusal import Refusal
    from mfa_simulators.server.store.records import Methods
    from mfa_simulators.server.wire.answers import VerifyResponse
    from mfa_simulators.server.wire.requests import TotpAnswer, TotpVerification


class TotpOperations(RecoverySets):
    """D-25 to D-33."""

    def register_totp(self, call: Call) -> TotpRegistration:
        """Begins a registration; one begun and not completed gives way to it."""
        caller = self.admit(call, Endpoint.TOTP_REGISTER)
        rules = self.rules
        if not rules.method_enabled("totp"):
            raise rules.method_refusal("totp")
        if rules.binding_needs_step_up("totp", caller.gated):
            self.prove(call, caller, "credential:link")
        slot = rules.totp_slot(self.store.devices_of(caller.user.id))
        if slot is None:
            raise rules.second_device_refusal()
        secret = self.new_totp_secret(caller.user.id)
        device = self._new_device(caller.user.id, secret, slot, call.now)
        if not self.store.register_device(device):
            raise rules.second_device_refusal()
        account = caller.user.email or caller.user.phone or caller.user.id
        uri = rules.provisioning_uri(secret, account, device)
        return TotpRegistration(id=device.id, secret=secret_text(secret), uri=uri)

    def new_totp_secret(self, user_id: str) -> bytes:
        """A new secret, from the environment's randomness (ASVS 5.0 6.5.3)."""
        return self.randomness.bytes(self.rules.totp_secret_bytes(), "totp-secret", user_id)

    def _new_device(self, user_id: str, secret: bytes, slot: int, now: float) -> Device:
        settings = self.rules.settings
        return Device(
            id=self.randomness.uuid("device", user_id),
            user_id=user_id,
            secret=self.vault.seal(secret, user_id),
            algorithm=settings.totp_algorithm,
            digits=settings.totp_digits,
            period=settings.totp_period,
            created_at=now,
            verified_at=now if self.rules.device_starts_verified() else None,
            last_step=-1,
            is_default=False,
            slot=slot,
        )

    def verify_totp(self, call: Call, body: TotpVerification) -> MfaDevice:
        """Completes a registration and leaves the session as it was (D-28)."""
        caller = self.admit(call, Endpoint.TOTP_VERIFY)
        rules = self.rules
        if not rules.method_enabled("totp"):
            raise rules.method_refusal("totp")
        code = rules.code_argument(body.code)
        methods = self.store.methods(caller.user.id)
        pending = [device for device in methods.devices if not device.verified][-1:]
        if rules.totp_slot([each for each in methods.devices if each not in pending]) is None:
            raise rules.second_device_refusal()
        if not rules.enrolment_open("register"):
            raise rules.device_refusal(None)
        subject = self.take_attempt(call, "enrolment", caller.user.id, caller.session.id)
        verified = self.device_proved(call, caller, pending, methods, code)
        if verified is None:
            raise self.wrong_totp(call, caller, pending, code)
        self.store.give_attempt_back(subject, "enrolment")
        return self.device_view(self.store.device_of(caller.user.id, verified.id) or verified)

    def answer_totp(self, call: Call, body: TotpAnswer) -> VerifyResponse:
        """Answers the challenge with a code; a device not yet verified is verified by it too."""
        caller = self.admit(call, Endpoint.MFA_TOTP)
        rules = self.rules
        if not rules.method_enabled("totp"):
            raise rules.method_refusal("totp")
        code = rules.code_argument(body.code)
        self.granted(body)
        methods = self.store.methods(caller.user.id)
        devices = self._answering(methods, body.id)
        subject = self.take_attempt(call, "totp", caller.user.id, caller.session.id)
        if self.totp_answered(call, caller, devices, methods, code) is None:
            raise self.wrong_totp(call, caller, devices, code)
        self.store.give_attempt_back(subject, "totp")
        return self.passed_mfa(call, caller, "totp", body)

    def _answering(self, methods: Methods, device_id: str | None) -> Sequence[Device]:
        rules = self.rules
        if device_id is not None and not any(device.id == device_id for device in methods.devices):
            raise rules.device_refusal(self.store.owner_of_device(device_id))
        return rules.answering_devices(methods.devices, device_id)

    def totp_answered(
        self, call: Call, caller: Caller, devices: Sequence[Device], methods: Methods, code: str
    ) -> Device | None:
        """The device whose code this is, the code now used; None for a wrong or used one."""
        return self.device_proved(call, caller, devices, methods, code)

    def device_proved(
        self, call: Call, caller: Caller, devices: Sequence[Device], methods: Methods, code: str
    ) -> Device | None:
        """The first of these devices that the code is of; the code is used up, a registration completed."""
        rules = self.rules
        now = rules.trusted_time(call.now, call.claimed_time)
        for device in devices:
            secret = self.vault.open(device.secret, device.user_id)
            step = rules.matching_step(secret, code, device, now)
            if device.verified:
                if step is not None and self.store.spend_step(device, step, caller.session.id):
                    return device
            elif rules.enrolment_accepted(step):
                if not rules.unverified_may_answer(caller.gated, rules.has_method(methods)):
                    return None
                if self._completed(call, caller, device, methods, -1 if step is None else step):
                    return device
        return None

    def _completed(self, call: Call, caller: Caller, device: Device, methods: Methods, step: int) -> bool:
        """Completes a registration; false if a request in parallel has.

        Raises:
            Refusal: another device took the place meanwhile.
        """
        rules = self.rules
        slot = rules.totp_slot([each for each in methods.devices if each.id != device.id])
        if slot is None:
            raise rules.second_device_refusal()
        first = not any(each.verified for each in methods.devices) and not methods.passkeys
        codes = self.new_recovery_codes(device.user_id) if first else ()
        changed = self.store.verify_device(
            device,
            step=rules.step_spent_at_enrolment(step),
            slot=slot,
            codes=codes,
            acknowledgement=rules.acknowledgement_of_new_set(),
            now=call.now,
            beside=methods.verified if caller.gated and caller.beside is None else caller.beside,
        )
        if changed is None:
            raise rules.second_device_refusal()
        return changed

    def wrong_totp(
        self,
        call: Call,  # noqa: ARG002
        caller: Caller,  # noqa: ARG002
        devices: Sequence[Device],  # noqa: ARG002
        code: str,  # noqa: ARG002
    ) -> Refusal:
        """The answer to a code that does not pass: nothing of a session in it, and nothing has changed (D-33)."""
        return self.rules.code_refusal()

    def device_view(self, device: Device) -> MfaDevice:
        """A device as the wire shows it: never its secret (CWE-522)."""
        return MfaDevice(
            type="totp",
            id=device.id,
            verified=device.verified,
            created_at=iso(device.created_at),
            verified_at=None if device.verified_at is None else iso(device.verified_at),
            default=device.is_default,
        )
