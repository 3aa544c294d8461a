"""Devices and methods: listing, the default, deletion."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mfa_simulators.server.operations.passkeys import PasskeyOperations
from mfa_simulators.server.operations.totp import TotpOperations
from mfa_simulators.server.rules.allowance import Endpoint
from mfa_simulators.server.rules.refusal import Refusal
from mfa_simulators.server.wire.answers import MfaDevice, MfaDevices, MfaMethods

if TYPE_CHECKING:
    from mfa_simulators.server.operations.call import Call, Caller
    from mfa_simulators.server.store.records import Device
    from mfa_simulators.server.wire.requests import DeviceUpdate

_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


class DeviceOperations(TotpOperations, PasskeyOperations):
    """D-62 to D-72."""

    def list_devices(self, call: Call) -> MfaDevices:
        """The caller's authenticator apps, the unverified one too (D-63)."""
        caller = self.admit(call, Endpoint.DEVICES_LIST)
        devices = tuple(self.device_view(each) for each in self.devices_to_list(caller))
        return MfaDevices(count=len(devices), devices=devices)

    def devices_to_list(self, caller: Caller) -> list[Device]:
        """The devices that are listed: the caller's own."""
        return self.store.devices_of(caller.user.id)

    def list_methods(self, call: Call, *, verified_only: bool = True) -> MfaMethods:
        """All methods of the caller; the unverified device only when asked for (D-32, D-62)."""
        caller = self.admit(call, Endpoint.METHODS)
        methods = self.store.methods(caller.user.id)
        devices = [each for each in methods.devices if not verified_only or self.rules.device_counts(each)]
        return MfaMethods(
            devices=tuple(self.device_view(each) for each in devices),
            passkeys=tuple(self.passkey_view(each) for each in methods.passkeys),
            user_has_verified_mfa_methods=self.rules.has_method(methods),
        )

    def read_device(self, call: Call, device_id: str) -> MfaDevice:
        """One of the caller's devices (D-64)."""
        caller = self.admit(call, Endpoint.DEVICE_READ)
        return self.device_view(self._device(caller, device_id))

    def update_device(self, call: Call, device_id: str, body: DeviceUpdate | None) -> None:
        """Makes a device the default; an empty body means the same (D-65)."""
        caller = self.admit(call, Endpoint.DEVICE_UPDATE)
        device = self._device(caller, device_id)
        if body is not None and body.default is False:
            raise Refusal(422, "mfa_invalid_request", "Make another device the default instead")
        if not self.rules.may_be_default(device):
            raise Refusal(422, "mfa_invalid_request", "Verify this device first")
        self.store.set_default(device)

    def delete_device(self, call: Call, device_id: str) -> None:
        """Deletes a device; takes a proof (D-66, D-67)."""
        caller = self.admit(call, Endpoint.DEVICE_DELETE)
        rules = self.rules
        device = self._device(caller, device_id)
        if not rules.may_be_deleted(device):
            raise Refusal(422, "mfa_invalid_request", "The default device cannot be deleted")
        if rules.deletion_needs_proof("totp", caller.gated):
            self.prove(call, caller, "credential:unlink")
        self.store.delete_device(device, codes_go=rules.codes_go_with_last_method(), now=call.now)

    def _device(self, caller: Caller, device_id: str) -> Device:
        """A device of the caller's.

        Raises:
            Refusal: unknown or somebody else's, which answer alike (D-72).
        """
        device = self.store.device_of(caller.user.id, device_id) if _ID.fullmatch(device_id) else None
        if device is None:
            owner = self.store.owner_of_device(device_id) if _ID.fullmatch(device_id) else None
            raise self.rules.device_refusal(owner)
        return device
