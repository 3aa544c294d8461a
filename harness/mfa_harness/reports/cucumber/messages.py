"""The messages of one run, each an envelope with one member."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from mfa_harness.reports.cucumber.documents import Ids, document
from mfa_harness.reports.cucumber.steps import result_of_steps
from mfa_harness.reports.layout import expectation, explained, printable
from mfa_harness.reports.run import Run
from mfa_harness.reports.trace import exchange_lines
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mfa_harness.events import CheckFinished, Event

PROTOCOL: Final = "34.2.0"
"""The version of the schema that these messages keep to."""

_WIDTH: Final = 120
_NANOS: Final = 1_000_000_000
_UNKNOWN: Final = {"name": "unknown"}  # of the machine: a run's events say nothing of it

Envelope = dict[str, Any]


def render(events: Sequence[Event]) -> bytes:
    """The run as Cucumber Messages, NDJSON in UTF-8."""
    return b"".join(msgspec.json.encode(envelope) + b"\n" for envelope in _Stream(Run.of(events)).envelopes())


class _Stream:
    """Counts ids and moves time on while the messages are made."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.ids = Ids()
        self.now = 0.0

    def envelopes(self) -> Iterator[Envelope]:
        yield {"meta": self._meta()}
        pickles: dict[str, Iterator[Mapping[str, Any]]] = {}
        for feature, checks in self.run.by_feature().items():
            found = document(feature, checks, self.ids)
            yield {"source": found.source}
            yield {"gherkinDocument": found.tree}
            for pickle in found.pickles:
                yield {"pickle": pickle}
            pickles[feature] = iter(found.pickles)
        definition = self._id()
        yield {"stepDefinition": _definition(definition)}
        run_id = self._id()
        yield {"testRunStarted": {"timestamp": self._timestamp(), "id": run_id}}
        cases = []
        for check in self.run.checks:
            case = self._case(next(pickles[check.feature]), definition, run_id)
            cases.append(case)
            yield {"testCase": case}
        for check, case in zip(self.run.checks, cases, strict=True):
            yield from self._attempt(check, case)
        yield {"testRunFinished": self._end(run_id)}

    def _meta(self) -> dict[str, Any]:
        started = self.run.started
        return {
            "protocolVersion": PROTOCOL,
            "implementation": {
                "name": "mfa-harness",
                **({"version": printable(started.harness)} if started else {}),
            },
            "runtime": {"name": "Python"},
            "os": _UNKNOWN,
            "cpu": _UNKNOWN,
        }

    def _case(self, pickle: Mapping[str, Any], definition: str, run_id: str) -> dict[str, Any]:
        steps = [
            {
                "id": self._id(),
                "pickleStepId": step["id"],
                "stepDefinitionIds": [definition],
                "stepMatchArgumentsLists": [{"stepMatchArguments": []}],
            }
            for step in pickle["steps"]
        ]
        return {
            "id": self._id(),
            "pickleId": pickle["id"],
            "testSteps": steps,
            "testRunStartedId": run_id,
        }

    def _attempt(self, check: CheckFinished, case: Mapping[str, Any]) -> Iterator[Envelope]:
        attempt = self._id()
        yield {
            "testCaseStarted": {
                "id": attempt,
                "testCaseId": case["id"],
                "attempt": 0,
                "timestamp": self._timestamp(),
            }
        }
        results = result_of_steps(check, len(case["testSteps"]))
        for number, (step, result) in enumerate(zip(case["testSteps"], results.each, strict=True)):
            where = {"testCaseStartedId": attempt, "testStepId": step["id"]}
            yield {"testStepStarted": {**where, "timestamp": self._timestamp()}}
            ended_here = number == results.ended_at
            if ended_here:
                self.now += check.seconds
                for name, body in _attachments(check):
                    yield {"attachment": {**_text(name, body), **where, "timestamp": self._timestamp()}}
            lasted = _split(check.seconds if ended_here else 0)
            yield {
                "testStepFinished": {
                    **where,
                    "testStepResult": {**result, "duration": lasted},
                    "timestamp": self._timestamp(),
                }
            }
        yield {
            "testCaseFinished": {
                "testCaseStartedId": attempt,
                "timestamp": self._timestamp(),
                "willBeRetried": False,
            }
        }

    def _end(self, run_id: str) -> dict[str, Any]:
        finished = self.run.finished
        if finished is not None:
            self.now = max(self.now, finished.seconds)
        return {
            "success": finished is not None and not finished.interrupted and finished.exit_code == 0,
            "message": printable(self.run.headline[1]),
            "timestamp": self._timestamp(),
            "testRunStartedId": run_id,
        }

    def _id(self) -> str:
        return self.ids.get_next_id()

    def _timestamp(self) -> dict[str, int]:
        return _split(self.now)


def _definition(identifier: str) -> dict[str, Any]:
    return {
        "id": identifier,
        "pattern": {"source": "^.*$", "type": "REGULAR_EXPRESSION"},
        "sourceReference": {"uri": "mfa_harness/steps"},
    }


def _attachments(check: CheckFinished) -> Iterator[tuple[str, str]]:
    """Name and text of what is attached to a check that did not simply pass."""
    if check.verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE):
        return
    lines = explained(check, _WIDTH)
    if check.expected is not None:
        lines.append(f"      expected  {printable(expectation(check.expected))}")
    yield "finding.txt", "\n".join(lines)
    if check.exchanges:
        yield "wire.txt", "\n".join(exchange_lines(check.exchanges))


def _text(name: str, body: str) -> dict[str, str]:
    return {
        "body": body,
        "contentEncoding": "IDENTITY",
        "mediaType": "text/x.cucumber.log+plain",
        "fileName": name,
    }


def _split(seconds: float) -> dict[str, int]:
    whole, nanos = divmod(round(seconds * _NANOS), _NANOS)
    return {"seconds": whole, "nanos": nanos}
