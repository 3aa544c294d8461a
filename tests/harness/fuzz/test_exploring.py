"""What an exploration finds, and what it leaves alone."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from mfa_harness import requirements
from mfa_harness.fuzz.breaches import breach_of
from mfa_harness.fuzz.exploring import Explorer
from mfa_harness.fuzz.rules import RULES
from mfa_harness.fuzz.stage import step_of
from mfa_harness.fuzz.telling import tell
from mfa_harness.fuzz.words import APP, OTHER, PASSKEY, SHE, Act, Opening, Story

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mfa_harness.fuzz.telling import Teller
    from mfa_harness.scenario.run import Run

    Explore = Callable[..., Explorer]
    Opened = Callable[..., Run]

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
    *("token.revoked", "token.expiry", "token.deleted-user", "token.claims", "token.scope-string"),
    *("limits.attempts", "limits.every-path", "limits.per-account", "limits.retry-after", "limits.ends"),
    *("email-code.single-use", "email-code.expiry", "email-code.bound"),
    *("passkey.challenge", "passkey.origin", "passkey.rp-id", "passkey.type", "passkey.signature"),
    *("passkey.options", "passkey.robust", "passkey.backup-flags", "passkey.counter", "passkey.needs-user"),
    *("settings.public", "settings.disabled-method-refused", "totp.secret-once", "totp.provisioning-uri"),
    *("recovery.bound-to-account", "recovery.format", "recovery.exhaustion", "recovery.ten-codes"),
    *("step-up.expiry", "step-up.single-use", "step-up.scope-bound", "step-up.always-for-credentials"),
    *("mfa-token.bound-to-session", "totp.step-boundary"),
}
MOST_STEPS = 4000


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


def test_the_clean_reference_breaks_nothing_and_nothing_is_left_out(opened: Opened) -> None:
    """A slice of the clean reference, as long as it takes to have been everywhere, but no more than 4,000 steps."""
    explorer = Explorer(opened("reference"), seed=1, steps=0)
    while left_out(explorer) and explorer.steps < MOST_STEPS:
        explorer.most_steps = explorer.steps + 400
        explorer.explore()
    assert [finding.id for finding in explorer.findings] == []
    assert left_out(explorer) == {}
    assert set(explorer.reached.requirements) <= set(requirements.load())


CHALLENGE = "the passkey challenge with a response"
DELETES = "she tries to delete her {} with fresh MFA"
MISREAD = {
    "confirmed by the older call, an app is shown where a challenge is due": Story(
        Opening(she=PASSKEY),
        (
            Act("starts app", SHE, "she starts to add an authenticator app"),
            Act("confirms app", SHE, "she confirms the app with a fresh code"),
            Act("deletes app", SHE, DELETES.format("authenticator app")),
            Act("deletes passkey", SHE, DELETES.format("passkey")),
        ),
    ),
    "the other user, who may be limited, cannot be asked for a token": Story(
        Opening(action="single-use", she=PASSKEY, other=PASSKEY),
        (
            *[Act("answers passkey wrongly", OTHER, f"{OTHER} answers {CHALLENGE} signed by another key")]
            * 10,
            Act("exports wallet again", SHE, f"she tries to export her wallet with {OTHER}'s MFA token"),
        ),
    ),
    "codes of an app that is gone are wrong attempts, and may be limited": Story(
        Opening(she=APP),
        (
            Act("deletes app", SHE, DELETES.format("authenticator app")),
            *[Act("enters wrong code", SHE, "she enters a wrong code")] * 15,
        ),
    ),
}


@pytest.mark.parametrize("story", MISREAD.values(), ids=MISREAD.keys())
def test_the_model_agrees_with_the_reference(opened: Opened, story: Story) -> None:
    assert tell(opened("reference"), story).deviation is None


def test_a_code_that_two_steps_show_is_that_of_the_nearer() -> None:
    """Else a code of before is accused of being taken, one time in a million."""
    codes = {98: "755224", 100: "755224", 101: "287082"}
    assert [step_of(lambda step: codes.get(step, ""), "755224", now, 1) for now in (98, 99, 100)] == [
        98,
        98,
        100,
    ]
    assert step_of(lambda step: codes.get(step, ""), "000000", 100, 1) is None


class Compared(Explorer):
    """Asks after every act one by one, too."""

    def offers(self, teller: Teller | None) -> dict[str, list[Act]]:
        offered = super().offers(teller)
        assert teller is not None
        one_by_one = {
            act
            for rule in self.reachable.values()
            for who in teller.model.accounts
            for act, _ in rule.acts_of(who)
            if rule.offers(teller.model, act)
        }
        assert {act for acts in offered.values() for act in acts} == one_by_one
        return offered


def test_what_is_offered_at_once_is_what_makes_sense_one_by_one(opened: Opened) -> None:
    explorer = Compared(opened("reference"), seed=1, steps=150)
    explorer.explore()
    assert explorer.steps == 150


def left_out(explorer: Explorer) -> dict[str, list[str]]:
    """What was never exercised: kinds of act, ways through the gate, requirements."""
    reached = explorer.reached
    found = {
        "rules": sorted({*RULES} - {*reached.rules}),
        "ways": sorted(" > ".join(way) for way in {*WAYS} - {*reached.transitions}),
        "requirements": sorted({*ASKED} - {*reached.requirements}),
    }
    return {what: left for what, left in found.items() if left}


def test_the_same_seed_tells_the_same_stories(explore: Explore) -> None:
    first, second = (explore("reference:recovery-code-reusable", steps=120, seed=1) for _ in range(2))
    assert first.reached.rules == second.reached.rules
    assert [finding.id for finding in first.findings] == [finding.id for finding in second.findings]


TELLS = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
__import__(sys.argv[2])
from mfa_harness.fuzz.exploring import Explorer
from mfa_harness.scenario.run import Run
from mfa_harness.targets.parse import open_target

target = open_target("reference")
target.open()
explorer = Explorer(Run(target, seed="0"), seed=1, steps=300)
told, act = hashlib.sha256(), explorer.act
explorer.act = lambda teller, each: (told.update(each.text.encode()), act(teller, each))
explorer.explore()
print(told.hexdigest())
"""


