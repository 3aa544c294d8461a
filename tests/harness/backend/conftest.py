"""Backends to test: worked ones, right and wrong, and the issuer of the tokens that they are shown."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.backends.python_pyjwt.app import application

from mfa_harness import steps, suite
from mfa_harness.scenario.judge import judge
from mfa_harness.scenario.run import Run
from mfa_harness.scenario.world import World
from mfa_harness.steps.sentence import matching
from mfa_harness.targets.backend.declared import Backend
from mfa_harness.targets.backend.target import BackendTarget
from mfa_harness.targets.profile import NamedEnvironment, Profile
from mfa_simulators import ReferenceServer
from mfa_simulators.server.serving import Serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_harness.events import CheckFinished
    from mfa_harness.suite import Check
    from mfa_simulators.server import Environment

BACKENDS = Path(__file__).parents[2] / "backends"
CHECKS = {check.id: check for check in suite.checks(backend=True)}
KEYS_SECONDS = 0.5
"""How long the worked backends hold keys here; a rotation is waited for so long, and a little longer."""


@dataclass(frozen=True)
class Issuing:
    """The issuer, and its environments."""

    server: ReferenceServer

    def environment(self) -> Environment:
        """A new one, which nobody trusts yet."""
        return self.server.environment()


def profile_of(environment: Environment, **declared: Any) -> Profile:
    """A profile for backends that trust this environment."""
    return Profile(environments=(NamedEnvironment(id=environment.id),), backend=Backend(**declared))


@pytest.fixture(scope="session")
def issuing() -> Iterator[Issuing]:
    with ReferenceServer(control=True) as server:
        yield Issuing(server)


@contextmanager
def python_backend(environment: Environment, **settings: Any) -> Iterator[str]:
    """The worked backend in Python, in a thread of this process; yields its URL, below which each fault has a name."""
    app = application(environment.keys_url, environment.issuer, environment.origin, KEYS_SECONDS, **settings)
    serving = Serving(app)  # stops even if a test that froze time ran in between
    serving.start()
    try:
        yield serving.url
    finally:
        serving.stop()


@contextmanager
def program(command: list[str], folder: Path, environment: Environment) -> Iterator[str]:
    """A worked backend in another language, as a process that is given a port; yields its URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    told = {
        "JWKS_URL": environment.keys_url,
        "ISSUER": environment.issuer,
        "AUDIENCE": environment.origin,
        "KEYS_SECONDS": str(KEYS_SECONDS),
    }
    process = subprocess.Popen([*command, str(port)], cwd=folder, env={**os.environ, **told})
    try:
        _await(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(url, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"{process.args!r} did not start")


@pytest.fixture(scope="session")
def steady(issuing: Issuing) -> Iterator[tuple[str, Profile]]:
    """Backends whose issuer never changes its keys, and their profile."""
    environment = issuing.environment()
    with python_backend(environment) as url:  # one that asked the MFA server each time would hide its faults
        yield url, profile_of(environment, checks_revocation=True)


@contextmanager
def opened(url: str, issuing: Issuing, profile: Profile, *requests: str) -> Iterator[BackendTarget]:
    """A backend as a target."""
    target = BackendTarget(url, requests or ("GET /me",), spec=issuing.server.url, profile=profile)
    target.open()
    try:
        yield target
    finally:
        target.close()


def rows(name: str) -> list[Check]:
    """The checks that a name stands for: one, or every row of an outline."""
    return [check for check in CHECKS.values() if name in (check.id, check.id.partition("[")[0])]


def carry_out(check: Check, target: BackendTarget) -> CheckFinished:
    """One check without pytest around it: quick enough for a matrix."""
    steps.modules()
    world = World(Run(target, seed="0"), check)
    error: BaseException | None = None
    try:
        for position, step in enumerate(check.steps):
            world.position = position
            (sentence,) = matching(step.text)
            match = sentence.regex.fullmatch(step.text)
            assert match
            sentence.function(world, **match.groupdict())
    except Exception as caught:  # noqa: BLE001 - the judge tells whose it is
        error = caught
    event = judge(world, error, records=(), seconds=0)
    world.close()
    return event


def go_program(folder: Path) -> list[str]:
    """The worked backend in Go, built; skips where there is no Go."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("go is not installed")
    built = folder / "backend"
    subprocess.run([go, "build", "-o", str(built), "."], cwd=BACKENDS / "go_stdlib", check=True, timeout=300)
    return [str(built)]


def node_program() -> list[str]:
    """The worked backend on node; skips where node or jose are missing."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    if not (BACKENDS / "node_jose" / "node_modules" / "jose").is_dir():
        pytest.skip("jose is not installed: npm install --no-package-lock in tests/backends/node_jose")
    return [node, "server.mjs"]
