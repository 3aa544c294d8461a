"""`mfa-harness init`."""

from __future__ import annotations


def init() -> None:
    """Say whether the plumbing is right, what can run and what cannot."""