def test_the_same_seed_tells_the_same_stories_whatever_code_is_loaded_beside(tmp_path: Path) -> None:
    (tmp_path / "without_numbers.py").write_text("", encoding="utf-8")
    (tmp_path / "with_numbers.py").write_text(f"NUMBERS = {[*range(7, 140, 3)]}", encoding="utf-8")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", TELLS, tmp_path, beside], stdout=subprocess.PIPE, text=True, cwd=tmp_path
        )
        for beside in ("without_numbers", "with_numbers")
    ]
    first, second = (process.communicate(timeout=60)[0] for process in processes)
    assert first
    assert first == second


def test_a_known_breach_is_no_news_and_the_run_goes_on(explore: Explore) -> None:
    lost = "recovery.acknowledgement"
    explorer = explore("reference:acknowledgement-lost", steps=60, known=(lost,))
    assert explorer.findings == []
    assert explorer.met[lost] > 0
    assert explorer.steps == 60


def test_a_known_breach_that_is_seen_everywhere_hides_no_other(explore: Explore) -> None:
    explorer = explore("reference:acknowledgement-lost,gate-missing,recovery-code-reusable", steps=500)
    found = {finding.requirement: finding for finding in explorer.findings}
    assert {"recovery.acknowledgement", "session.challenge-every-login", "recovery.single-use"} <= set(found)
    assert all(finding.certain for finding in found.values())


def test_the_same_fault_has_the_same_id_whatever_the_seed(explore: Explore) -> None:
    ids = {
        finding.id
        for seed in (1, 2, 2)
        for finding in explore("reference:email-code-never-expires", steps=150, seed=seed).findings
    }
    assert len(ids) == 1
