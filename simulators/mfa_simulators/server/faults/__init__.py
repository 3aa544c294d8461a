"""Faults by slug. Nothing of the clean server knows of them but the facade that composes an environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mfa_simulators.server.faults import (
    challenges,
    code_forms,
    control,
    device_lists,
    devices,
    dodges,
    email_codes,
    enrolment,
    gate,
    limits,
    passkey_comparisons,
    passkey_keeping,
    passkey_strictness,
    passkeys,
    promises,
    proofs,
    recovery,
    recovery_use,
    registrations,
    replays,
    sessions,
    step_up,
    totp,
)
from mfa_simulators.server.faults.fault import Fault, all_faults, find

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FAULTS", "Fault", "find"]

_TOPICS: Final = (
    control,
    totp,
    code_forms,
    replays,
    enrolment,
    registrations,
    recovery,
    recovery_use,
    email_codes,
    gate,
    sessions,
    step_up,
    proofs,
    devices,
    device_lists,
    passkeys,
    passkey_comparisons,
    passkey_keeping,
    passkey_strictness,
    challenges,
    limits,
    dodges,
    promises,
)

FAULTS: Final[Mapping[str, Fault]] = all_faults()
