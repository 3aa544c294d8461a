"""The kill matrix for people and programs: text, JSON, and the Markdown page that is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from mfa_harness.kill_matrix import CONTROL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_harness.kill_matrix import Matrix, Row

_PAGE = """\
# The kill matrix

Every fault of the reference server and, with `client:` before it, of the reference client; and the checks that catch
it. Each check is *bound* to the faults that it is there to catch; a check that catches none of them, or a fault that no
bound check catches, fails `mfa-harness self-test`.
`{control}` changes nothing: a check that reported it would lie. Written by `mfa-harness self-test --markdown`.

{count} faults, {checks} checks bound to them.

| fault | what is wrong with a server or client that has it | requirement | caught by |
|---|---|---|---|
"""


def as_json(matrix: Matrix) -> str:
    """A list of `{id, slug, killed, killed_by, bound}`."""
    rows = [
        {
            "id": row.id,
            "slug": row.slug,
            "killed": row.killed,
            "killed_by": row.killed_by,
            "bound": row.bound,
        }
        for row in matrix.rows
    ]
    return msgspec.json.format(msgspec.json.encode(rows)).decode() + "\n"


def as_text(matrix: Matrix) -> str:
    """The matrix a line a fault, then what is wrong."""
    return "\n".join(_lines(matrix)) + "\n"


def _lines(matrix: Matrix) -> Iterator[str]:
    for row in matrix.rows:
        yield f"{_state(row):<9} {row.id}  {row.slug}"
        for id_ in row.killed_by if matrix.full else row.caught_by_bound:
            yield f"                {id_}{'' if id_ in row.bound else '  (not bound)'}"
    faults = [row for row in matrix.rows if row.slug != CONTROL]
    killed = sum(bool(row.caught_by_bound) for row in faults)
    yield ""
    if matrix.interrupted:
        yield f"INTERRUPTED after {len(matrix.rows)} of {matrix.planned} faults: nothing is said of the others"
    headline = "FAIL" if matrix.problems else "SO FAR" if matrix.interrupted else "PASS"
    yield f"{headline}: {killed} of {len(faults)} faults are caught by checks bound to them"
    yield f"runs         {matrix.checks_run} checks against {len(matrix.rows)} servers"
    for problem in matrix.problems:
        yield f"problem      {problem}"


def _state(row: Row) -> str:
    if row.slug == CONTROL:
        return "REPORTED" if row.killed else "control"
    return "killed" if row.caught_by_bound else "SURVIVES"


def as_markdown(matrix: Matrix) -> str:
    """The page docs/kill-matrix.md."""
    faults = [row for row in matrix.rows if row.slug != CONTROL]
    checks = {id_ for row in faults for id_ in row.bound}
    page = _PAGE.format(control=CONTROL, count=len(faults), checks=len(checks))
    return page + "".join(_table_row(row) for row in faults)


def _table_row(row: Row) -> str:
    caught = "<br>".join(f"`{id_}`" for id_ in row.caught_by_bound) or "**nothing**"
    return f"| {row.id} `{row.slug}` | {row.sentence} | `{row.requirement}` | {caught} |\n"
