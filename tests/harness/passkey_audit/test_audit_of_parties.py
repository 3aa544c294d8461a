"""The audit itself is audited: a party without one check is told so, and told nothing else."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING, Any

import pytest

from mfa_harness.passkey_audit import CASES, Verdict, audit
from mfa_harness.passkey_audit.adapters import strict
from mfa_harness.passkey_audit.adapters.strict import StrictParty
from mfa_harness.passkey_audit.party import Factory
from mfa_simulators.passkey import ACCEPT, FAULTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mfa_harness.passkey_audit import Case, Finding


def chosen(*words: str) -> list[Case]:
    return [case for case in CASES.values() if any(word in case.id for word in words)]


def findings(make: Callable[[], Any], cases: Iterable[Case]) -> dict[str, Finding]:
    return {finding.case.id: finding for finding in audit(Factory("party", make), cases)}


def with_verdict(found: dict[str, Finding], verdict: Verdict) -> set[str]:
    return {name for name, finding in found.items() if finding.verdict is verdict}


def test_every_fault_is_tried_in_each_ceremony_that_it_belongs_to() -> None:
    tried = {(case.fault, case.ceremony) for case in CASES.values() if case.fault}
    assert tried == {(slug, "create") for slug, fault in FAULTS.items() if fault.create} | {
        (slug, "get") for slug, fault in FAULTS.items() if fault.get
    }
    assert {case.id for case in CASES.values() if case.sequence} >= {
        "sign-in/replay",
        "sign-in/clone",
        "sign-in/counter-zero-for-ever",
        "register/duplicate-credential-id",
    }


def test_the_strict_party_has_nothing_to_be_told() -> None:
    found = findings(StrictParty, CASES.values())
    assert not [finding for finding in found.values() if finding.verdict.condemns]
    assert not with_verdict(found, Verdict.CRASHED)
    assert len(with_verdict(found, Verdict.CHECKED)) > 200
    assert len(with_verdict(found, Verdict.ACCEPTED)) > 15


@pytest.mark.parametrize(
    ("changes", "missed", "kept"),
    [
        pytest.param(
            {"origins": lambda given, response: [_said(response, "origin")]},
            "origin-foreign",
            "challenge-other",
            id="no origin",
        ),
        pytest.param(
            {"challenge": lambda given, response: _challenge(response)},
            "challenge-other",
            "origin-foreign",
            id="no challenge",
        ),
    ],
)
def test_a_check_that_is_not_made_is_named(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], missed: str, kept: str
) -> None:
    for name in ("verify_registration", "verify_authentication"):
        true = getattr(strict, name)

        def lenient(response: Any, *, true: Any = true, **expected: Any) -> Any:
            for keyword, change in changes.items():
                expected[keyword] = change(expected[keyword], response)
            return true(response, **expected)

        monkeypatch.setattr(strict, name, lenient)
    found = findings(StrictParty, chosen(missed, kept))
    assert with_verdict(found, Verdict.MISSED) == {f"register/{missed}", f"sign-in/{missed}"}
    assert with_verdict(found, Verdict.CHECKED) == {f"register/{kept}", f"sign-in/{kept}"}


def _said(response: Any, member: str) -> Any:
    return json.loads(urlsafe_b64decode(response["response"]["clientDataJSON"] + "=="))[member]


def _challenge(response: Any) -> bytes:
    return urlsafe_b64decode(_said(response, "challenge") + "==")


class Believer(StrictParty):
    """Accepts whatever comes."""

    def register(self, response: Any) -> None:
        pass

    def authenticate(self, response: Any) -> None:
        pass

    def delete(self, credential_id: str) -> None:
        pass


class Refuser(StrictParty):
    """Refuses whatever comes."""

    def register(self, response: Any) -> None:
        raise self.refusals[0]("7.1 step 1", "no")


class Stumbler(StrictParty):
    """Stumbles where it should refuse."""

    refusals = (ZeroDivisionError,)  # type: ignore[assignment]


def test_who_accepts_everything_misses_everything_that_is_due() -> None:
    found = findings(Believer, CASES.values())
    assert not with_verdict(found, Verdict.CHECKED)
    due = {name for name, case in CASES.items() if case.step.startswith("7.") and not case.advised}
    assert with_verdict(found, Verdict.MISSED) == due


def test_what_the_specification_only_advises_is_told_and_condemns_nobody() -> None:
    found = findings(
        Believer,
        (CASES[name] for name in ("register/credential-id-long", "register/duplicate-credential-id")),
    )
    assert with_verdict(found, Verdict.ADVISED) == set(found)
    assert not [finding for finding in found.values() if finding.verdict.condemns]

    class Particular(StrictParty):
        def register(self, response: Any) -> None:
            if response["authenticatorAttachment"] not in ("platform", "cross-platform"):
                raise self.refusals[0]("7.1 step 3", "an attachment that nobody knows")
            super().register(response)

    found = findings(Particular, chosen("register/attachment-unknown"))
    assert with_verdict(found, Verdict.ADVISED) == set(found)


def test_a_passkey_that_is_never_asked_to_verify_its_user_can_have_that_forged() -> None:
    found = findings(StrictParty, chosen("user-verified-forged"))
    assert with_verdict(found, Verdict.CHECKED) == {
        "register/user-verified-forged",
        "sign-in/user-verified-forged",
    }


def test_who_does_not_go_by_what_be_was_is_not_blamed_for_that() -> None:
    class Modern(StrictParty):
        claims = tuple(claim for claim in StrictParty.claims if claim != "backup")  # type: ignore[assignment]

        def authenticate(self, response: Any) -> None:
            pass

    found = findings(Modern, chosen("backup-eligible-changed", "sign-in/backup-state-without-eligible"))
    assert with_verdict(found, Verdict.POLICY) == {"sign-in/backup-eligible-changed"}
    assert with_verdict(found, Verdict.MISSED) == {"sign-in/backup-state-without-eligible"}


def test_who_refuses_everything_proves_nothing_when_she_signs_in() -> None:
    found = findings(Refuser, chosen("sign-in/origin", "register/client-data-bom"))
    assert with_verdict(found, Verdict.BLOCKED) == {name for name in found if name.startswith("sign-in/")}
    assert with_verdict(found, Verdict.REFUSED) == {"register/client-data-bom"}


def test_a_crash_is_told_from_a_refusal() -> None:
    found = findings(Stumbler, chosen("origin-foreign"))
    assert with_verdict(found, Verdict.CRASHED) == set(found)


def test_what_a_library_leaves_to_its_caller_is_not_held_against_it() -> None:
    class Stateless(Believer):
        claims = ("frames",)  # type: ignore[assignment]

    found = findings(Stateless, chosen("sign-in/replay", "duplicate-credential-id", "counter-regress"))
    assert with_verdict(found, Verdict.CALLER) == {"sign-in/replay", "register/duplicate-credential-id"}
    assert with_verdict(found, Verdict.MISSED) == {"sign-in/replay-later"}
    assert with_verdict(found, Verdict.POLICY) == {"sign-in/counter-regress"}
    assert found["sign-in/counter-regress"].because


def test_what_must_be_accepted_only_looks_wrong() -> None:
    must = {name for name, case in CASES.items() if case.step == ACCEPT}
    assert must >= {
        "register/client-data-bom",
        "sign-in/client-data-extra-member",
        "sign-in/signature-high-s",
        "sign-in/counter-zero-for-ever",
    }
