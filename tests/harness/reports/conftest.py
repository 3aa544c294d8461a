from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from mfa_harness import events
from mfa_harness.events import CheckFinished, RunFinished, RunStarted
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from mfa_harness.events import Event

GOLDEN = Path(__file__).parent / "golden"
"""A failing run made by hand, and what it is rendered to. To renew one, run the command again and look:
`COLUMNS=80 mfa-harness report failing.ndjson > failing.80.txt`, `... --as junit=failing.junit.xml`."""


class MakeCheck(Protocol):
    def __call__(self, verdict: Verdict = Verdict.PASS, **fields: Any) -> CheckFinished: ...


class MakeRun(Protocol):
    def __call__(self, *checks: CheckFinished, **fields: Any) -> list[Event]: ...


@pytest.fixture
def golden() -> Path:
    return GOLDEN


@pytest.fixture
def failing() -> list[Event]:
    """A run in which every verdict occurs."""
    return events.read(GOLDEN / "failing.ndjson")


@pytest.fixture
def make_check() -> MakeCheck:
    def make(verdict: Verdict = Verdict.PASS, **fields: Any) -> CheckFinished:
        defaults: dict[str, Any] = {
            "id": "totp.one-device.second-refused",
            "title": "A second authenticator app is refused",
            "feature": "features/totp.feature",
            "line": 41,
            "requirement": "totp.one-device",
            "level": "MUST",
        }
        return CheckFinished(verdict=verdict, **{**defaults, **fields})

    return make


@pytest.fixture
def make_run() -> MakeRun:
    """A whole run of these checks; the fields are those of its first and last event."""

    def make(*checks: CheckFinished, **fields: Any) -> list[Event]:
        started: dict[str, Any] = {
            "harness": "0.1.0",
            "target": "reference",
            "label": "our reference server, not yours",
            "seed": "0",
            "planned": len(checks),
        }
        finished: dict[str, Any] = {
            "counts": {},
            "exit_code": int(any(check.verdict.condemns for check in checks)),
        }
        for name, value in fields.items():
            (started if name in RunStarted.__struct_fields__ else finished)[name] = value
        return [RunStarted(**started), *checks, RunFinished(**finished)]

    return make
