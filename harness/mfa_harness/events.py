"""The one event stream of a run; every report is made from it.

A run is a list of events, written as NDJSON (one JSON object a line, `type` first). With the same seed the stream of
a run against `reference` is the same apart from the fields called `seconds`: it holds no token, key, signature, port
or absolute time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from mfa_harness.verdicts import Verdict  # noqa: TC001 - msgspec reads the annotations

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SCHEMA = 1


class Exchange(msgspec.Struct, frozen=True, omit_defaults=True):
    """One request and its answer, secrets masked. `status` is None when no answer came; `note` then says why."""

    method: str
    path: str
    status: int | None = None
    request: Any = None
    response: Any = None
    headers: dict[str, str] = {}
    note: str = ""


class StepRecord(msgspec.Struct, frozen=True):
    """One line of the scenario and what became of it: passed, failed or skipped."""

    keyword: str
    text: str
    outcome: str


class Failure(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a check did not pass: what was required, by which source, what was seen, and what else is known."""

    required: str
    got: str
    source: str = ""
    step: str = ""
    controls: tuple[str, ...] = ()
    details: str = ""


class Expected(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a check may fail for now, by an entry of the list of expected failures.

    `until` is the last day on which it may ("2027-01-31"), "" for no end; `where` is the entry's file and line.
    """

    reason: str
    until: str = ""
    where: str = ""


class StaleEntry(msgspec.Struct, frozen=True):
    """An entry of the list of expected failures that does not hold any more, why, and what to do with it."""

    check: str
    where: str
    finding: str
    mend: str


class RunStarted(msgspec.Struct, frozen=True, tag="run-started", omit_defaults=True):
    """First event of a run."""

    harness: str
    target: str
    label: str
    seed: str
    planned: int
    title: str = ""
    schema: int = SCHEMA


class CheckFinished(msgspec.Struct, frozen=True, tag="check", omit_defaults=True):
    """One check and its verdict. `line` is that of the scenario, or of the row of an outline.

    `expected` is there only where the check did not pass and may: it then does not keep the run from passing.
    `mistake` is there only where a line of somebody's own scenario makes no sense, and says which ("mine.feature:7").
    """

    id: str
    title: str
    feature: str
    line: int
    requirement: str
    level: str
    verdict: Verdict
    reason: str = ""
    failure: Failure | None = None
    controls: tuple[str, ...] = ()
    steps: tuple[StepRecord, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    again: str = ""
    seconds: float = 0.0
    expected: Expected | None = None
    mistake: str = ""


class Note(msgspec.Struct, frozen=True, tag="note"):
    """Something a person should know while the run goes on, e.g. that it waits for a fresh code."""

    text: str


class RunFinished(msgspec.Struct, frozen=True, tag="run-finished", omit_defaults=True):
    """Last event of a run.

    `counts` has every check by its verdict, `expected` those among them whose failure was expected. `exit_code` is the
    command's; `not_tested` maps a reason to how many checks it kept out; each `stale` entry makes the run fail.
    `wanted` is there only where fewer checks were carried out than that many, which were asked for.
    """

    counts: dict[str, int]
    exit_code: int
    not_tested: dict[str, int] = {}
    leftovers: tuple[str, ...] = ()
    interrupted: bool = False
    seconds: float = 0.0
    expected: dict[str, int] = {}
    stale: tuple[StaleEntry, ...] = ()
    wanted: int = 0


Event = RunStarted | CheckFinished | Note | RunFinished

_encoder = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder(Event)


class RunFileError(ValueError):
    """A file that should hold a run's events does not."""


def encode(event: Event) -> bytes:
    """One event as one line of NDJSON, newline included."""
    return _encoder.encode(event) + b"\n"


def write(path: Path, events: Iterable[Event]) -> None:
    """Write a run as NDJSON.

    Raises:
        OSError: the file cannot be written.
    """
    path.write_bytes(b"".join(encode(event) for event in events))


def read(path: Path) -> list[Event]:
    """Read a run from NDJSON. A last line that was cut off is left out: the run is then one that broke off.

    Raises:
        RunFileError: a line is not an event, or the run is of another version; names the line.
        OSError: the file cannot be read.
    """
    events: list[Event] = []
    content = path.read_bytes()
    lines = content.splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            event = _decoder.decode(line)
        except (ValueError, RecursionError) as error:  # DecodeError and UnicodeDecodeError are ValueErrors
            if events and number == len(lines) and not content.endswith(b"\n"):
                break
            raise RunFileError(f"{path}: line {number} is not an event of a run: {error}") from error
        if isinstance(event, RunStarted) and event.schema != SCHEMA:
            raise RunFileError(
                f"{path}: line {number} is of version {event.schema} of these files, not {SCHEMA}"
            )
        events.append(event)
    return events
