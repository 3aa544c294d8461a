"""The same seed gives the same run, to the byte apart from durations; and nothing in it is secret or of this day."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mfa_harness import events

if TYPE_CHECKING:
    from tests.harness.suite.conftest import Python, Ran, Run, Write

# Every scenario claims the opposite of what is so: failures bring their evidence along.
WRONG = """\
Feature: Wrong
  @nightly @smoke @slow
  Scenario: A code works twice
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    And she has signed in again
    And she enters the current code
    When she enters the same code again
    Then she succeeds

  Scenario: A good passkey is refused
    Given a user who has enrolled an authenticator app and a passkey
    When she answers the passkey challenge
    Then she is refused with "401 Unauthorized"

  Scenario: A used recovery code still counts
    Given a user who has enrolled an authenticator app
    And she reads her recovery codes
    When she uses a recovery code
    Then she has 10 recovery codes left

  Scenario: Nobody may use an elevated token
    Given a user who has enrolled an authenticator app
    When she tries to export her wallet with an elevated token for "wallet:export"
    Then she is refused

  Scenario: A session token without a signature is believed
    Given a user who has enrolled an authenticator app
    And another user who has enrolled a passkey
    When she presents her session token signed by another key
    Then she succeeds

  Scenario: One code opens every door
    Given session-based MFA is on
    And a user who has enrolled an authenticator app
    When one code is used from 8 sessions at once
    Then exactly one of them succeeds
    And she is fully signed in
"""


def lines(path: Path) -> list[dict[str, Any]]:
    """The events of a run without their durations."""
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for event in found:
        event.pop("seconds", None)
    return found


@pytest.fixture
def wrong(write: Write) -> Path:
    return write(WRONG, "wrong.feature")


def told(run: Run, wrong: Path, seed: str = "0") -> Ran:
    return run(features=(wrong,), only=("wrong", "limits.retry-after"), seed=seed)


def written(ran: Ran, path: Path) -> list[dict[str, Any]]:
    events.write(path, ran.events)
    return lines(path)


def test_the_same_seed_gives_the_same_run_in_every_process(
    run: Run, wrong: Path, tmp_path: Path, python: Python
) -> None:
    here = written(told(run, wrong), tmp_path / "here.ndjson")
    assert [event["verdict"] for event in here if event["type"] == "check"] == ["pass", *["fail"] * 6]
    path = tmp_path / "there.ndjson"
    done = python(
        *("-m", "mfa_harness", "check", "--features", str(wrong)),
        *("--only", "wrong", "--only", "limits.retry-after", "--report", f"json={path}"),
        env={**os.environ, "PYTHONHASHSEED": "2718"},
        cwd=Path.cwd(),  # files are shown from where one stands
    )
    assert done.returncode == 1, done.stderr
    assert lines(path) == here


def test_the_same_seed_gives_the_same_run_twice_in_one_process(run: Run, wrong: Path, tmp_path: Path) -> None:
    first = written(told(run, wrong, "seven"), tmp_path / "first.ndjson")
    assert written(told(run, wrong, "seven"), tmp_path / "second.ndjson") == first


def test_a_check_is_the_same_whatever_runs_beside_it(run: Run, wrong: Path) -> None:
    together = {check.id: check for check in told(run, wrong).checks}
    alone = run(features=(wrong,), only=("wrong.a-used-recovery-code-still-counts",)).one
    beside = together[alone.id]
    assert alone.exchanges == beside.exchanges
    assert alone.failure == beside.failure


def test_another_seed_draws_other_secrets_and_shows_only_itself(
    run: Run, wrong: Path, tmp_path: Path
) -> None:
    zero = written(told(run, wrong), tmp_path / "zero.ndjson")
    one = written(told(run, wrong, "1"), tmp_path / "one.ndjson")
    assert (zero[0].pop("seed"), one[0].pop("seed")) == ("0", "1")
    for event in one:
        if "again" in event:
            assert " --seed 1 " in event["again"]
            event["again"] = event["again"].replace(" --seed 1", "")
    assert one == zero


SECRETS = {
    "a token": r"eyJ[\w-]+\.|[\w-]{20,}\.[\w-]{20,}\.",
    "a key, signature or challenge": r"[A-Za-z0-9_]{12}[A-Za-z0-9_-]{31,}",
    "an id": r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}",
    "a secret": r"\b[A-Z2-7]{16,}\b",
    "a code": r'"\d{6}"',
    "a port": r"(localhost|127\.0\.0\.1):(?!4317\b)\d+",
    "an instant": r"20\d\d-\d\d-\d\dT|\b1[67]\d{8}(\d{3})?\b",
    "a date": r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d",
}


def test_nothing_secret_and_nothing_of_this_day_is_in_it(run: Run, wrong: Path) -> None:
    ran = told(run, wrong)
    text = b"".join(map(events.encode, ran.events)).decode().replace(str(wrong), "wrong.feature")
    assert len(text) > 50_000
    assert {name: re.search(pattern, text) for name, pattern in SECRETS.items()} == dict.fromkeys(SECRETS)
