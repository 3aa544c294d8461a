"""The worked backends in other languages: right, and with what is easily got wrong in each."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.backends.python_pyjwt.wrong import FAULTS
from tests.harness.backend.conftest import (
    BACKENDS,
    CHECKS,
    KEYS_SECONDS,
    carry_out,
    go_program,
    node_program,
    opened,
    profile_of,
    program,
    rows,
)

from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.harness.backend.conftest import Issuing

    from mfa_harness.targets.profile import Profile

Running = tuple[str, "Profile", "Issuing"]


@pytest.fixture(scope="module")
def node(issuing: Issuing) -> Iterator[Running]:
    command = node_program()
    environment = issuing.environment()
    with program(command, BACKENDS / "node_jose", environment) as url:
        yield url, profile_of(environment), issuing


@pytest.fixture(scope="module")
def go(issuing: Issuing, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    command = go_program(tmp_path_factory.mktemp("go"))
    environment = issuing.environment()
    with program(command, BACKENDS / "go_stdlib", environment) as url:
        yield url, profile_of(environment), issuing


def unmet(running: Running, backend: str, *names: str) -> dict[str, str]:
    url, profile, issuing = running
    wanted = [check for name in names for check in rows(name)]
    with opened(f"{url}/{backend}", issuing, profile) as target:
        found = [carry_out(check, target) for check in wanted]
    return {event.id: event.verdict.value for event in found}


def everything_passes(command: list[str], folder: Path, issuing: Issuing) -> None:
    environment = issuing.environment()
    profile = profile_of(environment, keys_seconds=3 * KEYS_SECONDS)
    with (
        program(command, folder, environment) as url,
        opened(f"{url}/right", issuing, profile) as target,
    ):
        found = {id_: carry_out(check, target) for id_, check in CHECKS.items()}
    assert found.pop("backend.revoked.signed-out").verdict is Verdict.NOT_APPLICABLE
    assert {id_: event.reason for id_, event in found.items() if event.verdict is not Verdict.PASS} == {}


def test_the_right_backend_on_node_passes_everything(issuing: Issuing) -> None:
    everything_passes(node_program(), BACKENDS / "node_jose", issuing)


def test_the_right_backend_in_go_passes_everything(issuing: Issuing, tmp_path: Path) -> None:
    everything_passes(go_program(tmp_path), BACKENDS / "go_stdlib", issuing)


def test_what_is_got_wrong_with_jose_is_caught(node: Running) -> None:
    listed = "import('./wrong.mjs').then(m => console.log(JSON.stringify(m.faults)))"
    told = subprocess.run(
        ["node", "-e", listed], cwd=BACKENDS / "node_jose", capture_output=True, check=True, timeout=60
    )
    faults = json.loads(told.stdout)
    assert faults
    for name, fault in faults.items():
        verdicts = unmet(node, name, *fault["caughtBy"])
        assert set(verdicts.values()) == {"fail"}, f"{name}: {verdicts}"


@pytest.mark.parametrize("slug", ["alg-none-accepted", "scope-by-substring", "unreadable-is-guest"])
def test_what_is_got_wrong_in_go_is_caught(go: Running, slug: str) -> None:
    verdicts = unmet(go, slug, *FAULTS[slug].caught_by)
    assert set(verdicts.values()) == {"fail"}, verdicts
