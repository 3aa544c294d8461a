"""What a fault is: a name, a sentence, what it breaks, and the methods it replaces."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Override = TypeVar("Override", bound=type[Any])


@dataclass(frozen=True, slots=True)
class Fault:
    """A defect that the reference server can be given.

    Attributes:
        id: its row in the catalogue of faults, such as "R01".
        slug: its public name.
        sentence: what is wrong with a server that has it.
        requirement: the requirement that it breaks; empty for the control that breaks none.
        sources: clauses that say so.
        overrides: subclasses of the rules, the store or the operations whose methods come first.
    """

    id: str
    slug: str
    sentence: str
    requirement: str
    sources: tuple[str, ...]
    overrides: tuple[type[Any], ...]

    @property
    def override(self) -> type[Any]:
        """The only override of a fault that has one, or its first."""
        return self.overrides[0]


_BY_SLUG: Final[dict[str, Fault]] = {}


def fault(
    fault_id: str, slug: str, sentence: str, *, requirement: str, sources: tuple[str, ...]
) -> Callable[[Override], Override]:
    """Makes a class a fault. A second class with the same slug is part of the same fault.

    Raises:
        ValueError: the slug is another fault's.
    """

    def decorate(override: Override) -> Override:
        known = _BY_SLUG.get(slug)
        before = () if known is None else known.overrides
        made = Fault(fault_id, slug, sentence, requirement, sources, (*before, override))
        if known is not None and known.id != fault_id:
            raise ValueError(f"two faults are called {slug!r}: {known.id} and {fault_id}")
        _BY_SLUG[slug] = made
        return override

    return decorate


def all_faults() -> Mapping[str, Fault]:
    """Faults by slug, in the order of their ids."""
    return dict(sorted(_BY_SLUG.items(), key=lambda item: item[1].id))


def find(name: str) -> Fault:
    """A fault by slug or id.

    Raises:
        ValueError: there is none; the nearest slug is named.
    """
    if name in _BY_SLUG:
        return _BY_SLUG[name]
    for each in _BY_SLUG.values():
        if each.id == name:
            return each
    near = difflib.get_close_matches(name, _BY_SLUG, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"there is no fault {name!r}{hint}")
