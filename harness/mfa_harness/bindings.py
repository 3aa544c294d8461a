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
    rows = _rows(checks)
    found: dict[str, tuple[str, ...]] = {}
    for slug, names in _document()["bindings"].items():
        if slug not in faults:
            raise BindingsError(
                f"bindings.toml: there is no fault {slug!r} (nearest: {nearest(slug, faults)})"
            )
        found[slug] = tuple(id_ for name in names for id_ in _ids(name, rows, slug))
    return found


def unbound(checks: Iterable[Check], faults: Collection[str]) -> dict[str, str]:
    """Why each check that is bound to no fault is not, by the check's id; "" where nobody has said.

    Raises:
        BindingsError: a fault or check is not known; names the nearest. Or a reason is given for a check that
            is bound.
    """
    checks = list(checks)
    rows = _rows(checks)
    bound = {id_ for ids in load(checks, faults).values() for id_ in ids}
    found = {check.id: "" for check in checks if check.id not in bound}
    for entry in _document()["unbound"]:
        for name in entry["checks"]:
            for id_ in _ids(name, rows, "unbound"):
                if id_ in bound:
                    raise BindingsError(
                        f"bindings.toml, unbound: {id_!r} is bound to a fault; take it out there"
                    )
                found[id_] = entry["why"]
    return found


def _document() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "bindings.toml").read_text(encoding="utf-8"))


def _rows(checks: Iterable[Check]) -> dict[str, list[str]]:
    """The ids of checks by their own name and, for rows, by their outline's."""
    rows: dict[str, list[str]] = {}
    for check in checks:
        rows.setdefault(check.id, []).append(check.id)
        outline = check.id.partition("[")[0]
        if outline != check.id:
            rows.setdefault(outline, []).append(check.id)
    return rows


def _ids(name: str, rows: dict[str, list[str]], where: str) -> list[str]:
    if name not in rows:
        raise BindingsError(
            f"bindings.toml, {where}: there is no check {name!r} (nearest: {nearest(name, rows)})"
        )
    return rows[name]
