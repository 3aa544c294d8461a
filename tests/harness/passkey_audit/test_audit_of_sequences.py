"""Sequences of accounts, sessions and times: the audit sees which of them a server mixes up."""

from __future__ import annotations

import pytest

from mfa_harness.passkey_audit import CASES, Finding, Verdict, audit
from mfa_harness.passkey_audit.adapters.strict import StrictParty
from mfa_harness.passkey_audit.party import Factory
from mfa_harness.passkey_audit.sources import open_source

ABILITIES = ("another", "again", "delete", "wait")
NEEDING_MORE = {
    "sign-in/credential-of-other-account",
    "sign-in/challenge-of-other-account",
    "sign-in/challenge-of-other-session",
    "sign-in/deleted-credential",
    "sign-in/late",
    "register/credential-of-other-account",
    "register/challenge-of-other-account",
    "register/challenge-of-other-session",
}
SEQUENCES = NEEDING_MORE | {
    "sign-in/challenge-of-registration",
    "sign-in/devices-by-turns",
    "sign-in/answers-cross",
}


def of_reference(fault: str) -> dict[str, Finding]:
    source = open_source(f"reference:{fault}" if fault else "reference")
    try:
        return {
            finding.case.id: finding for finding in audit(source, (CASES[name] for name in sorted(SEQUENCES)))
        }
    finally:
        assert source.close() == []


@pytest.mark.parametrize(
    ("fault", "missed"),
    [
        ("", set()),
        ("passkey-of-other-user", {"sign-in/credential-of-other-account"}),
        ("deleted-passkey-works", {"sign-in/deleted-credential"}),
        (
            "passkey-challenge-of-other-session",
            {
                "sign-in/challenge-of-other-account",
                "register/challenge-of-other-account",
                "sign-in/challenge-of-other-session",
                "register/challenge-of-other-session",
            },
        ),
    ],
)
def test_a_server_that_mixes_them_up_is_told_which(fault: str, missed: set[str]) -> None:
    found = of_reference(fault)
    assert {name for name, finding in found.items() if finding.verdict is Verdict.MISSED} == missed
    assert all(
        finding.verdict in (Verdict.MISSED, Verdict.CHECKED, Verdict.POLICY) for finding in found.values()
    )
    assert found["sign-in/late"].outcome == "refused"


def test_a_challenge_that_never_expires_is_reported_and_not_condemned() -> None:
    finding = of_reference("passkey-challenge-never-expires")["sign-in/late"]
    assert (finding.verdict, finding.outcome) == (Verdict.POLICY, "accepted")


def test_who_has_the_four_methods_alone_is_not_shown_what_needs_more() -> None:
    class Plain:
        """The four methods, and no more."""

        origin = StrictParty.origin
        refusals = StrictParty.refusals
        claims = StrictParty.claims

        def __init__(self) -> None:
            whole = StrictParty()
            for name in ("creation_options", "register", "request_options", "authenticate"):
                setattr(self, name, getattr(whole, name))

    source = Factory("plain", Plain)  # type: ignore[arg-type]
    found = {finding.case.id: finding for finding in audit(source, (CASES[name] for name in SEQUENCES))}
    assert {
        name for name, finding in found.items() if finding.verdict is Verdict.NOT_APPLICABLE
    } == NEEDING_MORE
    said = {found[name].because for name in NEEDING_MORE}
    assert all(any(f"no method `{ability}`" in each for each in said) for ability in ABILITIES)
    assert found["sign-in/challenge-of-registration"].verdict is Verdict.CHECKED


def test_an_honest_step_that_is_refused_blocks_and_proves_nothing() -> None:
    class Closed(StrictParty):
        def another(self) -> StrictParty:
            raise ValueError("sign-up is closed")

    source = Factory("closed", Closed)
    (finding,) = audit(source, [CASES["sign-in/credential-of-other-account"]])
    assert finding.verdict is Verdict.BLOCKED
    assert "sign-up is closed" in finding.said
