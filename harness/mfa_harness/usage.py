"""Mistakes of the person at the command line, told in one line and one mend (exit 2)."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_LISTED: Final = 12
"""How many known names an error lists; a longer list is left to `mfa-harness list`."""
_ALIKE: Final = 0.66
"""How alike two names have to be, of 1: below that a suggestion is further from what was meant than none."""
_BEGINNING: Final = 3
"""How many letters of a name are enough to look for names that begin so."""


class UsageError(Exception):
    """What was asked for cannot be done, and the person can mend it.

    Args:
        found: what is wrong, as a clause without a full stop ("port 8080 is taken").
        mend: what to do about it, as a sentence.
    """

    def __init__(self, found: str, mend: str) -> None:
        super().__init__(f"{found}. {mend}")
        self.found = found
        self.mend = mend


def said(what: str, value: str | None) -> str:
    """What was typed for an argument; "" where nothing was.

    Raises:
        UsageError: it was typed, and is empty: a variable of a script that is not set, more often than not.
    """
    if value is not None and not value.strip():
        raise UsageError(f"{what} is empty", "Name one, or leave it out. Is a variable of a script not set?")
    return value or ""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that begins with this one or is spelt most like it, or None when none comes near."""
    by_folded = {each.casefold(): each for each in known}
    folded = name.casefold()
    begun = [each for each in by_folded if len(folded) >= _BEGINNING and each.startswith(folded)]
    close = get_close_matches(folded, begun or by_folded, n=1, cutoff=0 if begun else _ALIKE)
    return by_folded[close[0]] if close else None


def unknown(what: str, name: str, known: Iterable[str], *, where: str = "") -> UsageError:
    """The error for a name that nobody knows; names the nearest known one.

    Args:
        what: the sort of thing it should have been ("report kind").
        name: as it was typed.
        known: every name that would have been right.
        where: the command that lists them, for a list too long to print.
    """
    names = list(known)
    meant = nearest(name, names)
    mends = [f"Did you mean {meant}?"] if meant else []
    if where and len(names) > _LISTED:
        mends.append(f"`{where}` names them all.")
    elif names:
        mends.append(f"Known: {', '.join(names)}.")
    return UsageError(f"there is no {what} called {name!r}", " ".join(mends) or "None are known here.")
