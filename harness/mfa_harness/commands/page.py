"""How listings are set: columns that wrap at a terminal's edge, and stay one line each anywhere else."""

from __future__ import annotations

import shutil
import sys
import textwrap
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_GAP: Final = 2
_NARROWEST: Final = 48
"""Columns that the last column gets at least: with fewer it goes below the others."""


def write(lines: Iterable[str]) -> None:
    """Lines to standard output."""
    sys.stdout.writelines(f"{line}\n" for line in lines)


def write_json(value: Any) -> None:
    """A JSON document to standard output, indented for people, keys in the order given."""
    import msgspec  # noqa: PLC0415

    document = msgspec.json.format(msgspec.json.encode(value), indent=2)
    sys.stdout.write(document.decode() + "\n")


def width() -> int | None:
    """The columns of the terminal; None where the output goes elsewhere and must not be broken."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def columns(rows: Sequence[Sequence[str]], wide: int | None) -> Iterator[str]:
    """Rows of cells, the last of which wraps and may be long.

    Args:
        rows: all of one length.
        wide: columns to keep to; None never breaks a line.
    """
    if not rows:
        return
    sizes = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)]
    indent = sum(size + _GAP for size in sizes)
    below = wide is not None and wide - indent < _NARROWEST
    for row in rows:
        head = "".join(f"{cell:<{size}}{' ' * _GAP}" for cell, size in zip(row, sizes, strict=False))
        if below:
            yield head.rstrip()
            head = " " * 4
        lines = paragraph(row[-1], wide, len(head))
        yield (head + lines[0]).rstrip()
        yield from (" " * len(head) + line for line in lines[1:])


def fields(pairs: Iterable[tuple[str, str | Sequence[str]]], wide: int | None) -> Iterator[str]:
    """Labelled values, one below the other; what is empty is left out, several go line by line."""
    rows: list[tuple[str, str]] = []
    for label, value in pairs:
        values = [value] if isinstance(value, str) else value
        rows += [("" if number else label, each) for number, each in enumerate(values) if each]
    yield from columns(rows, wide)


def paragraph(text: str, wide: int | None, indent: int) -> list[str]:
    """The text in lines that fit beside an indent."""
    if wide is None or indent + len(text) <= wide:
        return [text]
    return textwrap.wrap(text, max(wide - indent, 10), break_long_words=False, break_on_hyphens=False) or [""]
