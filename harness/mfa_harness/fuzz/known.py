"""The findings that are expected: what they break is no news, and what is not met any more is said."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mfa_harness import requirements
from mfa_harness.expected.entries import parse
from mfa_harness.expected.ledger import read as read_list
from mfa_harness.usage import nearest
from mfa_simulators.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mfa_harness.expected.entries import Entry
    from mfa_harness.fuzz.exploring import Explorer


@dataclass
class Known:
    """The findings that are expected, and what is wrong with the list."""

    path: Path | None = None
    entries: Sequence[Entry] = ()
    stale: list[str] = field(default_factory=list)

    @classmethod
    def load(cls, path: Path | None) -> Known:
        """The list that a file holds; none where there is no file.

        Raises:
            UsageError: it cannot be read.
        """
        if path is None:
            return cls()
        known = cls(path, parse(read_list(path, to_update=False), file=str(path)))
        today = datetime.fromtimestamp(SystemClock().now(), UTC).date()
        catalogue = requirements.load()
        for entry in known.entries:
            where = f"{path}:{entry.first}"
            if requirements.of_check(entry.check, catalogue) is None:
                near = nearest(entry.check.rpartition(".")[0], catalogue)
                known.stale.append(
                    f"{where}: {entry.check} begins with no requirement{f'; {near}?' if near else ''}"
                )
            elif entry.until is not None and entry.until < today:
                known.stale.append(
                    f"{where}: {entry.check} was expected until {entry.until} only ({entry.reason})"
                )
        return known

    @property
    def requirements(self) -> set[str]:
        """Whose breach is no news."""
        catalogue = requirements.load()
        found = (requirements.of_check(entry.check, catalogue) for entry in self.entries)
        return {each.id for each in found if each is not None}

    def gone(self, explorer: Explorer) -> list[Entry]:
        """The entries that this run has not met."""
        catalogue = requirements.load()
        return [
            entry
            for entry in self.entries
            if (known := requirements.of_check(entry.check, catalogue)) is not None
            and not explorer.met[known.id]
        ]
