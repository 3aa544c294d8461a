"""Reports, all made from the one event stream of a run.

A kind of report is a function from a run's events to a file's bytes, and a line in `REPORTS`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from mfa_harness.reports import junit, markdown, ndjson
from mfa_harness.reports.reporter import Reporter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mfa_harness.events import Event

REPORTS: Final[Mapping[str, Callable[[Sequence[Event]], bytes]]] = MappingProxyType(
    {
        "json": ndjson.render,
        "junit": junit.render,
        "markdown": markdown.render,
    }
)
"""Every kind of report that goes to a file, by the word that `--report KIND=PATH` takes."""

__all__ = ["REPORTS", "Reporter"]
