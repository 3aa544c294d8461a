"""The kill matrix as data: which fault was caught by which checks, and what is wrong with that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CONTROL = "no-op"
"""The fault that changes nothing: a check that reports it lies."""


class Row(msgspec.Struct, frozen=True):
    """One fault and what became of it. `bound` are the checks that are there to catch it."""

    id: str
    slug: str
    sentence: str
    requirement: str
    killed: bool
    killed_by: tuple[str, ...]
    bound: tuple[str, ...]
    broken: tuple[str, ...] = ()
    """Checks that ended in an error of the harness itself."""

    @property
    def caught_by_bound(self) -> tuple[str, ...]:
        """The bound checks that did catch it."""
        return tuple(id_ for id_ in self.bound if id_ in self.killed_by)


class Matrix(msgspec.Struct, frozen=True):
    """The kill matrix, and what is wrong with it; nothing wrong is a suite that can be trusted.

    One that was interrupted has the rows that were finished, `planned` of which there would have been.
    """

    rows: tuple[Row, ...]
    problems: tuple[str, ...]
    checks_run: int
    full: bool = False
    interrupted: bool = False
    planned: int = 0


def problems_of(
    rows: Iterable[Row], bound: Mapping[str, tuple[str, ...]], *, interrupted: bool = False
) -> list[str]:
    """What keeps the suite from being trusted, one line each: see `mfa-harness self-test`.

    Args:
        rows: of the faults that were tried to the end.
        bound: the checks bound to each fault.
        interrupted: not all were: a check that caught nothing may only have had no turn.
    """
    problems: list[str] = []
    killers: set[str] = set()
    for row in rows:
        killers.update(row.caught_by_bound)
        name = f"{row.slug} ({row.id})"
        if row.broken:
            problems.append(f"{name}: the harness itself broke in {', '.join(row.broken)}")
        if row.slug == CONTROL:
            if row.killed:
                problems.append(f"{name} changes nothing, and is reported by {', '.join(row.killed_by)}")
        elif not row.killed:
            problems.append(f"{name} survives: no check fails on a server that has it")
        elif not row.caught_by_bound:
            problems.append(
                f"{name} is caught only by checks not bound to it: {', '.join(row.killed_by[:3])}"
            )
    if interrupted:
        return problems
    idle = sorted({id_ for ids in bound.values() for id_ in ids} - killers)
    problems.extend(f"{id_} is bound to a fault and catches none" for id_ in idle)
    return problems
