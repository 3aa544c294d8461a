"""A client whose every word is done by a driver: the vocabulary of `mfa_simulators.client.protocol`."""

from __future__ import annotations

from mfa_harness.targets.driving.words.screens import ScreenWords


class DriverClient(ScreenWords):
    """One browser of one person, by way of somebody's SDK; `words.core` has its arguments."""
