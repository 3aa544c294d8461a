"""One driver: started, greeted, asked, told apart from the SDK that it drives, and stopped.

What the SDK refuses comes out of `call` as a ClientError, for the suite to judge. What the driver itself does
wrong (no answer, a line that is no message, an end) is `Blocked`, and names the line.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from itertools import count
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final, Protocol

from mfa_harness import __version__
from mfa_harness.targets.contact import PATIENCE
from mfa_harness.targets.driving.connection import Log, opener
from mfa_harness.targets.driving.messages import (
    Answer,
    Ask,
    BreachOfProtocol,
    Bye,
    Do,
    Greeting,
    Hello,
    Refusal,
    Result,
    decode,
    encode,
    shown,
)
from mfa_harness.targets.target import TargetError
from mfa_harness.verdicts import Blocked
from mfa_simulators.client.errors import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import msgspec

    from mfa_harness.targets.driving.connection import Connection

START_SECONDS: Final = 30.0
DIAL_SECONDS: Final = 120.0
CALL_SECONDS: Final = 30.0
_RESTARTS: Final = 3
_LAST_WORDS: Final = 6
_KEPT: Final = 20_000  # lines of stderr


class Person(Protocol):
    """Whoever answers what a client asks while it does something."""

    def answer(self, ask: Ask) -> Any:
        """The value; raises `Declined`, or whatever says no, by a name of DOMException."""


class Declined(Exception):  # noqa: N818 - it is what a person does
    """An ask is not met.

    Args:
        name: of the DOMException.
        message: for people.
    """

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


class _Life:
    """A driver from its start to its end: a listener to one connection."""

    def __init__(self) -> None:
        self.asides: list[str] = []
        self.hello: SimpleQueue[Hello | None] = SimpleQueue()
        self.greeted = False
        self.over = ""
        self.why: BreachOfProtocol | None = None
        self.lines = 0
        self.lock = threading.Lock()
        self.waiting: dict[int, tuple[str, SimpleQueue[Result | Ask | None]]] = {}
        self.given_up: set[int] = set()
        self.connection: Connection | None = None

    def line(self, line: bytes) -> None:
        """Hand a message to whoever waits for it."""
        self.lines += 1
        if self.over:
            return
        try:
            self._take(decode(line))
        except BreachOfProtocol as breach:
            self.why = breach
            self.ended(f"line {self.lines} of what the driver said breaks the protocol: {breach}")
            if self.connection is not None:
                self.connection.kill()

    def aside(self, line: str) -> None:
        """Keep what it writes to stderr."""
        if len(self.asides) < _KEPT:
            self.asides.append(line)

    def _take(self, message: Hello | Result | Ask) -> None:
        if isinstance(message, Hello):
            if self.greeted:
                raise BreachOfProtocol("one hello", "a second one")
            self.greeted = True
            self.hello.put(message)
            return
        if not self.greeted:
            raise BreachOfProtocol("a hello first", f"a {type(message).__name__.lower()}")
        with self.lock:
            if isinstance(message, Ask):
                self._asked(message)
            elif message.id in self.waiting:
                self.waiting.pop(message.id)[1].put(message)
            elif message.id in self.given_up:
                self.given_up.discard(message.id)  # too late, and somebody has been told so
            else:
                raise BreachOfProtocol(
                    "a result for an id that was asked for and has no result yet", f"one for id {message.id}"
                )

    def _asked(self, ask: Ask) -> None:
        queue = next((queue for client, queue in self.waiting.values() if client == ask.client), None)
        if queue is None:
            raise BreachOfProtocol(
                "an ask by a client that is doing something", f"one by client {ask.client!r}, which is not"
            )
        queue.put(ask)

    def ended(self, why: str) -> None:
        """Tell everybody who waits."""
        with self.lock:
            self.over = self.over or why
            for _, queue in self.waiting.values():
                queue.put(None)
            self.waiting.clear()
        self.hello.put(None)


class Driver:
    """The driver of a client SDK, or an adapter to another wire.

    Args:
        spec: a command, or `listen:PORT`.
        note: told what a person should know.
        log: where every line is kept; None for nowhere.
        start_seconds: until the hello; None for 30 s, 120 s where a client is to dial in.
        call_seconds: until the result of a `do`.
    """

    def __init__(
        self,
        spec: str,
        *,
        note: Callable[[str], None] = lambda _text: None,
        log: Path | None = None,
        start_seconds: float | None = None,
        call_seconds: float = CALL_SECONDS,
    ) -> None:
        self.spec = spec
        self._note = note
        self._listens = spec.startswith("listen:")
        self._start_seconds = start_seconds or (DIAL_SECONDS if self._listens else START_SECONDS)
        self._call_seconds = call_seconds
        self._ids = count(1)
        self._clients = count(1)
        self._restarts = 0
        self._silent: Counter[str] = Counter()
        self._life: _Life | None = None
        self._lives: list[_Life] = []
        self._opening = threading.Lock()
        try:
            self._log = Log(log)
        except OSError as error:
            raise TargetError(
                f"--driver-log {log}", f"cannot be written: {error.strerror}", "Name another file"
            ) from error
        self._connect, self._door = opener(spec, self._log)
        self.hello: Hello | None = None
        self.has_done: set[str] = set()
        """The actions that have succeeded, by whatever client."""

    @property
    def port(self) -> int | None:
        """Where it listens; None for a program."""
        return self._door.port if self._door else None

    @property
    def title(self) -> str:
        """Name and version of what is driven, once it has said them."""
        return f"{self.hello.name} {self.hello.version}" if self.hello else self.spec

    @property
    def stderr(self) -> list[str]:
        """Every line that it has written to stderr, over all its lives."""
        return [line for life in self._lives for line in life.asides]

    def open(self) -> Hello:
        """Start it, or wait until it dials in, and exchange greetings.

        Raises:
            TargetError: it cannot be started, says nothing in time, or something that is no hello.
        """
        if self._door:
            self._note(f"waiting for a client to dial in on {self._door.host}:{self._door.port}")
        life = _Life()
        self._lives.append(life)
        life.connection = self._connect(life, self._start_seconds)
        self._life = life
        life.connection.send(encode("hello", Greeting(harness=__version__)))
        try:
            hello = life.hello.get(timeout=self._start_seconds)
        except Empty:
            hello = None
            life.ended(f"it did not say hello within {self._start_seconds:g} s")
        if hello is None:
            life.connection.kill()
            mend = "`mfa-harness doctor --client ...` tries it line by line; docs/driver.md shows a whole conversation"
            raise TargetError(f"client driver {self.spec!r}", life.over, mend + self.last_words())
        self.hello = hello
        return hello

    def last_words(self) -> str:
        """What to add to an error: the end of its stderr."""
        lines = self.stderr[-_LAST_WORDS:]
        return "".join(["\nIts last lines on stderr:", *(f"\n  | {line}" for line in lines)]) if lines else ""

    def new_client(self) -> str:
        """A name for one more client; a driver that has ended is started again for it.

        Raises:
            Blocked: it cannot be, or has been too often.
        """
        with self._opening:
            life = self._life
            if life is None or life.over:
                self._again(life.over if life else "it was never started")
        return str(next(self._clients))

    def _again(self, why: str) -> None:
        if self._restarts >= _RESTARTS:
            raise Blocked("use the driver", f"it was started {_RESTARTS + 1} times, and at last {why}")
        self._restarts += 1
        self._note(f"starting the driver again: {why}")
        try:
            self.open()
        except TargetError as error:
            raise Blocked("start the driver again", error.found) from error

    def call(self, client: str, action: str, args: dict[str, Any], person: Person) -> Any:
        """Have a client do something; what it asks meanwhile is answered by its person.

        Raises:
            ClientError: the SDK says that it did not succeed.
            Blocked: the driver did not answer, ended, or broke the protocol.
        """
        life = self._life
        assert life is not None, "open() comes first"
        assert life.connection is not None
        number = next(self._ids)
        queue: SimpleQueue[Result | Ask | None] = SimpleQueue()
        if self._silent[action] >= PATIENCE:
            raise Blocked(
                f"have the driver do {action}",
                f"it gave no result {PATIENCE} times in a row, and is given up",
            )
        with life.lock:
            if life.over:
                raise Blocked(f"have the driver do {action}", self._ailment(life))
            life.waiting[number] = (client, queue)
        life.connection.send(encode("do", Do(id=number, client=client, action=action, args=args)))
        deadline = time.monotonic() + self._call_seconds
        while True:
            try:
                said = queue.get(timeout=max(0.0, deadline - time.monotonic()))
            except Empty:
                with life.lock:
                    life.waiting.pop(number, None)
                    life.given_up.add(number)
                self._silent[action] += 1
                raise Blocked(
                    f"have the driver do {action}", f"no result within {self._call_seconds:g} s"
                ) from None
            if said is None:
                raise Blocked(f"have the driver do {action}", self._ailment(life))
            if isinstance(said, Result):
                self._silent.pop(action, None)
                value = _value(said)
                self.has_done.add(action)
                return value
            life.connection.send(encode("answer", _answer(said, person)))
            deadline = time.monotonic() + self._call_seconds

    def _ailment(self, life: _Life) -> str:
        lines = life.asides[-_LAST_WORDS:]
        return life.over + (f"; its last words: {' / '.join(lines)}" if lines else "")

    def breach(self) -> BreachOfProtocol | None:
        """How it broke the protocol, if it did."""
        return self._life.why if self._life else None

    def close(self) -> None:
        """Say good-bye, wait for it to end, and end what is left."""
        life = self._life
        if life is not None and life.connection is not None:
            if not life.over:
                life.connection.send(encode("bye", Bye()))
                life.connection.close()
            else:
                life.connection.kill()
        if self._door:
            self._door.close()
        self._log.close()


def _value(result: Result) -> Any:
    error = result.error
    if not error:
        return result.value
    raise ClientError(
        error.kind,
        error.message,
        error.status,
        error.code,
        retry_after=error.retry_after,
        aside=error.aside,
    )


def _answer(ask: Ask, person: Person) -> msgspec.Struct:
    try:
        return Answer(id=ask.id, value=person.answer(ask))
    except Exception as error:  # noqa: BLE001 - whatever it is, the SDK under test is told no
        name = str(getattr(error, "name", "") or "UnknownError")
        return Answer(id=ask.id, error=Refusal(name=name, message=str(error) or shown(b"")))
