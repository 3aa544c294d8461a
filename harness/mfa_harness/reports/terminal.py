"""The report on standard output, with two faces: a live line on a terminal, plain lines anywhere else."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Final, TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

from mfa_harness.events import CheckFinished, Note, RunFinished, RunStarted
from mfa_harness.reports.layout import MARKS, brief, explained, opening, printable, summary
from mfa_harness.reports.run import AS_EXPECTED, WORDS, Run
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mfa_harness.events import Event

PLAIN_WIDTH: Final = 120
"""Columns of plain lines where nobody says otherwise: a CI log is wide, and a failure takes four lines."""

_STYLES: Final[Mapping[Verdict, str]] = {
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.WARN: "yellow",
    Verdict.NOT_APPLICABLE: "cyan",
    Verdict.BLOCKED: "bold red",
    Verdict.ERROR: "bold magenta",
}


class _Console(Console):
    """A console whose reader may go (`| head`): the run goes on, for its reports and its exit code."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.file.fileno())  # what is still in the buffer must go somewhere
        os.close(nowhere)


class TerminalReporter:
    """Names every check with its verdict as it ends, explains at the end what did not pass, and sums up.

    Args:
        file: where to write. A terminal gets colour and a live last line; `NO_COLOR` and `FORCE_COLOR` are
            honoured.
        width: columns to keep to; None is the terminal's, or `COLUMNS`, or 120 for plain lines.
    """

    def __init__(self, file: TextIO, *, width: int | None = None) -> None:
        alive = file.isatty() and os.environ.get("TERM") != "dumb"
        columns = os.environ.get("COLUMNS", "")
        if width is None and not alive:
            width = int(columns) if columns.isdecimal() and int(columns) else PLAIN_WIDTH
        self._console = _Console(
            file=file, width=width, highlight=False, markup=False, emoji=False, soft_wrap=True
        )
        self._live = (
            Live(
                console=self._console,
                auto_refresh=False,  # no thread beside the run: the line changes when something happens
                redirect_stdout=False,
                redirect_stderr=False,
                transient=True,
            )
            if alive
            else None
        )
        self._events: list[Event] = []
        self._planned = 0
        self._counts: Counter[str] = Counter()
        self._feature = ""
        self._now = ""
        self._summed_up = False

    def on_event(self, event: Event) -> None:
        """Write what the event has to say, and keep it for the summary."""
        self._events.append(event)
        match event:
            case RunStarted():
                self._start(event)
            case CheckFinished():
                self._check(event)
            case Note():
                self._now = printable(event.text)
                self._print([f"note  {self._now}"], "dim")
                self._refresh()
            case RunFinished():
                self._sum_up()

    def close(self) -> None:
        """Give the terminal back; a run that broke off is still explained and summed up."""
        if self._events and not self._summed_up:
            self._sum_up()

    def _start(self, event: RunStarted) -> None:
        self._planned = event.planned
        self._print(opening(event, self._console.width), "bold")
        if self._live:
            self._live.start()
        self._refresh()

    def _check(self, check: CheckFinished) -> None:
        self._now = ""
        self._counts[WORDS[check.verdict] if check.expected is None else AS_EXPECTED] += 1
        if check.feature != self._feature:
            self._feature = check.feature
            self._print(["", printable(check.feature)], "bold")
        style = _STYLES[check.verdict if check.expected is None else Verdict.NOT_APPLICABLE]
        self._marked(brief(check, self._console.width), check.verdict, style)
        self._refresh()

    def _sum_up(self) -> None:
        self._summed_up = True
        if self._live:
            self._live.stop()
        run = Run.of(self._events)
        width = self._console.width
        for check in run.to_explain():
            self._print([""])
            self._marked(explained(check, width), check.verdict, _STYLES[check.verdict])
        headline, *rest = summary(run, width)
        self._print([""])
        self._print([headline], _STYLES[run.headline[0]])
        self._print(rest)
        # The label: the name is the same with somebody's client in front of it.
        if run.started and run.started.label.startswith("our reference server"):
            self._print(["", "To test yours: mfa-harness init URL --environment ID"], "dim")

    def _refresh(self) -> None:
        if self._live is None:
            return
        words = (*WORDS.values(), AS_EXPECTED)
        counts = [f"{self._counts[word]} {word}" for word in words if self._counts[word]]
        done = f"{self._counts.total()} of {self._planned}"
        line = "  ".join([done, *counts, *([self._now] if self._now else [])])
        self._live.update(
            Text(line, style=self._wanted("dim"), no_wrap=True, overflow="ellipsis"), refresh=True
        )

    def _print(self, lines: Iterable[str], style: str = "") -> None:
        for line in lines:
            self._console.print(Text(line, style=self._wanted(style)))

    def _wanted(self, style: str) -> str:
        return "" if os.environ.get("NO_COLOR") else style  # rich would leave bold and dim

    def _marked(self, lines: Iterable[str], verdict: Verdict, style: str) -> None:
        """Lines of one check: its verdict in colour, what follows the first line plain."""
        for number, line in enumerate(lines):
            text = Text(line)
            if number == 0:
                text.stylize(self._wanted(style), 0, len(MARKS[verdict]))
            self._console.print(text)
