"""Reports that go to a file: `--report KIND=PATH` understood and tried before the run, written after it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mfa_harness.reports import REPORTS
from mfa_harness.usage import UsageError, unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mfa_harness.events import Event

STDOUT: Final = Path("-")
"""The path that stands for standard output."""


def parse_report(text: str) -> tuple[str, Path]:
    """Understand `KIND=PATH`, e.g. `junit=out/junit.xml`; the path `-` is standard output.

    Raises:
        UsageError: no `=`, no path, or a kind that does not exist.
    """
    kind, equals, path = text.partition("=")
    if not equals or not path:
        raise UsageError(
            f"a report needs a kind and a path, found {text!r}",
            f"Write it as KIND=PATH, with one of the kinds {', '.join(REPORTS)}.",
        )
    if kind not in REPORTS:
        raise unknown("report kind", kind, REPORTS)
    return kind, Path(path)


def parse_reports(texts: Iterable[str]) -> tuple[tuple[str, Path], ...]:
    """Understand every report asked for and see that it can be written, before a run spends its time.

    Folders that are missing are made.

    Raises:
        UsageError: as `parse_report`, two reports with one path, or a path that cannot be written.
    """
    reports = tuple(parse_report(text) for text in texts)
    taken: dict[Path, str] = {}
    for kind, path in reports:
        place = path if path == STDOUT else path.resolve()
        if place in taken:
            raise UsageError(
                f"two reports go to {path} ({taken[place]} and {kind})",
                "Give each a path of its own.",
            )
        taken[place] = kind
        if path != STDOUT:
            _try_out(path)
    return reports


def _try_out(path: Path) -> None:
    if path.is_dir():
        raise UsageError(f"the report {path} cannot be written: it is a folder", "Name a file.")
    existed = path.exists()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("ab").close()
        if not existed:
            path.unlink()
    except OSError as error:
        raise _unwritable(path, error) from error


def write_report(kind: str, path: Path, events: Sequence[Event]) -> None:
    """Make one report of a run and write it.

    Raises:
        UsageError: the path cannot be written.
    """
    content = REPORTS[kind](events)
    if path == STDOUT:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    try:
        path.write_bytes(content)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> UsageError:
    return UsageError(
        f"the report {path} cannot be written: {(error.strerror or str(error)).lower()}",
        "Choose a path in a folder that you may write to.",
    )


class FileReporter:
    """Keeps the events of a run and writes one report of them when the run is over, also when it broke off.

    Args:
        kind: one of `REPORTS`.
        path: where the report goes; `-` is standard output.
    """

    def __init__(self, kind: str, path: Path) -> None:
        self.kind = kind
        self.path = path
        self._events: list[Event] = []

    def on_event(self, event: Event) -> None:
        """Keep the event."""
        self._events.append(event)

    def close(self) -> None:
        """Write the report, if the run began at all.

        Raises:
            UsageError: the path can no longer be written.
        """
        if self._events:
            write_report(self.kind, self.path, self._events)
