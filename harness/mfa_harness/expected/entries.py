"""The file of expected failures: `[[expected]]` tables, read with their lines so that each can be named.

A check's id is exact: one entry excuses one check, or one row of an outline (`totp.drift-bounded.refused[2 ago]`).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from mfa_harness import toml_file
from mfa_harness.usage import UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

PLACEHOLDER: Final = "TODO: say why"
"""The reason that `--update-expected-failures` writes; it excuses nothing until a person replaces it."""

KEYS: Final = ("check", "reason", "until")
_HEADER: Final = re.compile(r"\s*\[\[\s*expected\s*\]\]")


class ListError(UsageError):
    """The file of expected failures cannot be used. One finding a line, each with file and line (exit 2)."""

    def __init__(self, findings: Sequence[str]) -> None:
        what = "this line" if len(findings) == 1 else "these lines"
        super().__init__("\n".join(findings), f"Correct {what}; nothing was run.")
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry.

    Args:
        check: the id of the check that may fail.
        reason: why it may.
        until: the last day (UTC) on which it may; None is no end.
        first: the line of its `[[expected]]`, counted from 1.
        last: the line of its last key.
        reason_line: the line where the reason begins.
    """

    check: str
    reason: str
    until: date | None
    first: int
    last: int
    reason_line: int

    @property
    def lines(self) -> str:
        """Its lines in words: "lines 7-9"."""
        return f"lines {self.first}-{self.last}"


def lines_of(text: str) -> list[str]:
    """The lines of a TOML document, which end in LF or CRLF and in nothing else."""
    lines = text.replace("\r\n", "\n").split("\n")
    return lines if lines[-1] else lines[:-1]


def parse(text: str, *, file: str, filled: bool = True) -> list[Entry]:
    """The entries in the order of the file.

    Args:
        text: the TOML document.
        file: what to call it in an error.
        filled: refuse reasons that are still to be written.

    Raises:
        ListError: not TOML, something beside `[[expected]]` tables, a key that is unknown, missing or of another type,
            a reason that says nothing, or a check that is listed twice.
    """
    try:
        document = toml_file.parse(text)
    except toml_file.TomlFileError as error:
        line = max(len(lines_of(text)), 1) if error.line < 0 else max(error.line, 1)
        raise ListError([f"{file}:{line}: {error.found}"]) from None
    lines = lines_of(text)
    strangers = [key for key in document if key != "expected"]
    if strangers:
        raise ListError(
            [
                f"{file}:{_line_of(key, lines)}: {key!r} is not known here; the file holds [[expected]] tables only"
                for key in strangers
            ]
        )
    tables = document.get("expected", [])
    headers = list(_headers(lines))
    if not isinstance(tables, list) or len(tables) != len(headers):
        line = _line_of("expected", lines)
        raise ListError(
            [f"{file}:{line}: write each entry as a table of its own that begins with [[expected]]"]
        )
    reader = _Reader(file, lines, filled=filled)
    bounds = pairwise([*headers, len(lines) + 1])
    for table, (first, end) in zip(tables, bounds, strict=True):
        reader.read(table, first, end)
    if reader.findings:
        raise ListError(reader.findings)
    return reader.entries


def _headers(lines: Sequence[str]) -> Iterator[int]:
    """The lines on which an entry begins; a line in a text that only looks like one is none."""
    for number, line in enumerate(lines):
        if _HEADER.match(line) and _is_whole("\n".join(lines[:number])):
            yield number + 1


def _is_whole(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _line_of(key: str, lines: Sequence[str], first: int = 1, end: int | None = None) -> int:
    """The line that gives a key or names a table, between two lines; else the first of them."""
    given = re.compile(rf"""\s*\[*\s*["']?{re.escape(key)}["']?\s*[\]=.]""")
    last = len(lines) if end is None else end - 1
    return next((number for number in range(first, last + 1) if given.match(lines[number - 1])), first)


class _Reader:
    """Reads one table after another; keeps entries and findings."""

    def __init__(self, file: str, lines: Sequence[str], *, filled: bool) -> None:
        self.file = file
        self.lines = lines
        self.filled = filled
        self.entries: list[Entry] = []
        self.findings: list[str] = []

    def read(self, table: Mapping[str, Any], first: int, end: int) -> None:
        """One table, whose lines are `first` up to, but without, `end`."""

        def refuse(finding: str, key: str | None = None) -> None:
            line = first if key is None else _line_of(key, self.lines, first, end)
            self.findings.append(f"{self.file}:{line}: {finding}")

        for key in table:
            if key not in KEYS:
                meant = nearest(key, KEYS)
                hint = f"did you mean {meant}?" if meant else f"an entry knows {', '.join(KEYS)}"
                refuse(f"unknown key {key!r}; {hint}", key)
        check = self._text(table, "check", "the id of a check", refuse)
        reason = self._text(table, "reason", "why it may fail for now", refuse)
        if self.filled and is_placeholder(reason):
            refuse(f"nobody has said yet why {check} may fail: replace {reason!r}", "reason")
        until = table.get("until")
        if until is not None and (not isinstance(until, date) or isinstance(until, datetime)):
            refuse("until must be a date without quotes, like 2027-01-31", "until")
            until = None
        earlier = next((entry for entry in self.entries if entry.check == check), None)
        if earlier is not None and check:
            refuse(f"{check} is listed on line {earlier.first} already; keep one of the two", "check")
        self.entries.append(
            Entry(
                check=check,
                reason=" ".join(reason.split()),
                until=until,
                first=first,
                last=max(number for number in range(first, end) if not _is_aside(self.lines[number - 1])),
                reason_line=_line_of("reason", self.lines, first, end),
            )
        )

    @staticmethod
    def _text(table: Mapping[str, Any], key: str, what: str, refuse: Callable[..., None]) -> str:
        value = table.get(key)
        if value is None:
            refuse(f'an entry needs a {key}: write {key} = "...", {what}')
        elif not isinstance(value, str):
            refuse(f"{key} must be text in quotes, {what}", key)
        elif not value.strip():
            refuse(f"{key} is empty; write {what}", key)
        else:
            return value
        return ""


def _is_aside(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def is_placeholder(reason: str) -> bool:
    """Whether a reason has still to be written by a person."""
    words = reason.strip().casefold()
    return words == "todo" or words.startswith(PLACEHOLDER.casefold())
