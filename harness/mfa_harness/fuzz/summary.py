"""What a person reads of an exploration: a live line, and at the end what was found, reached and left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TextIO

from mfa_harness import requirements
from mfa_harness.fuzz.gherkin import scenario
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mfa_harness.fuzz.exploring import Explorer
    from mfa_harness.fuzz.findings import Finding
    from mfa_harness.fuzz.known import Known

_LIVE_SECONDS: Final = 1.0
_MANY: Final = 12


def summary(
    explorer: Explorer, known: Known, written: Sequence[Path], leftovers: Sequence[str]
) -> Iterator[str]:
    """All that is said at the end, line by line."""
    for finding in explorer.findings:
        yield from _told(finding, explorer.seed)
    yield from known.stale
    for gone in known.gone(explorer):
        yield (
            f"{known.path}:{gone.first}: {gone.check} is expected and was not met in this run;"
            f" if it is mended, delete {gone.lines}"
        )
    expected = sum(explorer.met[each] for each in known.requirements)
    if expected:
        yield f"expected, and met {expected} times: {', '.join(sorted(set(known.requirements) & set(explorer.met)))}"
    if explorer.gone:
        yield f"the run ended there: the target does not answer any more ({explorer.gone})"
    yield from _reached(explorer)
    if written:
        yield f"written: {', '.join(map(str, written))}"
    if leftovers:
        yield f"left over: {', '.join(leftovers)}"


def _told(finding: Finding, seed: int) -> Iterator[str]:
    known = requirements.load().get(finding.requirement)
    seen = "FAIL" if finding.verdict is Verdict.FAIL else "WARN" if finding.certain else "seen once"
    yield f"{seen}  {finding.id}  {known.text if known is not None else ''}".rstrip()
    yield f"      required  {finding.required}"
    if known is not None:
        yield f"      source    {known.sources[0]}"
    yield f"      got       {finding.got}"
    yield f"      found     after {finding.steps} steps, and again {finding.again} of {finding.of} times"
    yield f"      again     {finding.again_by(seed)}"
    yield from (f"  {text}" for text in scenario(finding).splitlines() if text.startswith("    "))
    yield ""


def _reached(explorer: Explorer) -> Iterator[str]:
    missed = sorted(set(explorer.reachable) - set(explorer.reached.rules))
    yield status(explorer)
    if explorer.steps == 0 and not explorer.findings:
        yield "nothing was tried: the time was over before the first step. Give it more, by --seconds."
    elif len(missed) > _MANY:
        yield f"not reached this time: {len(missed)} kinds of act; a longer run reaches more (--seconds, --examples)"
    elif missed:
        yield f"not reached this time: {', '.join(missed)}"
    yield from _unreachable(explorer.unreachable, "cannot be reached")
    yield from _unreachable(explorer.cannot_open, "cannot be arranged")


def _unreachable(unreachable: dict[str, str], how: str) -> Iterator[str]:
    by_reason: dict[str, list[str]] = {}
    for name, reason in unreachable.items():
        by_reason.setdefault(reason, []).append(name)
    for reason, names in by_reason.items():
        yield f"{how}, because {reason}: {', '.join(names)}"


def status(explorer: Explorer) -> str:
    """How far it has come, in one line."""
    found = len(explorer.findings)
    speed = explorer.steps / max(explorer.seconds, 0.001)
    return (
        f"{explorer.steps} step{'' if explorer.steps == 1 else 's'}, {speed:.0f} a second, "
        f"{len(explorer.reached.rules)} of {len(explorer.reachable)} rules, "
        f"{len(explorer.reached.transitions)} transitions, {len(explorer.reached.requirements)} requirements, "
        f"{found} finding{'' if found == 1 else 's'}"
    )


class Live:
    """A line that is written over, where somebody watches; else nothing."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._watched = out.isatty()
        self._next = 0.0

    def watch(self, explorer: Explorer) -> None:
        """Told after every step."""
        if self._watched and explorer.seconds >= self._next:
            self._next = explorer.seconds + _LIVE_SECONDS
            self._out.write(f"\r{status(explorer)} ")
            self._out.flush()

    def note(self, text: str) -> None:
        """What a person should know while the run goes on."""
        self.end()
        self._out.write(f"{text}\n")

    def end(self) -> None:
        """The line is over."""
        if self._watched:
            self._out.write("\r\033[K")
