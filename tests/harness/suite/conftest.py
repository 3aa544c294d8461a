"""Feature files to read, and runs of the suite in this process, against our server or one that misbehaves."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest

from mfa_harness import check_run
from mfa_harness.events import CheckFinished, RunFinished
from mfa_harness.options import CheckOptions
from mfa_harness.targets.reference import ReferenceTarget
from mfa_simulators import ReferenceServer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from mfa_harness.events import Event
    from mfa_harness.reports.reporter import Reporter
    from mfa_harness.targets.target import Target

    Tamper = Callable[[httpx.Request, httpx.Response], httpx.Response]
    Write = Callable[..., Path]
    Run = Callable[..., "Ran"]
    Python = Callable[..., subprocess.CompletedProcess[str]]


@dataclass
class Ran:
    """What a run told its reporters, and how it ended."""

    events: list[Event] = field(default_factory=list)
    code: int = -1

    def on_event(self, event: Event) -> None:
        self.events.append(event)

    def close(self) -> None:
        pass

    @property
    def checks(self) -> list[CheckFinished]:
        return [event for event in self.events if isinstance(event, CheckFinished)]

    @property
    def ids(self) -> list[str]:
        return [check.id for check in self.checks]

    @property
    def verdicts(self) -> dict[str, str]:
        return {check.id: check.verdict.value for check in self.checks}

    @property
    def one(self) -> CheckFinished:
        (check,) = self.checks
        return check

    @property
    def finished(self) -> RunFinished:
        last = self.events[-1]
        assert isinstance(last, RunFinished)
        return last


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a feature file (or another) and returns its path."""

    def write(text: str | bytes, name: str = "mine.feature") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
        return path

    return write


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, write: Write) -> Run:
    """`mfa-harness check` in this process.

    With `scenario`, only that one, a user's own, runs; `target` stands in for the reference server; reporters in
    `before` are told first.
    """

    numbers = count(1)

    def run(
        scenario: str = "", *, target: Target | None = None, before: Sequence[Reporter] = (), **options: Any
    ) -> Ran:
        ran = Ran()
        if scenario:
            # A folder of its own each time: what was read of a path once is not read again.
            text = f"Feature: Mine\n{textwrap.indent(textwrap.dedent(scenario), '  ')}"
            path = write(text, f"{next(numbers)}/mine.feature")
            options = {"features": (path,), "only": ("mine",), **options}
        with monkeypatch.context() as patch:
            if target is not None:
                patch.setattr(check_run, "open_target", lambda *_args, **_named: target)
            ran.code = check_run.run_check(CheckOptions(**options), [*before, ran])
        return ran

    return run


class Tampered(httpx.BaseTransport):
    """Carries requests to a server and lets somebody look at its answers, and change them, on their way back."""

    def __init__(self, inner: httpx.BaseTransport, tamper: Tamper) -> None:
        self._inner = inner
        self._tamper = tamper

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        response = self._inner.handle_request(request)
        response.request = request
        response.read()
        return self._tamper(request, response)


@cache
def real_server() -> ReferenceServer:
    """One for all: its signing keys take a while to make."""
    return ReferenceServer(seed=0)


class TamperedServer:
    """The reference server, its answers changed: the quickest way to one that is wrong in just one thing."""

    def __init__(self, tamper: Tamper) -> None:
        self.environment = real_server().environment
        self.transport = Tampered(real_server().transport, tamper)


def misbehaving(tamper: Tamper) -> ReferenceTarget:
    """A target whose answers are changed by a function of request and answer."""
    return ReferenceTarget(server=cast("ReferenceServer", TamperedServer(tamper)))


def answer(status: int, body: Any = None, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"error": "no"} if body is None else body, headers=headers)


def is_call(request: httpx.Request, method: str, path: str) -> bool:
    """Whether this is a call below `sdk/{environmentId}/`."""
    return request.method == method and request.url.path.partition("/sdk/")[2].partition("/")[2] == path


@pytest.fixture
def python(tmp_path: Path) -> Python:
    """Runs Python in a process of its own, in an empty folder unless told otherwise."""

    def run(*arguments: str, timeout: float = 60, **named: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=named.pop("cwd", tmp_path),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            **named,
        )

    return run
