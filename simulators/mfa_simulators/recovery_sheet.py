"""RecoverySheet: the paper with the recovery codes, crossed out one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class NoRecoveryCode(LookupError):  # noqa: N818 -- an event in a person's life; named as she would say it
    """No unused recovery code is left on the sheet."""


class RecoverySheet:
    """Recovery codes as they were written down, in that order.

    Args:
        codes: of one set.
    """

    def __init__(self, codes: Iterable[str] = ()) -> None:
        self.codes = tuple(codes)
        """All codes, used or not."""
        self._used: list[str] = []

    @property
    def used(self) -> tuple[str, ...]:
        """The codes that were taken, in the order in which they were."""
        return tuple(self._used)

    @property
    def unused(self) -> tuple[str, ...]:
        """The codes that were not taken yet."""
        return tuple(code for code in self.codes if code not in self._used)

    def take(self) -> str:
        """The next unused code, crossed out with that.

        Raises:
            NoRecoveryCode: none is left.
        """
        for code in self.codes:
            if code not in self._used:
                self._used.append(code)
                return code
        raise NoRecoveryCode(
            f"all {len(self.codes)} recovery codes are used: have new ones made"
            if self.codes
            else "no recovery codes were written down",
        )

    def __len__(self) -> int:
        return len(self.unused)

    def __repr__(self) -> str:  # without the codes: it would end up in failure reports
        return f"RecoverySheet({len(self)} of {len(self.codes)} unused)"
