"""Which checks are there to catch which fault: `bindings.toml`, read and held against suite and faults."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from mfa_harness.usage import nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from mfa_harness.suite import Check


class BindingsError(ValueError):
    """The bindings name a fault or a check that does not exist."""


def load(checks: Iterable[Check], faults: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The ids of the checks bound to each fault, by the fault's slug.

    A name without brackets stands for every row of an outline.

    Raises:
        BindingsError: a fault or check is not known; names the nearest.
    """
    rows: dict[str, list[str]] = {}
    for check in checks:
        rows.setdefault(check.id, []).append(check.id)
        outline = check.id.partition("[")[0]
        if outline != check.id:
            rows.setdefault(outline, []).append(check.id)
    document: dict[str, Any] = tomllib.loads(
        (files(__package__) / "bindings.toml").read_text(encoding="utf-8")
    )
    found: dict[str, tuple[str, ...]] = {}
    for slug, names in document["bindings"].items():
        if slug not in faults:
            raise BindingsError(
                f"bindings.toml: there is no fault {slug!r} (nearest: {nearest(slug, faults)})"
            )
        for name in names:
            if name not in rows:
                raise BindingsError(
                    f"bindings.toml, {slug}: there is no check {name!r} (nearest: {nearest(name, rows)})"
                )
        found[slug] = tuple(id_ for name in names for id_ in rows[name])
    return found
