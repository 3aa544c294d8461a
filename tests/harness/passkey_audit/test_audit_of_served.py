"""The audit of a server that is somewhere else: by its URL, by a profile alone, and through a client's driver."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from mfa_harness.cli import main
from mfa_harness.passkey_audit import CASES, Finding, Verdict, audit
from mfa_harness.passkey_audit.sources import open_source
from mfa_simulators import ReferenceServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DRIVER = f"{sys.executable} -m mfa_harness.drivers.python_reference"
TRIED = (
    "register/origin-foreign",
    "register/replay",
    "register/challenge-of-other-account",
    "register/credential-of-other-account",
    "sign-in/origin-foreign",
    "sign-in/backup-eligible-changed",
    "sign-in/replay",
    "sign-in/replay-later",
    "sign-in/answers-cross",
    "sign-in/challenge-of-other-session",
    "sign-in/challenge-of-registration",
    "sign-in/deleted-credential",
    "sign-in/stranger",
    "sign-in/user-verified-forged",
    "sign-in/signature-high-s",
)
PROFILE = """
url = "{url}"
origin = "http://localhost:3000"

[sign_in]
email = "audit+{{unique}}@example.org"
code = "123456"

[[environments]]
id = "{environment}"
"""


@pytest.fixture
def server() -> Iterator[ReferenceServer]:
    with ReferenceServer(control=True) as served:
        yield served


@pytest.fixture
def without_control() -> Iterator[ReferenceServer]:
    with ReferenceServer() as served:
        yield served


def findings(target: str, profile: Path | None = None, client: str = "") -> dict[str, Finding]:
    source = open_source(target, profile, client)
    try:
        return {finding.case.id: finding for finding in audit(source, (CASES[name] for name in TRIED))}
    finally:
        assert source.close() == []


def wrong(found: dict[str, Finding]) -> dict[str, str]:
    right = (Verdict.CHECKED, Verdict.ACCEPTED, Verdict.POLICY)
    return {name: finding.said for name, finding in found.items() if finding.verdict not in right}


def test_a_server_by_its_url(server: ReferenceServer) -> None:
    assert wrong(findings(server.url)) == {}


def test_through_a_client_the_verdicts_are_the_same(server: ReferenceServer) -> None:
    direct, driven = findings(server.url), findings(server.url, client=DRIVER)
    assert wrong(driven) == {}
    assert {name: finding.verdict for name, finding in driven.items()} == {
        name: finding.verdict for name, finding in direct.items()
    }


def test_a_fault_is_found_through_a_client() -> None:
    found = findings("reference:passkey-origin-unchecked", client=DRIVER)
    assert set(wrong(found)) == {"register/origin-foreign", "sign-in/origin-foreign"}


def test_a_server_that_fails_where_it_should_refuse_is_broken() -> None:
    found = findings("reference:passkey-malformed-500")
    broken = {name for name, finding in found.items() if finding.verdict is Verdict.BROKEN}
    assert broken >= {"register/origin-foreign", "sign-in/origin-foreign"}
    assert all(found[name].verdict.condemns for name in broken)
    assert "500" in found["sign-in/origin-foreign"].said


def test_a_profile_alone_says_what_is_audited(
    without_control: ReferenceServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = without_control.environment(email_code="123456")
    profile = tmp_path / "mine.toml"
    profile.write_text(PROFILE.format(url=environment.base_url, environment=environment.id))
    assert main(["passkey", "audit", "--profile", str(profile), "--only", "sign-in/origin-*"]) == 0
    assert "PASS  0 wrong" in capsys.readouterr().out


def test_of_a_server_that_is_not_ours_nobody_knows_whether_it_goes_by_what_be_was(
    without_control: ReferenceServer, tmp_path: Path
) -> None:
    environment = without_control.environment(
        email_code="123456", faults=["passkey-backup-eligibility-changes"]
    )
    profile = tmp_path / "mine.toml"
    profile.write_text(PROFILE.format(url=environment.base_url, environment=environment.id))
    found = findings("", profile)
    assert found["sign-in/backup-eligible-changed"].verdict is Verdict.POLICY
    ours = findings("reference:passkey-backup-eligibility-changes")
    assert ours["sign-in/backup-eligible-changed"].verdict is Verdict.MISSED
