"""The gate is asked after at every endpoint: one that alone is open to a session that owes MFA is found."""

from __future__ import annotations

from typing import Any, Final

import pytest

from mfa_harness import suite
from mfa_harness.self_test import run_against
from mfa_harness.verdicts import Verdict
from mfa_simulators.server.faults import fault as faults
from mfa_simulators.server.rules import Rules
from mfa_simulators.server.rules.allowance import GATED_OPENINGS, Endpoint, Opening

ASKED_BY: Final = ("gate.protects-endpoints", "gate.binding-needs-mfa", "recovery.needs-mfa")
CHECKS: Final = tuple(check.id for check in suite.checks() if check.requirement in ASKED_BY)
NOT_OPEN: Final = [each for each in Endpoint if GATED_OPENINGS.get(each) is not Opening.OPEN]


def with_one_open(opened: Endpoint) -> type[Rules]:
    """The rules of a server whose gate forgot one endpoint, and what else keeps that one shut."""

    class Forgetful(Rules):
        def gated_opening(self, endpoint: Endpoint) -> Opening:
            return Opening.OPEN if endpoint is opened else super().gated_opening(endpoint)

        def deletion_needs_proof(self, kind: str, gated: bool) -> bool:
            return not gated and super().deletion_needs_proof(kind, gated)

        def unverified_may_answer(self, gated: bool, has_method: bool) -> bool:
            by_code = opened is Endpoint.TOTP_VERIFY
            return by_code or super().unverified_may_answer(gated, has_method)

    return Forgetful


@pytest.fixture(scope="module")
def caught() -> dict[str, list[str]]:
    """Which checks failed, by endpoint."""
    before = dict(faults._BY_SLUG)
    slugs = {each: f"only-{each.name.lower().replace('_', '-')}-open" for each in NOT_OPEN}
    for number, (endpoint, slug) in enumerate(slugs.items()):
        declare: Any = faults.fault(f"Z{number:02}", slug, "X", requirement=ASKED_BY[0], sources=("D-18",))
        declare(with_one_open(endpoint))
    try:
        verdicts, _ = run_against(dict.fromkeys(slugs.values(), CHECKS), "0")
    finally:
        faults._BY_SLUG.clear()
        faults._BY_SLUG.update(before)
    return {
        endpoint.name: [event.id for event in verdicts[slug] if event.verdict is Verdict.FAIL]
        for endpoint, slug in slugs.items()
    }


@pytest.mark.parametrize("endpoint", [each.name for each in NOT_OPEN])
def test_an_endpoint_that_the_gate_forgot_is_found(caught: dict[str, list[str]], endpoint: str) -> None:
    assert caught[endpoint]
