"""The operations of an environment: rules, store, clock and randomness brought together; no HTTP."""

from __future__ import annotations

from mfa_simulators.server.operations.base import Tools
from mfa_simulators.server.operations.call import Call, Caller
from mfa_simulators.server.operations.devices import DeviceOperations
from mfa_simulators.server.operations.project import ProjectOperations
from mfa_simulators.server.operations.recovery import RecoveryOperations
from mfa_simulators.server.operations.step_up import StepUpOperations
from mfa_simulators.server.operations.users import UserOperations

__all__ = ["Call", "Caller", "Operations", "Tools"]


class Operations(DeviceOperations, RecoveryOperations, UserOperations, StepUpOperations, ProjectOperations):
    """All that an environment does."""
