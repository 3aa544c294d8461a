"""Fresh e-mail addresses for a target that has seen other runs."""

from __future__ import annotations

import re
import secrets
from itertools import count
from typing import Final

from mfa_harness.verdicts import NotApplicable

_PLAIN: Final = re.compile(r"[A-Za-z0-9 ._'-]*\Z")


class Addresses:
    """Addresses by the profile's pattern; one of these serves a whole run.

    Args:
        pattern: holds {unique}, {n} or both, and may hold {name}.
    """

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._run = secrets.token_hex(4)
        self._numbers = count(1)

    def new(self, name: str) -> str:
        """An address nobody has used yet.

        Raises:
            NotApplicable: the name is to be tried as it is, and the pattern has no place for it.
        """
        plain = bool(_PLAIN.match(name))
        if not plain and "{name}" not in self._pattern:
            raise NotApplicable(
                f"the profile's sign_in.email has no {{name}}, where {name!r} would have to stand"
            )
        number = next(self._numbers)
        words = {
            "{unique}": f"{self._run}-{number}",
            "{n}": str(number),
            "{name}": "-".join(name.lower().split()) if plain else name,
        }
        address = self._pattern
        for word, value in words.items():
            address = address.replace(word, value)
        return address
