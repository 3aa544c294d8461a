"""The proof of the fuzzer: how many steps it takes to find each stateful fault of our reference server.

`python -m mfa_harness.fuzz.matrix docs/fuzz-matrix.md` measures all of them and writes the table; names of faults after
it measure those alone and leave the other rows as they are, `--missing` those that have no row.
"""

from __future__ import annotations

import gc
import re
import statistics
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from mfa_harness.fuzz.exploring import Explorer
from mfa_harness.fuzz.left_out import NOT_EVERY_SEED, NOT_REACHED, NOT_STATEFUL
from mfa_harness.scenario.run import Run
from mfa_harness.targets.reference import ReferenceTarget

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SEEDS: Final = (1, 2, 3)
STEPS: Final = 2000
_WORKERS: Final = 2
_NOT_FOUND: Final = "not found"
_SEEDS: Final = ", ".join(map(str, SEEDS))
_ROW: Final = re.compile(r"\| (\w+) \| ([\w-]+) \| ([^|]*) \| [^|]*\| ([^|]*)\|")


class Row(msgspec.Struct, frozen=True):
    """One fault: the steps to the first finding by seed (None: not found), and the requirements that named it."""

    slug: str
    id: str
    steps: tuple[int | None, ...]
    requirements: tuple[str, ...]

    @property
    def median(self) -> int | None:
        """Steps to find, over the seeds; None where not all found it."""
        found = [each for each in self.steps if each is not None]
        return round(statistics.median(found)) if len(found) == len(self.steps) else None


def row_of(slug: str, fault_id: str, *, seeds: Sequence[int] = SEEDS, steps: int = STEPS) -> Row:
    """Look for one fault, once a seed."""
    found: list[int | None] = []
    names: dict[str, None] = {}
    for seed in seeds:
        gc.unfreeze()  # of the exploration before, whose servers are gone by now
        gc.collect()
        target = ReferenceTarget([slug])
        target.open()
        explorer = Explorer(Run(target, seed="0"), seed=seed, steps=steps, only_first=True)
        explorer.explore()
        target.close()
        found.append(explorer.findings[0].steps if explorer.findings else None)
        names |= dict.fromkeys(finding.requirement for finding in explorer.findings)
    return Row(slug, fault_id, tuple(found), tuple(names))


def stateful() -> dict[str, str]:
    """The slug and id of every fault of the server that stories should find."""
    from mfa_simulators.server.faults import FAULTS  # noqa: PLC0415 - loads the whole server

    return {
        slug: fault.id
        for slug, fault in FAULTS.items()
        if slug not in NOT_STATEFUL and slug not in NOT_REACHED
    }


def missing(page: str) -> list[str]:
    """The faults that stories should find and of which a page says nothing."""
    measured = {row.slug for row in rows_of(page)}
    return [slug for slug in stateful() if slug not in measured]


def unexplained(rows: Iterable[Row]) -> list[str]:
    """The faults that were not found on every seed, and nobody has said why."""
    return [row.slug for row in rows if row.median is None and row.slug not in NOT_EVERY_SEED]


def rows_of(page: str) -> list[Row]:
    """The rows of a page that was written before."""
    return [
        Row(
            slug,
            fault_id,
            tuple(None if each == _NOT_FOUND else int(each) for each in steps.split(", ")),
            tuple(requirements.strip().split(", ")) if requirements.strip() else (),
        )
        for fault_id, slug, steps, requirements in _ROW.findall(page)
    ]


def as_markdown(rows: Iterable[Row], *, steps: int = STEPS) -> str:
    """The table as a page."""
    lines = [
        "# What fuzzing finds",
        "",
        "Written by `python -m mfa_harness.fuzz.matrix docs/fuzz-matrix.md`: how many steps (acts of people)",
        f"`mfa-harness fuzz reference:FAULT` takes to its first finding, on the seeds {_SEEDS}, of {steps:,} at most.",
        "Faults of clients are not in it: `check --client` and `self-test` are about those.",
        "",
        "| fault | | steps, by seed | median | requirements named |",
        "|---|---|---|---|---|",
    ]
    rows = list(rows)
    for row in rows:
        found = ", ".join(_NOT_FOUND if each is None else str(each) for each in row.steps)
        median = "" if row.median is None else str(row.median)
        lines.append(f"| {row.id} | {row.slug} | {found} | {median} | {', '.join(row.requirements)} |")
    complete = [row.median for row in rows if row.median is not None]
    lines += ["", f"Found on every seed: {len(complete)} of {len(rows)}."]
    for seeds in range(len(SEEDS)):
        fewer = sum(sum(each is not None for each in row.steps) == seeds for row in rows)
        if fewer:
            lines.append(f"Found on {seeds} of {len(SEEDS)} seeds: {fewer}.")
    if complete:
        lines.append(f"The median of the medians is {round(statistics.median(complete))} steps.")
    yet = [slug for slug in stateful() if slug not in {row.slug for row in rows}]
    if yet:
        lines += ["", f"Not measured yet, and `--missing` does so: {len(yet)} ({', '.join(yet)})."]
    lines += ["", "## Where not, and why", ""]
    for title, table in (
        ("Found, but not on every seed within so few steps", NOT_EVERY_SEED),
        ("Stateful, and not reached", NOT_REACHED),
        ("Not stateful", NOT_STATEFUL),
    ):
        if table:
            lines += [f"{title}:", "", *(f"- `{slug}`: {reason}" for slug, reason in table.items()), ""]
    return "\n".join(lines)


def measure(path: Path, wanted: Iterable[str]) -> list[Row]:
    """Measure the wanted faults and write the page, row by row as they come: interrupted, it keeps what it has."""
    ids = stateful()
    kept = {row.slug: row for row in (rows_of(path.read_text(encoding="utf-8")) if path.exists() else ())}
    with ProcessPoolExecutor(_WORKERS) as pool:
        running = [pool.submit(row_of, slug, ids[slug]) for slug in wanted]
        for done in as_completed(running):
            row = done.result()
            kept[row.slug] = row
            sys.stdout.write(f"{row.id} {row.slug}: {row.steps} {', '.join(row.requirements)}\n")
            sys.stdout.flush()
            path.write_text(as_markdown(_in_order(kept, ids)), encoding="utf-8")
    rows = _in_order(kept, ids)
    path.write_text(as_markdown(rows), encoding="utf-8")
    return rows


def _in_order(rows: dict[str, Row], ids: dict[str, str]) -> list[Row]:
    return [rows[slug] for slug in ids if slug in rows]


def main(arguments: Sequence[str]) -> int:
    """Write the page; 1 where a fault was not found on every seed and nobody has said why."""
    path, wanted = Path(arguments[0]), list(arguments[1:])
    if wanted == ["--missing"]:
        wanted = missing(path.read_text(encoding="utf-8") if path.exists() else "")
    elif unknown := set(wanted) - set(stateful()):
        sys.stderr.write(f"no stateful fault of the server is called {', '.join(sorted(unknown))}\n")
        return 2
    elif not wanted:
        wanted = list(stateful())
    why = unexplained(measure(path, wanted))
    if why:
        sys.stdout.write(f"not found on every seed, and not in NOT_EVERY_SEED: {', '.join(why)}\n")
    return int(bool(why))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
