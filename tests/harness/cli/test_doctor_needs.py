"""What a check needs of a target is known before it runs."""

from __future__ import annotations

from mfa_harness import suite
from mfa_harness.steps.needs import needs_of


def needs(check_id: str) -> tuple[set[str], dict[str, object], float]:
    (check,) = (check for check in suite.checks() if check.id == check_id)
    found = needs_of(check)
    return set(found.capabilities), found.settings, found.waits_seconds


def test_settings_are_those_of_the_given_steps() -> None:
    _, settings, _ = needs("onboarding.gates-until-enrolled.gate-table[on]")
    assert settings == {"session_based": True, "require_at_onboarding": True}


def test_methods_switches_and_operations_bring_their_capabilities() -> None:
    capabilities, settings, _ = needs("step-up.actions-enforced.no-token[export]")
    assert {"totp", "actions"} <= capabilities
    assert settings == {"actions": [{"action": "wallet.waas.export", "required": True}]}


def test_what_only_an_administrator_can_do_is_known() -> None:
    capabilities, _, _ = needs("devices.admin-reset.methods")
    assert "admin-reset" in capabilities


def test_waiting_is_added_up() -> None:
    _, _, seconds = needs("step-up.expiry.times[single-use]")
    assert seconds == 301
