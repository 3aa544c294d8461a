"""Reports, all made from the one event stream of a run.

A kind of report is a module with `render`, a function from a run's events to a file's bytes, and a line in `REPORTS`.
"""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from mfa_harness.reports.reporter import Reporter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mfa_harness.events import Event


def _in(module: str) -> Callable[[Sequence[Event]], bytes]:
    """The `render` of a module, imported when it is called: templates and Gherkin take their time to load."""

    def render(events: Sequence[Event]) -> bytes:
        content: bytes = import_module(f"{__name__}.{module}").render(events)
        return content

    return render


REPORTS: Final[Mapping[str, Callable[[Sequence[Event]], bytes]]] = MappingProxyType(
    {
        "json": _in("ndjson"),
        "html": _in("html"),
        "junit": _in("junit"),
        "markdown": _in("markdown"),
        "cucumber": _in("cucumber"),
        "har": _in("har"),
    }
)
"""Every kind of report that goes to a file, by the word that `--report KIND=PATH` takes."""

KINDS: Final = " or ".join(", ".join(REPORTS).rsplit(", ", 1))
"""The words themselves, for people."""

__all__ = ["KINDS", "REPORTS", "Reporter"]
