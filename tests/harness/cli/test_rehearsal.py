"""The doctor's counts are what a run then comes to."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mfa_harness.check_run import run_check
from mfa_harness.events import CheckFinished
from mfa_harness.options import CheckOptions
from mfa_harness.rehearsal import rehearse
from mfa_harness.served import read
from mfa_harness.targets.matching import find_environment
from mfa_harness.targets.parse import open_target
from mfa_harness.targets.profile import Profile
from mfa_harness.verdicts import Verdict
from mfa_simulators import ReferenceServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_harness.events import Event
    from mfa_harness.targets.findings import Rehearsal

FILE = Path(__file__).parents[3] / "docs" / "environments.toml"
OF_SETTINGS = "no environment with "
SOME = ("devices", "onboarding", "settings", "step-up.actions-enforced", "token.cookie-mode")


class Listener:
    def __init__(self) -> None:
        self.checks: list[CheckFinished] = []

    def on_event(self, event: Event) -> None:
        if isinstance(event, CheckFinished):
            self.checks.append(event)

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """That of docs/environments.toml, of a server that nobody waits for."""
    with ReferenceServer() as server:
        for each in read(FILE):
            server.environment(environment_id=each.id, **each.settings)
        path = tmp_path_factory.mktemp("doctor") / "profile.toml"
        head = f'url = "{server.url}"\nlongest_wait = 0.001\n'
        path.write_text(head + FILE.read_text(encoding="utf-8"), encoding="utf-8")
        yield path


def found_for(spec: str | None, profile: Path | None) -> Rehearsal:
    target = open_target(spec, profile, "0", note=lambda _: None)
    target.open()
    try:
        return rehearse(target, lambda _done, _planned: None)
    finally:
        target.close()


@pytest.fixture(scope="module")
def found(profile: Path) -> Rehearsal:
    return found_for(None, profile)


def test_what_a_rehearsal_finds_not_applicable_is_what_a_run_finds(profile: Path, found: Rehearsal) -> None:
    listener = Listener()
    assert run_check(CheckOptions(target="", profile=profile, only=SOME), [listener]) == 0
    ran = Counter(check.reason for check in listener.checks if check.verdict is Verdict.NOT_APPLICABLE)
    assert {reason for reason in ran if "real time" not in reason} <= set(found.kept_out)
    of_settings = {reason: count for reason, count in ran.items() if reason.startswith(OF_SETTINGS)}
    assert len(of_settings) > 3
    for reason, count in of_settings.items():
        assert count <= found.kept_out[reason]


def test_every_check_is_counted_and_so_are_requests(found: Rehearsal) -> None:
    ours = found_for("reference", None)
    assert found.runnable + sum(found.kept_out.values()) == ours.runnable
    assert found.requests > 1000
    assert (ours.kept_out, ours.requests) == ({}, 0)


def test_every_environment_of_the_documentation_is_of_use(found: Rehearsal) -> None:
    named = Profile.load(FILE).environments
    used = {one.id for each in found.settings if (one := find_environment(named, each))}
    assert used == {each.id for each in named}
