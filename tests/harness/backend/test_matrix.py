"""Every refusal that is asked of a backend is missed by some backend with one thing wrong, and is then reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.backends.python_pyjwt.wrong import FAULTS
from tests.harness.backend.conftest import (
    CHECKS,
    KEYS_SECONDS,
    carry_out,
    opened,
    profile_of,
    python_backend,
    rows,
)

from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from tests.harness.backend.conftest import Issuing

    from mfa_harness.targets.profile import Profile

ROTATION = "backend.key-rotation"
ROTATING = {slug for slug, fault in FAULTS.items() if any(ROTATION in name for name in fault.caught_by)}
STEADY = sorted(set(FAULTS) - ROTATING)


@pytest.mark.parametrize("slug", STEADY)
def test_a_fault_is_caught_by_every_check_that_is_bound_to_it(
    slug: str, issuing: Issuing, steady: tuple[str, Profile]
) -> None:
    url, profile = steady
    with opened(f"{url}/{slug}", issuing, profile) as target:
        bound = [check for name in FAULTS[slug].caught_by for check in rows(name)]
        found = {check.id: carry_out(check, target) for check in bound}
        assert carry_out(CHECKS["backend.full-session.let-in"], target).verdict is Verdict.PASS
    assert {id_: event.reason for id_, event in found.items() if event.verdict is not Verdict.FAIL} == {}


@pytest.mark.parametrize("slug", sorted(ROTATING))
def test_a_fault_of_rotation_is_warned_of(slug: str, issuing: Issuing) -> None:
    environment = issuing.environment()
    profile = profile_of(environment, keys_seconds=2 * KEYS_SECONDS)
    with (
        python_backend(environment) as url,
        opened(f"{url}/{slug}", issuing, profile) as target,
    ):
        found = [carry_out(check, target) for name in FAULTS[slug].caught_by for check in rows(name)]
    assert [event.verdict for event in found] == [Verdict.WARN]


def test_the_right_backend_passes_everything(issuing: Issuing) -> None:
    environment = issuing.environment()
    users = f"{environment.base_url}/sdk/{environment.id}/users"
    profile = profile_of(environment, keys_seconds=2 * KEYS_SECONDS, checks_revocation=True)
    with (
        python_backend(environment, users_url=users) as url,
        opened(f"{url}/right", issuing, profile, "GET /me", 'POST /orders {"n": 1}') as target,
    ):
        found = [carry_out(check, target) for check in CHECKS.values()]
    assert {event.id: event.reason for event in found if event.verdict is not Verdict.PASS} == {}


def test_every_check_but_the_control_is_bound_to_a_fault() -> None:
    bound = {check.id for fault in FAULTS.values() for name in fault.caught_by for check in rows(name)}
    assert set(CHECKS) - bound == {"backend.full-session.let-in"}


def test_bindings_name_checks_that_exist() -> None:
    assert [name for fault in FAULTS.values() for name in fault.caught_by if not rows(name)] == []
