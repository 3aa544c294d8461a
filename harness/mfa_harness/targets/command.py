"""`exec:COMMAND`: a server that we start, wait for, test and stop, its children included."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import random
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from typing import IO, TYPE_CHECKING, Any, Final

import httpx

from mfa_harness import interrupts
from mfa_harness.targets.profile import Profile
from mfa_harness.targets.programs import not_started
from mfa_harness.targets.target import TargetError
from mfa_harness.targets.url import UrlTarget

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfa_harness.targets.environment import WireEnvironment

START_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 5.0
_CHILDREN_SECONDS: Final = 0.5
_LINES_KEPT: Final = 200
_LINES_SHOWN: Final = 12
_PROBE_SECONDS: Final = 0.05
_LAST_WORDS_SECONDS: Final = 1.0
_PORTS: Final = range(20_000, 32_000)
"""Below what Linux (32768 and up) and the others hand out by themselves."""


class CommandTarget:
    """`exec:COMMAND`.

    The command is told its port by `{port}` and by the variable PORT, or says where it listens: a line of
    JSON on stdout, `{"url": "http://..."}`. It is ready when it answers any HTTP request.

    Args:
        command: split into words as a shell would, but run without one.
        profile: what the user says of it.
        seed: of the run.
        note: told what a person should know.
        start_seconds: how long it may take until it answers.
        driven: as for `UrlTarget`.
    """

    def __init__(
        self,
        command: str,
        *,
        profile: Profile | None = None,
        seed: str = "0",
        note: Callable[[str], None],
        start_seconds: float = START_SECONDS,
        driven: bool = False,
    ) -> None:
        self.name = f"exec:{command}"
        self.label = f"the server started by {command!r}"
        self._command = command
        self.profile = profile or Profile.default()
        self._given = profile
        self._seed = seed
        self._note = note
        self._start_seconds = start_seconds
        self._process: Process | None = None
        self._inner: UrlTarget | None = None
        self._driven = driven

    def open(self) -> None:
        """Start the command, wait until it answers, and make first contact.

        Raises:
            TargetError: it cannot be started, ends, or does not answer in time; its last lines are shown.
        """
        process = self._process = Process(self._command, self.name)
        try:
            url = process.wait_until_it_answers(self._start_seconds)
            self._inner = UrlTarget(
                url,
                profile=self._given,
                seed=self._seed,
                note=self._note,
                name=self.name,
                driven=self._driven,
            )
            self._inner.open()
            self.profile = self._inner.profile  # by now it knows what it can reach
        except TargetError as error:
            process.stop()
            raise TargetError(
                error.tried, error.found, error.mend + process.last_lines()
            ) from error.__cause__
        except BaseException:
            process.stop()
            raise

    def arrange(self, settings: Mapping[str, Any], *, scenario: str, locks_out: bool) -> WireEnvironment:
        """As `UrlTarget.arrange`."""
        assert self._inner is not None, "open() comes first"
        return self._inner.arrange(settings, scenario=scenario, locks_out=locks_out)

    def would_refuse(self, settings: Mapping[str, Any], *, locks_out: bool, scenario: str = "") -> str:
        """As `UrlTarget.would_refuse`."""
        assert self._inner is not None, "open() comes first"
        return self._inner.would_refuse(settings, locks_out=locks_out, scenario=scenario)

    def revive(self) -> bool:
        """Stop what is left of it, and start it again.

        Raises:
            TargetError: as `open`.
        """
        self.close()
        self.open()
        return True

    @property
    def output(self) -> str:
        """The last lines that the command printed, on stdout and stderr."""
        return self._process.output if self._process else ""

    def close(self) -> list[str]:
        """Stop the command and every process it started."""
        left = self._inner.close() if self._inner else []
        if self._process:
            self._process.stop()
        return left


class Process:
    """One started command and what it prints.

    Raises:
        TargetError: it cannot be started.
    """

    def __init__(self, command: str, name: str) -> None:
        self._name = name
        self._tried = f"target {name!r}"
        self._port = free_port()
        self._lines: deque[str] = deque(maxlen=_LINES_KEPT)
        self._readers: list[threading.Thread] = []
        self._url = ""
        self._has_port = "{port}" in command
        try:
            words = [word.replace("{port}", str(self._port)) for word in shlex.split(command)]
            if not words or not words[0].strip():
                raise TargetError(
                    self._tried, "it names no program", "Write exec:COMMAND, as you start your server"
                )
            with interrupts.held():
                self._process = subprocess.Popen(  # noqa: S603 - what the user asked us to start
                    words,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    env={**os.environ, "PORT": str(self._port), "PYTHONUNBUFFERED": "1"},
                    start_new_session=True,  # a group of its own, so that its children can be stopped with it
                )
                atexit.register(self.stop)  # whatever becomes of us, it does not stay
        except ValueError as error:
            raise TargetError(
                self._tried, f"cannot be split into words: {error}", "Close the quotation"
            ) from None
        except OSError as error:
            raise not_started(self._tried, words[0], error) from None
        for stream, is_stdout in ((self._process.stdout, True), (self._process.stderr, False)):
            assert stream is not None
            reader = threading.Thread(target=self._read, args=(stream, is_stdout), daemon=True)
            reader.start()
            self._readers.append(reader)

    def _read(self, stream: IO[bytes], is_stdout: bool) -> None:
        for raw in stream:
            line = raw.decode("utf-8", "replace").rstrip()
            self._lines.append(line)
            if is_stdout and not self._url:
                self._url = url_in(line)
        stream.close()

    def wait_until_it_answers(self, seconds: float) -> str:
        """Its URL, once it answers any HTTP request there.

        Raises:
            TargetError: it ended, or did not answer in time.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            url = self._url or (f"http://localhost:{self._port}" if self._has_port else "")
            if url and answers(url):
                return url
            code = self._process.poll()
            if code is not None:
                raise TargetError(
                    self._tried, f"it ended with exit code {code} before it answered", "See why"
                )
            time.sleep(_PROBE_SECONDS)
        if not self._url and not self._has_port:
            raise TargetError(
                self._tried,
                f"it did not say in {seconds:g} s where it listens",
                'Give it {port}, or let it print {"url": "http://localhost:PORT"} on a line of stdout',
            )
        where = self._url or f"port {self._port}"
        raise TargetError(
            self._tried, f"it did not answer at {where} in {seconds:g} s", "Does it listen there?"
        )

    @property
    def output(self) -> str:
        """The last lines it printed."""
        return "\n".join(self._lines)

    def last_lines(self) -> str:
        """What to add to an error: the end of its output, all of it if it has ended."""
        if self._process.poll() is not None:
            for reader in self._readers:
                reader.join(_LAST_WORDS_SECONDS)  # a child of its own may still hold the pipe
        lines = list(self._lines)[-_LINES_SHOWN:]
        return (
            "".join(["\nIts last lines:", *(f"\n  | {line}" for line in lines)])
            if lines
            else "\nIt printed nothing."
        )

    def stop(self) -> None:
        """End it and its children: politely, then not."""
        atexit.unregister(self.stop)
        if sys.platform == "win32":
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(self._process.pid)], check=False)  # noqa: S603, S607
            return
        with interrupts.held():
            try:
                self._end(signal.SIGTERM)
            finally:
                self._end(signal.SIGKILL)

    def _end(self, sign: signal.Signals) -> None:
        """Send a signal to it and to its children, which may outlive it, and wait for it, and a little for them."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_SECONDS)
        deadline = time.monotonic() + _CHILDREN_SECONDS
        while _group_alive(self._process.pid) and time.monotonic() < deadline:
            time.sleep(_PROBE_SECONDS)


def _group_alive(group: int) -> bool:
    if sys.platform == "win32":
        return False
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def url_in(line: str) -> str:
    """The url of a line such as `{"url": "http://localhost:8000"}`; "" for any other line."""
    if not line.lstrip().startswith("{"):
        return ""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return ""
    url = said.get("url") if isinstance(said, dict) else None
    return url if isinstance(url, str) and url.startswith(("http://", "https://")) else ""


def free_port() -> int:
    """A TCP port of this machine that nobody listens on now.

    Not one of those that a system hands out by itself: until the command listens, another program could be given it.
    """
    for port in (*random.SystemRandom().sample(_PORTS, 20), 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise TargetError("a free port", "this machine has none", "Stop what listens on so many.")


def answers(url: str) -> bool:
    """Whether anything speaks HTTP (or TLS) there."""
    try:
        # Only whether it is up: a body, which may have no end, is not read.
        with httpx.stream("GET", url, timeout=2.0, trust_env=False, verify=False):  # noqa: S501
            pass
    except httpx.RequestError:
        return False
    return True
