"""`--update-expected-failures`: the list as this run would have it. What a person wrote in it stays as it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mfa_harness.events import CheckFinished, RunFinished
from mfa_harness.expected.entries import PLACEHOLDER, is_placeholder, lines_of, parse
from mfa_harness.expected.ledger import read
from mfa_harness.reports.layout import printable
from mfa_harness.usage import UsageError
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from mfa_harness.events import Event
    from mfa_harness.expected.entries import Entry

_HEAD: Final = (
    "# Checks that may fail for now, and why. An entry is taken off when its check passes again.",
    "# `until = 2027-01-31` is optional: the last day on which the check may fail.",
)
_ADDED: Final = (Verdict.FAIL, Verdict.BLOCKED)  # a warning fails no run: nobody need give a reason for it


@dataclass(frozen=True)
class Update:
    """A list brought up to date.

    Args:
        text: the whole file.
        added: the ids that are new in it.
        dropped: the ids that are no longer in it.
        unfilled: the lines of the reasons that a person has still to write.
    """

    text: str
    added: tuple[str, ...]
    dropped: tuple[str, ...]
    unfilled: tuple[int, ...]

    def __str__(self) -> str:
        done = [
            f"{len(ids)} {word}" for ids, word in ((self.added, "added"), (self.dropped, "dropped")) if ids
        ]
        said = ", ".join(done) or "nothing to change"
        if not self.unfilled:
            return said
        lines = f"line{'' if len(self.unfilled) == 1 else 's'} {', '.join(map(str, self.unfilled))}"
        return f"{said}; say why on {lines} before the next run"


def updated(text: str, results: Sequence[CheckFinished], *, file: str) -> Update:
    """The list without the entries whose checks passed, and with an entry for each further failure at its end.

    Comments, order, dates and reasons of the other entries stay; a comment just above an entry goes with it.

    Raises:
        ListError: the text is no list of expected failures.
    """
    entries = parse(text, file=file, filled=False)
    passed = {result.id for result in results if result.verdict is Verdict.PASS}
    dropped = [entry for entry in entries if entry.check in passed]
    listed = {entry.check for entry in entries}
    added = [result for result in results if result.verdict in _ADDED and result.id not in listed]
    lines = _without(lines_of(text), dropped) if entries or text.strip() else list(_HEAD)
    for result in added:
        lines += _entry(result)
    newline = "\r\n" if "\r\n" in text else "\n"
    whole = "".join(line + newline for line in lines)
    return Update(
        text=whole,
        added=tuple(result.id for result in added),
        dropped=tuple(entry.check for entry in dropped),
        unfilled=tuple(
            entry.reason_line
            for entry in parse(whole, file=file, filled=False)
            if is_placeholder(entry.reason)
        ),
    )


def _without(lines: list[str], dropped: Iterable[Entry]) -> list[str]:
    """The lines but for some entries, the comments that touch them, and the blank lines that set them off."""
    gone: set[int] = set()
    for entry in dropped:
        first, last = entry.first, entry.last
        while first > 1 and lines[first - 2].lstrip().startswith("#"):
            first -= 1
        below = last
        while below < len(lines) and lines[below].lstrip().startswith("#"):
            below += 1
        if below == len(lines) or not lines[below].strip():  # else the comment is the next entry's
            last = below
        while last < len(lines) and not lines[last].strip():
            last += 1
        gone.update(range(first, last + 1))
    kept = [line for number, line in enumerate(lines, start=1) if number not in gone]
    while kept and not kept[-1].strip():
        kept.pop()
    return kept


def _entry(result: CheckFinished) -> list[str]:
    """An entry for a failure, with what was seen as a comment for whoever has to say why."""
    seen = " ".join(printable(f"{result.title}: {result.reason}").split())
    return [
        "",
        f"# {seen}",
        "[[expected]]",
        f"check = {json.dumps(result.id, ensure_ascii=False)}",
        f'reason = "{PLACEHOLDER}"',
    ]


class ListUpdate:
    """Listens to a run and, when it is over, brings the list up to date. A run that broke off changes nothing.

    Args:
        path: the list; need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.said = "not updated, for the run broke off"
        self._results: list[CheckFinished] = []
        self._whole = False

    def on_event(self, event: Event) -> None:
        """Keep what became of each check."""
        if isinstance(event, CheckFinished):
            self._results.append(event)
        elif isinstance(event, RunFinished):
            self._whole = not event.interrupted

    def close(self) -> None:
        """Write the list.

        Raises:
            UsageError: it cannot be written, or was damaged meanwhile.
        """
        if not self._whole:
            return
        update = updated(read(self.path, to_update=True), self._results, file=str(self.path))
        try:
            self.path.write_bytes(update.text.encode())
        except OSError as error:
            raise UsageError(
                f"{self.path} cannot be written: {(error.strerror or str(error)).lower()}",
                "Name a file that can be.",
            ) from error
        self.said = str(update)
