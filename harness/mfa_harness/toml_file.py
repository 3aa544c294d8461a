"""A TOML file that a person has written: read within bounds, and what is wrong with it told in words."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

_LARGEST: Final = 2**20
"""Bytes. The longest profile or list of expected failures is a tenth of it."""
_DEEPEST: Final = 32
_WIDEST: Final = 2**63
"""TOML 1.0: a whole number has 64 bits."""
_PLACE: Final = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


class TomlFileError(Exception):
    """A file that cannot be used.

    Args:
        found: what is wrong with it, as a clause.
        mend: what to do about it, as a clause.
        line: where, counted from 1; 0 when it is not known, -1 for the end.
    """

    def __init__(self, found: str, mend: str, line: int = 0) -> None:
        super().__init__(f"{found}. {mend}")
        self.found = found
        self.mend = mend
        self.line = line


def read(path: Path) -> dict[str, Any]:
    """What a TOML file holds.

    Raises:
        TomlFileError: it cannot be read, or is no TOML that `parse` takes.
    """
    return parse(read_text(path))


def read_text(path: Path) -> str:
    """The text of a file, without a byte order mark; no more of it is read than may be in it.

    Raises:
        TomlFileError: it cannot be read, is too large, or is not UTF-8.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise TomlFileError(f"cannot be read: {reason}", "Name a TOML file that can be") from None
    if len(content) > _LARGEST:
        raise TomlFileError("larger than 1 MiB", "Name the right file, or write less into it")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"not UTF-8 text (byte {error.start}, line {line})"
        raise TomlFileError(found, "Save the file as UTF-8", line) from None


def parse(text: str) -> dict[str, Any]:
    """What a TOML document holds.

    Raises:
        TomlFileError: it is no TOML, nested without need, or holds a number that nothing can be made of.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        line = int(place[1]) if place and place[1] else -1
        raise TomlFileError(f"not TOML: {_lowered(str(error))}", "Correct that place", line) from None
    except ValueError:  # Python's own bound for the digits of a number
        raise TomlFileError("it holds a number of thousands of digits", "Write a smaller one") from None
    except RecursionError:
        raise _too_deep() from None
    _look_through(document)
    return document


def _look_through(document: dict[str, Any]) -> None:
    """See that everything in it can be handed on: not by recursion, for it may be too deep for that."""
    left: list[tuple[str, Any, int]] = [("", document, 0)]
    while left:
        key, value, depth = left.pop()
        if depth > _DEEPEST:
            raise _too_deep()
        if isinstance(value, dict):
            left += [(f"{key}.{name}" if key else name, inner, depth + 1) for name, inner in value.items()]
        elif isinstance(value, list):
            left += [(f"{key}[{index}]", inner, depth + 1) for index, inner in enumerate(value)]
        elif isinstance(value, int) and not -_WIDEST <= value < _WIDEST:
            raise TomlFileError(f"the number at {key!r} has more than 64 bits", "Write a smaller one")


def _too_deep() -> TomlFileError:
    return TomlFileError(f"nested more than {_DEEPEST} levels deep", "Write it flatter")


def _lowered(message: str) -> str:
    return message[:1].lower() + message[1:]
