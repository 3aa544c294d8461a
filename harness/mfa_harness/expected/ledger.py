"""What a run is judged by besides the requirements: which failures are expected, and which entries are stale."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from mfa_harness import toml_file
from mfa_harness.events import Expected, StaleEntry
from mfa_harness.expected.entries import ListError, parse
from mfa_harness.usage import UsageError, nearest
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from mfa_harness.events import CheckFinished
    from mfa_harness.expected.entries import Entry
    from mfa_simulators.clock import Clock

EXCUSABLE: Final = (Verdict.FAIL, Verdict.BLOCKED, Verdict.WARN)
"""What an entry may excuse; an error of ours is never expected."""


class ExpectedFailures:
    """The entries of a list, and what they make of a check. Without entries nothing is expected.

    Args:
        entries: in the order of the file.
        file: the file as the user typed it.
        today: what `until` is compared with.
    """

    def __init__(self, entries: Iterable[Entry] = (), *, file: str = "", today: date = date.min) -> None:
        self._entries = {entry.check: entry for entry in entries}
        self._file = file
        self._today = today

    @classmethod
    def load(cls, path: Path, *, clock: Clock, to_update: bool = False) -> ExpectedFailures:
        """Read a list.

        Args:
            path: the file.
            clock: says what day it is, in UTC.
            to_update: the file will be written: it may be missing, and reasons may still be placeholders.

        Raises:
            ListError: the file holds something that is not understood.
            UsageError: it cannot be read, or not be written where that is needed.
        """
        text = read(path, to_update=to_update)
        entries = parse(text, file=str(path), filled=not to_update)
        return cls(entries, file=str(path), today=datetime.fromtimestamp(clock.now(), UTC).date())

    def excuse(self, check_id: str, verdict: Verdict) -> Expected | None:
        """Why a check may end in this verdict today; None where it may not, or need not."""
        entry = self._entries.get(check_id)
        if entry is None or verdict not in EXCUSABLE or self._is_over(entry):
            return None
        return Expected(entry.reason, entry.until.isoformat() if entry.until else "", self._where(entry))

    def stale(
        self, results: Iterable[CheckFinished], known: Collection[str], *, passing_too: bool = True
    ) -> Iterator[StaleEntry]:
        """The entries that do not hold any more, in the order of the file.

        A check that was not run, is not applicable or ended in an error of ours says nothing about its entry.

        Args:
            results: what was run.
            known: the ids of all checks that could have been run.
            passing_too: count entries whose check passes; an update takes them off.
        """
        verdicts = {result.id: result.verdict for result in results}
        for entry in self._entries.values():
            verdict = verdicts.get(entry.check)
            delete = f"delete {entry.lines}"
            if entry.check not in known:
                yield self._stale(
                    entry,
                    "no check has this id",
                    _meant(entry.check, known) or f"{delete}, or name the --features that hold it",
                )
            elif verdict is Verdict.PASS:
                if passing_too:
                    yield self._stale(entry, "passes now", delete)
            elif verdict in EXCUSABLE and self._is_over(entry):
                over = f"was expected to fail until {entry.until} only ({entry.reason})"
                yield self._stale(entry, over, f"{delete}, or decide on another date")

    def _is_over(self, entry: Entry) -> bool:
        return entry.until is not None and entry.until < self._today

    def _stale(self, entry: Entry, finding: str, mend: str) -> StaleEntry:
        return StaleEntry(entry.check, self._where(entry), finding, mend)

    def _where(self, entry: Entry) -> str:
        return f"{self._file}:{entry.first}"


def _meant(name: str, known: Collection[str]) -> str:
    """What to do about a name that is no check's: several checks are meant by it, or another spelling."""
    pattern = name.replace("[", "[[]")
    several = [
        each for each in known if each.startswith((f"{name}.", f"{name}[")) or fnmatchcase(each, pattern)
    ]
    if several:
        more = f", and {len(several) - 1} more" if len(several) > 1 else ""
        return f"list each check by itself: {several[0]}{more}"
    near = nearest(name, known)
    return f"did you mean {near}?" if near else ""


def read(path: Path, *, to_update: bool) -> str:
    """The text of a list, "" of one that an update has yet to make.

    Raises:
        ListError: not UTF-8.
        UsageError: as `ExpectedFailures.load`.
    """
    if not path.exists() and not to_update:
        raise UsageError(
            f"--expected-failures {path}: there is no such file",
            "Add --update-expected-failures to have it written.",
        )
    try:
        if to_update:
            _try_out(path)
        return toml_file.read_text(path) if path.exists() else ""
    except toml_file.TomlFileError as error:
        if error.line:
            raise ListError([f"{path}:{error.line}: {error.found}"]) from None
        raise UsageError(f"--expected-failures {path}: {error.found}", f"{error.mend}.") from None
    except OSError as error:
        what = "written" if to_update else "read"
        raise UsageError(
            f"--expected-failures {path} cannot be {what}: {(error.strerror or str(error)).lower()}",
            "Name a file that can be.",
        ) from error


def _try_out(path: Path) -> None:
    existed = path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.open("ab").close()
    if not existed:
        path.unlink()
