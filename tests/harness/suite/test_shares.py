"""A run that several processes share reads as if one had carried it out."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.harness.suite.test_reproducibility import written

from mfa_harness import shares
from mfa_harness.targets.reference import ReferenceTarget
from mfa_harness.targets.url import UrlTarget
from mfa_harness.usage import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.suite.conftest import Run

pytestmark = pytest.mark.skipif(not shares.can_share(), reason="no process is copied on this system")

ONLY = ("recovery.single-use", "onboarding")


@pytest.mark.parametrize("workers", [2, 3])
@pytest.mark.parametrize("faults", [(), ("recovery-code-reusable",)])
def test_the_run_is_the_same_whoever_shares_it(
    run: Run, tmp_path: Path, faults: tuple[str, ...], workers: int
) -> None:
    alone = run(target=ReferenceTarget(faults), only=ONLY, workers=1)
    shared = run(target=ReferenceTarget(faults), only=ONLY, workers=workers)
    assert shared.code == alone.code
    assert written(shared, tmp_path / "shared.ndjson") == written(alone, tmp_path / "alone.ndjson")
    assert len(alone.checks) > 2 * workers


def test_a_run_is_shared_by_no_more_processes_than_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: set(range(64)))
    assert [shares.workers_for(checks) for checks in (1, 79, 80, 130, 503, 5000)] == [1, 1, 2, 3, 4, 4]
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0})
    assert shares.workers_for(503) == 1


def test_a_target_that_is_not_in_memory_is_not_shared(run: Run) -> None:
    with pytest.raises(UsageError, match="--workers 2: http://localhost:1 is one program"):
        run(target=UrlTarget("http://localhost:1", note=print), only=ONLY, workers=2)


def test_a_process_that_fails_is_told_as_our_bug(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> bool:
        raise ZeroDivisionError("in a share")

    monkeypatch.setattr(shares, "conduct", broken)
    with pytest.raises(RuntimeError, match=r"a process that carried out checks failed:\n(?s:.*)in a share"):
        run(only=ONLY, workers=2)


def test_a_process_that_dies_costs_no_silence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "conduct", lambda *_arguments: os._exit(9))
    with pytest.raises(RuntimeError, match="checks were not run, and nobody said why"):
        run(only=ONLY, workers=2)
