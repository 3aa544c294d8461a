"""What an exploration finds, and what it leaves alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mfa_harness import requirements
from mfa_harness.fuzz.breaches import breach_of
from mfa_harness.fuzz.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.fuzz.exploring import Explorer

    Explore = Callable[..., Explorer]

pytestmark = pytest.mark.fuzz

WAYS = {
    ("nobody", "full"),
    ("nobody", "gated"),
    ("full", "full"),
    ("full", "gated"),
    ("full", "out"),
    ("full", "expired"),
    ("gated", "gated"),
    ("gated", "full"),
    ("gated", "out"),
    ("out", "full"),
    ("out", "gated"),
    ("expired", "expired"),
}
ASKED = {
    *(
        "totp.one-device",
        "totp.code-once",
        "totp.drift-bounded",
        "totp.wrong-code-refused",
        "totp.matches-uri",
    ),
    *("totp.exact-format", "totp.bound-to-account", "totp.no-backdoor", "totp.reenrol-after-abandon"),
    *("recovery.single-use", "recovery.regeneration-invalidates", "recovery.get-returns-existing"),
    *("recovery.needs-mfa", "recovery.after-verification", "recovery.acknowledgement"),
    *("recovery.completes-challenge", "recovery.separate-from-totp", "recovery.regenerate-needs-step-up"),
    *("gate.protects-endpoints", "gate.binding-needs-mfa", "gate.not-user-writable", "gate.every-sign-in"),
    *("session.per-session", "session.existing-users"),
    *("passkey.registration-authenticates", "passkey.satisfies-mfa", "passkey.challenge-once"),
    *("passkey.deleted-refused", "passkey.own-credential", "passkey.deletion-needs-mfa"),
    *("devices.deletion-needs-token", "devices.own-only", "devices.default", "devices.admin-reset"),
    *("mfa-token.single-use", "mfa-token.on-request", "mfa-token.bound-to-user"),
    *("step-up.actions-enforced", "step-up.action-default", "step-up.mfa-not-reauth", "step-up.check"),
    *("token.revoked", "token.expiry"),
    *("limits.attempts", "limits.every-path"),
}


@pytest.mark.parametrize(
    ("fault", "requirement"),
    [
        ("recovery-code-reusable", "recovery.single-use"),
        ("second-device-accepted", "totp.one-device"),
        ("code-replay-in-session", "totp.code-once"),
    ],
)
def test_a_fault_is_found_and_named_by_its_requirement(
    explore: Explore, fault: str, requirement: str
) -> None:
    (finding,) = explore(f"reference:{fault}", steps=600, only_first=True).findings
    assert finding.requirement == requirement


def test_two_breaches_of_one_requirement_are_one_exception_class_and_of_two_are_two() -> None:
    assert breach_of("totp.one-device") is breach_of("totp.one-device")
    assert breach_of("totp.one-device") is not breach_of("totp.code-once")


@pytest.fixture(scope="module")
def slices(explore: Explore) -> list[Explorer]:
    """Slices of the clean reference, as many as it takes to have been everywhere, but no more than six."""
    found: list[Explorer] = []
    for seed in range(1, 7):
        found.append(explore("reference", steps=1200, seed=seed))
        if not (_missed(found) or WAYS - _taken(found) or ASKED - _asked(found)):
            break
    return found


def _missed(slices: list[Explorer]) -> set[str]:
    return set(RULES) - {name for explorer in slices for name in explorer.reached.rules}


def _taken(slices: list[Explorer]) -> set[tuple[str, str]]:
    return {way for explorer in slices for way in explorer.reached.transitions}


def _asked(slices: list[Explorer]) -> set[str]:
    return {requirement for explorer in slices for requirement in explorer.reached.requirements}


def test_the_clean_reference_breaks_nothing(slices: list[Explorer]) -> None:
    assert [finding.id for explorer in slices for finding in explorer.findings] == []


def test_no_rule_is_never_exercised(slices: list[Explorer]) -> None:
    assert _missed(slices) == set()


def test_no_way_through_the_gate_is_never_taken(slices: list[Explorer]) -> None:
    assert WAYS - _taken(slices) == set()


def test_no_requirement_is_never_asked_for(slices: list[Explorer]) -> None:
    assert ASKED - _asked(slices) == set()
    assert _asked(slices) <= set(requirements.load())


def test_the_same_seed_tells_the_same_stories(explore: Explore) -> None:
    first, second = (explore("reference:recovery-code-reusable", steps=120, seed=1) for _ in range(2))
    assert first.reached.rules == second.reached.rules
    assert [finding.id for finding in first.findings] == [finding.id for finding in second.findings]


def test_a_known_breach_is_no_news_and_the_run_goes_on(explore: Explore) -> None:
    explorer = explore("reference:second-device-accepted", steps=300, known=("totp.one-device",))
    assert explorer.findings == []
    assert explorer.met["totp.one-device"] > 0
    assert explorer.steps == 300
