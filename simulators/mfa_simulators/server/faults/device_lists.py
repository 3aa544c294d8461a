"""Faults of what becomes of devices, and of what is told of them: deleted, reset, the default, the flag."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from mfa_simulators.server.faults.fault import fault
from mfa_simulators.server.faults.notes import notes
from mfa_simulators.server.operations import Operations
from mfa_simulators.server.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_simulators.server.operations import Call, Caller
    from mfa_simulators.server.store.records import Device, Methods
    from mfa_simulators.server.wire.answers import MfaDevice, MfaMethods

_deleted_answers = fault(
    *("D40", "deleted-app-answers", "A deleted app still answers challenges"),
    requirement="devices.deletion-needs-token",
    sources=("D-66", "SP 800-63B-4 4.5", "CWE-613"),
)


@_deleted_answers
class _NotesDeleted(Store):
    def delete_device(self, device: Device, *, codes_go: bool, now: float) -> bool:
        notes(self, "D40").setdefault(device.user_id, []).append(device)
        return super().delete_device(device, codes_go=codes_go, now=now)


@_deleted_answers
class _DeletedAnswers(Operations):
    def totp_answered(
        self, call: Call, caller: Caller, devices: Sequence[Device], methods: Methods, code: str
    ) -> Device | None:
        known = super().totp_answered(call, caller, devices, methods, code)
        gone: list[Device] = notes(self.store, "D40").get(caller.user.id, [])
        for device in gone:
            secret = self.vault.open(device.secret, device.user_id)
            if known is None and self.rules.matching_step(secret, code, device, call.now) is not None:
                return device
        return known


@fault(
    *("D41", "reset-does-nothing", "The administrator's reset leaves every method where it was"),
    requirement="devices.admin-reset",
    sources=("D-70",),
)
class _NoReset(Store):
    def reset_mfa(self, user_id: str, now: float) -> None:
        pass


@fault(
    *("D42", "no-default-device", "No device is ever the default"),
    requirement="devices.default",
    sources=("D-65",),
)
class _NoDefault(Operations):
    def device_view(self, device: Device) -> MfaDevice:
        return msgspec.structs.replace(super().device_view(device), default=False)


@fault(
    *("D43", "verified-methods-always-said", "The list of methods says that there is a verified one, always"),
    requirement="devices.listed",
    sources=("D-62",),
)
class _AlwaysSaid(Operations):
    def list_methods(self, call: Call, *, verified_only: bool = True) -> MfaMethods:
        listed = super().list_methods(call, verified_only=verified_only)
        return msgspec.structs.replace(listed, user_has_verified_mfa_methods=True)


@fault(
    *("D44", "passkeys-not-listed", "The list of methods leaves the passkeys out"),
    requirement="devices.listed",
    sources=("D-56", "D-62"),
)
class _NoPasskeys(Operations):
    def list_methods(self, call: Call, *, verified_only: bool = True) -> MfaMethods:
        return msgspec.structs.replace(super().list_methods(call, verified_only=verified_only), passkeys=())
