"""Faults of managing devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_simulators.server.faults.fault import fault
from mfa_simulators.server.faults.notes import every_device
from mfa_simulators.server.operations import Operations
from mfa_simulators.server.rules import Rules
from mfa_simulators.server.store import Store

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mfa_simulators.server.operations import Caller
    from mfa_simulators.server.rules.gate import GateFacts
    from mfa_simulators.server.store.records import Device


@fault(
    *("D01", "device-deleted-without-token", "An authenticator app is deleted without any token"),
    requirement="devices.deletion-needs-token",
    sources=("D-66", "WSTG-ATHN-11", "CWE-306"),
)
class _NoToken(Rules):
    def deletion_needs_proof(self, kind: str, gated: bool) -> bool:
        return kind != "totp" and super().deletion_needs_proof(kind, gated)


@fault(
    *("D02", "any-mfa-token-accepted", "Whatever is sent as an MFA token is accepted"),
    requirement="devices.deletion-needs-token",
    sources=("D-66",),
)
class _AnyToken(Store):
    def spend_mfa_token(self, *_anything: object) -> bool:
        return True


@fault(
    *("D03", "other-users-device", "Devices of other users can be read, made the default and deleted"),
    requirement="devices.own-only",
    sources=("D-64", "D-72", "CWE-639", "WSTG-ATHN-11"),
)
class _Anybodys(Store):
    def device_of(self, user_id: str, device_id: str) -> Device | None:
        return super().device_of(self.owner_of_device(device_id) or user_id, device_id)


@fault(
    *("D05", "deleting-last-method-frees", "Who deletes the last method need not enrol again where she must"),
    requirement="devices.deletion-required-holds",
    sources=("D-05", "D-15"),
)
class _Frees(Rules):
    def gate_due(self, facts: GateFacts) -> bool:
        return super().gate_due(facts) and (facts.has_method or not facts.ever_enrolled)


@fault(
    *("D07", "unverified-default", "A device that was never verified can be the default"),
    requirement="devices.default",
    sources=("D-65", "D-32"),
)
class _UnverifiedDefault(Rules):
    def may_be_default(self, device: Device) -> bool:  # noqa: ARG002
        return True


@fault(
    *("D09", "device-list-of-everybody", "The device list shows the devices of other users"),
    requirement="devices.listed",
    sources=("D-63", "CWE-200"),
)
class _Everybodys(Operations):
    def devices_to_list(self, caller: Caller) -> list[Device]:  # noqa: ARG002
        return every_device(self.store)


@fault(
    *("D10", "reset-leaves-passkeys", "The administrator's reset leaves the passkeys"),
    requirement="devices.admin-reset",
    sources=("D-70",),
)
class _LeavesPasskeys(Store):
    def _discard_passkeys(self, connection: Connection, user_id: str) -> None:
        pass


@fault(
    *("D11", "no-notice", "Nothing is noted when a method is added or removed"),
    requirement="notices.factor-changes",
    sources=("ASVS 5.0 6.3.6", "SP 800-63B-4 4.6"),
)
class _NoNotice(Store):
    def _note(self, connection: Connection, user_id: str, kind: str, now: float) -> None:
        pass
