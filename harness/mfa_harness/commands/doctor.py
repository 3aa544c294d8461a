"""`mfa-harness doctor`."""

from __future__ import annotations


def doctor() -> None:
    """Say whether the plumbing is right, what can run and what cannot."""
