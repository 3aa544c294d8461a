"""Devices: which count as a method, which may be the default, what may be deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_simulators.server.rules.base import RuleBook
from mfa_simulators.server.rules.refusal import Refusal

if TYPE_CHECKING:
    from mfa_simulators.server.store.records import Device, Methods


class DeviceRules(RuleBook):
    """D-62 to D-72."""

    def device_counts(self, device: Device) -> bool:
        """Whether a device is a method of its user: once verified (D-32), while its kind is on (D-01)."""
        return device.verified and self.settings.totp

    def has_method(self, methods: Methods) -> bool:
        """Whether a user has a verified method that is switched on."""
        return any(self.device_counts(device) for device in methods.devices) or (
            self.settings.passkeys and bool(methods.passkeys)
        )

    def may_be_default(self, device: Device) -> bool:
        """Whether a device may be the default: once verified."""
        return device.verified

    def may_be_deleted(self, device: Device) -> bool:
        """Whether a device may be deleted; the default one by a switch (D-68)."""
        return not device.is_default or self.settings.default_device_deletion

    def device_refusal(self, owner: str | None) -> Refusal:  # noqa: ARG002
        """The answer for a device that is unknown, or somebody else's (`owner`): one and the same (D-72)."""
        return Refusal(422, "mfa_device_not_found", "No such device")
