"""The rules of an environment: pure decisions, each a method that a fault can replace."""

from __future__ import annotations

from mfa_simulators.server.rules.allowance import AllowanceRules
from mfa_simulators.server.rules.devices import DeviceRules
from mfa_simulators.server.rules.gate import GateRules
from mfa_simulators.server.rules.limits import LimitRules
from mfa_simulators.server.rules.passkeys import PasskeyRules
from mfa_simulators.server.rules.recovery import RecoveryRules
from mfa_simulators.server.rules.sign_in import SignInRules
from mfa_simulators.server.rules.step_up import StepUpRules
from mfa_simulators.server.rules.tokens import TokenRules
from mfa_simulators.server.rules.totp import TotpRules

__all__ = ["Rules"]


class Rules(
    GateRules,
    SignInRules,
    TokenRules,
    StepUpRules,
    TotpRules,
    AllowanceRules,
    RecoveryRules,
    PasskeyRules,
    DeviceRules,
    LimitRules,
):
    """All rules of an environment, under its settings."""
