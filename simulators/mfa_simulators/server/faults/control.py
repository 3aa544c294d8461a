"""The control: a fault that changes nothing and that no check may report."""

from __future__ import annotations

from mfa_simulators.server.faults.fault import fault
from mfa_simulators.server.rules import Rules


@fault("N00", "no-op", "Nothing is wrong: a check that reports this lies", requirement="", sources=())
class NoOp(Rules):
    """Replaces nothing."""
