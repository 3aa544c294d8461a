"""One exception class a requirement, so that Hypothesis takes two breaches for two."""

from __future__ import annotations

from functools import cache

from mfa_harness.verdicts import Breach


class FuzzBreach(Breach):
    """A requirement that a story broke. Every requirement has a subclass of its own."""

    requirement = ""


@cache
def breach_of(requirement: str) -> type[FuzzBreach]:
    """The exception class of a requirement: `Breach_totp_one_device`."""
    name = "Breach_" + requirement.replace(".", "_").replace("-", "_")
    return type(name, (FuzzBreach,), {"requirement": requirement})
