"""`mfa-harness serve`."""

from __future__ import annotations


def serve() -> None:
    """Say whether the plumbing is right, what can run and what cannot."""
