"""`mfa-harness fuzz --wire`: odd requests until the budget is spent, and what came of them."""

from __future__ import annotations

import hashlib
import random
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import msgspec

from mfa_harness.fuzz.wire.document import each_request, read_document
from mfa_harness.fuzz.wire.probe import Broken, Probe, ask
from mfa_harness.fuzz.wire.strings import odd_code
from mfa_harness.fuzz.wire.subject import Subject
from mfa_harness.fuzz.wire.webauthn import odd_answer, odd_registration
from mfa_harness.targets.reference import ReferenceTarget
from mfa_harness.targets.target import Revivable
from mfa_simulators.client.errors import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.scenario.run import Run

    Make = Callable[[random.Random], Probe]

SOURCES: Final = ("codes", "answers", "registrations", "document")
_TWICE: Final = 2
_MOST_SENT: Final = 2000
_ENVIRONMENTS: Final = 100


class _Enough(KeyboardInterrupt):
    """The budget is spent; Hypothesis lets it through as it is."""


class WireFinding(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that must not be, and the request that brought it.

    Args:
        requirement: whose breach it is.
        place: method and path.
        kind: "500", "late", "silent" or "secret".
        what: what was odd about the request.
        sent: its body, as text, cut off where it is long.
        required: what should have been seen.
        got: what was seen.
        again: how often it happened again, of 2.
    """

    requirement: str
    place: str
    kind: str
    what: str
    sent: str
    required: str
    got: str
    again: int

    @property
    def id(self) -> str:
        """The requirement, and what was wrong where: the same every night."""
        digest = hashlib.sha256(f"{self.kind} {self.place}".encode()).hexdigest()[:6]
        return f"{self.requirement}.wire-{digest}"

    @property
    def certain(self) -> bool:
        """Whether it happens every time."""
        return self.again == _TWICE


class WireExplorer:
    """Sends odd requests to one target.

    Args:
        run: with the target, opened.
        seed: the same seed makes the same requests.
        requests: how many at most; None for no bound.
        seconds: how long at most; None for no bound.
        without: sources to leave out, of `SOURCES`.
        watch: told after every request.
    """

    def __init__(
        self,
        run: Run,
        *,
        seed: int = 0,
        requests: int | None = None,
        seconds: float | None = None,
        without: tuple[str, ...] = (),
        watch: Callable[[WireExplorer], None] = lambda _explorer: None,
    ) -> None:
        self.run = run
        self.seed = seed
        self.most_requests = requests
        self.most_seconds = seconds
        self.sources = tuple(each for each in SOURCES if each not in without)
        self.watch = watch
        self.asked: Counter[str] = Counter()
        self.findings: list[WireFinding] = []
        self.begun = time.perf_counter()
        self._met: set[tuple[str, str]] = set()
        reference = isinstance(run.target, ReferenceTarget)
        settings = {"token_algorithm": "ES256"} if reference else {}
        self._subject = Subject(run, **settings)

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.perf_counter() - self.begun

    @property
    def requests(self) -> int:
        """How many were sent."""
        return sum(self.asked.values())

    def explore(self) -> None:
        """Send requests of every source, in turns, until the budget is spent.

        Raises:
            UsageError: schemathesis is not there, and the document was not left out.
        """
        chance = random.Random(self.seed)  # noqa: S311 - no secret is made of it
        makers: dict[str, Make] = {
            "codes": odd_code,
            "answers": lambda chance: odd_answer(self._subject, chance),
            "registrations": lambda chance: odd_registration(self._subject, chance),
        }
        try:
            turn = 0
            while True:
                if "document" in self.sources:
                    self._of_the_document(turn, chance)
                for source in [each for each in self.sources if each in makers] * self._each:
                    self._look(source, makers[source], chance)
                turn += 1
        except _Enough:
            pass
        finally:
            self._subject.close()

    @property
    def _each(self) -> int:
        """Requests of one source in a turn."""
        return 30 if self.most_requests is None else max(1, min(30, self.most_requests // 8))

    def _of_the_document(self, turn: int, chance: random.Random) -> None:
        """Two requests of every operation, one as the document says and one not."""
        document = read_document()
        for _ in each_request(
            lambda probe: self._look("document", lambda _: probe, chance),
            document=document,
            of_each=2,
            seed=self.seed * _MOST_SENT + turn,
        ):
            pass

    def _look(self, source: str, make: Make, chance: random.Random) -> None:
        out_of_requests = self.most_requests is not None and self.requests >= self.most_requests
        if out_of_requests or (self.most_seconds is not None and self.seconds >= self.most_seconds):
            raise _Enough
        if isinstance(self.run.target, ReferenceTarget) and self.requests % _ENVIRONMENTS == 0:
            self._subject.close()
            self.run.target.close()  # and with it many environments, which cost more than a new server
        self.asked[source] += 1
        subject = self._subject.ready()
        before = chance.getstate()
        try:
            probe = make(chance)
        except ClientError:  # she was not even asked for a passkey: the request before has ended her session
            subject.close()
            return
        broken = ask(subject.stage.environment, probe, subject.token, subject.secrets)
        self.watch(self)
        if broken is not None and (probe.where, broken.kind) not in self._met:
            self._met.add((probe.where, broken.kind))
            self.findings.append(self._confirmed(probe, broken, lambda: make(_as_it_was(before))))
        if broken is not None:
            self._revive(broken)

    def _confirmed(self, probe: Probe, broken: Broken, make: Callable[[], Probe]) -> WireFinding:
        """The same once more, twice, for somebody new: a passkey's response is made for a challenge of hers."""
        again = 0
        for _ in range(_TWICE):
            self._revive(broken)
            self._subject.close()
            subject = self._subject.ready()
            once_more = ask(subject.stage.environment, make(), subject.token, subject.secrets)
            again += once_more is not None and once_more.kind == broken.kind
        sent = (probe.body or b"").decode("utf-8", "backslashreplace")
        return WireFinding(
            requirement=broken.requirement,
            place=probe.where,
            kind=broken.kind,
            what=probe.what,
            sent=sent[:_MOST_SENT],
            required=broken.required,
            got=broken.got,
            again=again,
        )

    def _revive(self, broken: Broken) -> None:
        if broken.kind == "silent" and isinstance(self.run.target, Revivable):
            self._subject.close()
            self.run.target.revive()


def _as_it_was(state: Any) -> random.Random:
    chance = random.Random()  # noqa: S311 - no secret is made of it
    chance.setstate(state)
    return chance


def described(finding: WireFinding) -> list[str]:
    """A finding for people."""
    lines = [
        f"{'FAIL' if finding.certain else 'seen once'}  {finding.id}   again {finding.again} of {_TWICE} times",
        f"      required  {finding.required}",
        f"      got       {finding.got}, at {finding.place}",
        f"      sent      {finding.what}",
    ]
    if finding.sent:
        lines.append(f"                {finding.sent[:200]}")
    return lines


def as_json(findings: list[WireFinding]) -> bytes:
    """Findings to keep."""
    return msgspec.json.format(msgspec.json.encode(findings), indent=1)


__all__ = ["SOURCES", "WireExplorer", "WireFinding", "as_json", "described"]
