"""What the vendor documents, fact by fact: what a source like `D-39` stands for."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

FILE: Final = "facts.toml"

_CITED: Final = re.compile(r"\bD-\d+\b")


class Fact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that the vendor documents.

    Args:
        id: as sources cite it, `D-39`.
        text: what is documented, in our words.
        where: the pages or packages that say so, at least one.
    """

    id: str
    text: str
    where: tuple[str, ...]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    fact: tuple[Fact, ...]


@cache
def load() -> Mapping[str, Fact]:
    """The facts that ship with the harness, by id, in the order of the file."""
    text = resources.files(__package__).joinpath(FILE).read_text(encoding="utf-8")
    return {fact.id: fact for fact in msgspec.toml.decode(text, type=_File).fact}


def cited(sources: Iterable[str]) -> Iterator[str]:
    """The ids of the facts that sources name, in order, each once."""
    yield from dict.fromkeys(id_ for source in sources for id_ in _CITED.findall(source))
