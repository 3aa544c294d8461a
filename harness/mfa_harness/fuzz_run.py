"""`mfa-harness fuzz` and `replay`: open the target, explore, tell the person and the reporters."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TextIO

from mfa_harness import __version__, interrupts, requirements
from mfa_harness.events import CheckFinished, Failure, RunFinished, RunStarted, StepRecord
from mfa_harness.expected.entries import parse
from mfa_harness.expected.ledger import read as read_list
from mfa_harness.fuzz.exploring import Explorer
from mfa_harness.fuzz.gherkin import scenario
from mfa_harness.fuzz.keeping import found_before, read, save
from mfa_harness.fuzz.telling import tell
from mfa_harness.fuzz.wire.wire_run import WireExplorer, as_json, described
from mfa_harness.scenario.run import Run
from mfa_harness.targets.parse import open_target
from mfa_harness.targets.reach import demand_leave_to_fuzz
from mfa_harness.usage import UsageError, nearest
from mfa_harness.verdicts import Verdict
from mfa_simulators.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mfa_harness.expected.entries import Entry
    from mfa_harness.fuzz.findings import Finding
    from mfa_harness.fuzz.wire.wire_run import WireFinding
    from mfa_harness.reports.reporter import Reporter
    from mfa_harness.targets.target import Target

OK, FAILED, INTERRUPTED = 0, 1, 130
_LIVE_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class FuzzOptions:
    """One exploration, asked for; see the command's help for each.

    Args:
        target: TARGET as typed; "" for the profile's own url.
        profile: the target's profile.
        seconds: how long at most.
        steps: how many acts at most.
        seed: of the run.
        save: where findings are written.
        expected_failures: the list of findings that are known.
        strict: what was seen only once fails, too.
        client: the driver of a client SDK, or of an adapter, to reach the target by; as for check.
        wire: odd bytes are sent; see `fuzz.wire`.
    """

    target: str = "reference"
    profile: Path | None = None
    seconds: float | None = None
    steps: int | None = None
    seed: int = 0
    save: Path | None = None
    expected_failures: Path | None = None
    strict: bool = False
    client: str = ""
    wire: bool = False


def run_fuzz(options: FuzzOptions, reporters: Sequence[Reporter], *, out: TextIO) -> int:
    """Explore a target once.

    Returns:
        The exit code: 0 nothing found, 1 a requirement is broken, 130 interrupted; findings so far are kept.

    Raises:
        TargetError: the target cannot be used, or may not be fuzzed.
        UsageError: the list of expected failures cannot be used.
    """
    if options.wire:
        return run_wire(options, reporters, out=out)
    known = _Known.load(options.expected_failures)
    line = _Live(out)
    target = open_target(
        options.target or None, options.profile, str(options.seed), note=line.note, client=options.client
    )
    _demand_leave(target, options)
    run = Run(target, seed=str(options.seed), reporters=reporters)
    interrupted = False
    begun = time.perf_counter()
    with interrupts.allowed():
        target.open()
    try:
        explorer = Explorer(
            run,
            seed=options.seed,
            steps=options.steps,
            seconds=options.seconds,
            known=known.requirements,
            watch=line.watch,
        )
    except BaseException:
        target.close()
        raise
    run.emit(
        RunStarted(
            harness=__version__,
            target=target.name,
            label=target.label,
            seed=str(options.seed),
            planned=0,
            title="fuzz",
        )
    )
    try:
        with interrupts.allowed():
            for finding in found_before(options.save):
                explorer.tell_again(finding)
            explorer.explore()
    except KeyboardInterrupt:
        interrupted = True
    finally:
        line.end()
        run.leftovers.extend(target.close())
    for finding in explorer.findings:
        run.emit(_as_check(finding, explorer))
    interrupted = interrupted or interrupts.asked()
    code = INTERRUPTED if interrupted else _code(explorer, known, options)
    run.emit(
        RunFinished(
            counts=dict(Counter(_verdict(finding).value for finding in explorer.findings)),
            exit_code=code,
            not_tested=dict(Counter(explorer.unreachable.values())),
            leftovers=tuple(run.leftovers),
            interrupted=interrupted,
            seconds=time.perf_counter() - begun,
        )
    )
    written = save(options.save, explorer.findings) if options.save is not None else []
    out.writelines(f"{text}\n" for text in _summary(explorer, known, written, run.leftovers))
    return code


def run_wire(options: FuzzOptions, reporters: Sequence[Reporter], *, out: TextIO) -> int:
    """Send odd bytes to a target, and see that it never fails, is never late and never tells a secret.

    Returns:
        As `run_fuzz`.

    Raises:
        TargetError: the target cannot be used, or may not be fuzzed.
        UsageError: what makes the requests is not installed, or an option makes no sense here.
    """
    if options.client or options.expected_failures is not None:
        raise UsageError(
            "--wire goes with neither --client nor --expected-failures",
            "Bytes are sent to a server by its wire; leave them out.",
        )
    line = _Live(out)
    target = open_target(options.target or None, options.profile, str(options.seed), note=line.note)
    _demand_leave(target, options)
    run = Run(target, seed=str(options.seed), reporters=reporters)
    begun = time.perf_counter()
    interrupted = False
    with interrupts.allowed():
        target.open()
    explorer = WireExplorer(run, seed=options.seed, requests=options.steps, seconds=options.seconds)
    run.emit(_started(run, "fuzz --wire", options))
    try:
        with interrupts.allowed():
            explorer.explore()
    except KeyboardInterrupt:
        interrupted = True
    finally:
        run.leftovers.extend(target.close())
    verdicts = [_wire_check(finding, run) for finding in explorer.findings]
    for check in verdicts:
        run.emit(check)
    broken = any(check.verdict is Verdict.FAIL for check in verdicts) or (options.strict and verdicts)
    code = INTERRUPTED if interrupted else FAILED if broken else OK
    run.emit(
        RunFinished(
            counts=dict(Counter(check.verdict.value for check in verdicts)),
            exit_code=code,
            not_tested={},
            leftovers=tuple(run.leftovers),
            interrupted=interrupted,
            seconds=time.perf_counter() - begun,
        )
    )
    if options.save is not None and explorer.findings:
        options.save.mkdir(parents=True, exist_ok=True)
        (options.save / "wire.json").write_bytes(as_json(explorer.findings))
    for finding in explorer.findings:
        out.writelines(f"{text}\n" for text in described(finding))
    asked = ", ".join(f"{count} {source}" for source, count in sorted(explorer.asked.items()))
    found = len(explorer.findings)
    out.write(f"{explorer.requests} requests ({asked}), {found} finding{'' if found == 1 else 's'}\n")
    return code


def _started(run: Run, title: str, options: FuzzOptions) -> RunStarted:
    return RunStarted(
        harness=__version__,
        target=run.target.name,
        label=run.target.label,
        seed=str(options.seed),
        planned=0,
        title=title,
    )


def _wire_check(finding: WireFinding, run: Run) -> CheckFinished:
    known = requirements.load().get(finding.requirement)
    must = known is None or known.level == "MUST"
    return CheckFinished(
        id=finding.id,
        title=f"{finding.what} ({finding.place})",
        feature="fuzz --wire",
        line=0,
        requirement=finding.requirement,
        level=known.level if known is not None else "MUST",
        verdict=Verdict.FAIL if must and finding.certain else Verdict.WARN,
        failure=Failure(
            required=finding.required,
            got=finding.got,
            source=known.sources[0] if known else "",
            details=finding.sent[:500],
        ),
        steps=(),
        again=f"mfa-harness fuzz {run.target.name} --wire --seed {run.seed}",
    )


def run_replay(file: Path, target: str, profile: Path | None, *, client: str = "", out: TextIO) -> int:
    """Tell a kept story once more, and say what has become of it.

    Raises:
        UsageError: the file cannot be read or is no replay file.
        TargetError: the target cannot be used.
    """
    try:
        text = file.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{file}: {(error.strerror or str(error)).lower()}",
            "Name a file that `mfa-harness fuzz --save` wrote.",
        ) from error
    finding = read(text, where=str(file))
    opened = open_target(target or (None if profile else finding.target), profile, client=client)
    _demand_leave(opened, FuzzOptions(target=target))
    opened.open()
    try:
        told = tell(Run(opened, seed="0"), finding.story)
    finally:
        opened.close()
    out.writelines(f"  Given {given}\n" for given in finding.story.opening.givens)
    out.writelines(f"  {act.text}\n" for act in told.acts)
    deviation = told.deviation
    if deviation is None:
        whole = len(told.acts) == len(finding.story.acts)
        short = "" if whole else f" ({len(told.acts)} of {len(finding.story.acts)} acts made sense there)"
        out.write(f"+ FIXED   {finding.requirement} holds at {opened.name}{short}\n")
        return OK
    same = deviation.requirement == finding.requirement
    out.write(f"x {'FAILED ' if same else 'OTHER  '} {deviation.requirement} at {opened.name}\n")
    out.write(f"          required  {deviation.required}\n          got       {deviation.got}\n")
    return FAILED


def _demand_leave(target: Target, options: FuzzOptions) -> None:
    """A target that is not on this machine is fuzzed only if its profile says so."""
    url = getattr(target, "base_url", None) or (options.target if options.target.startswith("http") else "")
    if url:
        demand_leave_to_fuzz(url, target.profile)


@dataclass
class _Known:
    """The findings that are expected, and what is wrong with the list."""

    entries: Sequence[Entry] = ()
    stale: list[str] = field(default_factory=list)

    @classmethod
    def load(cls, path: Path | None) -> _Known:
        if path is None:
            return cls()
        known = cls(parse(read_list(path, to_update=False), file=str(path)))
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
        catalogue = requirements.load()
        found = (requirements.of_check(entry.check, catalogue) for entry in self.entries)
        return {each.id for each in found if each is not None}

    def gone(self, explorer: Explorer) -> list[str]:
        """The entries that this run has not met."""
        catalogue = requirements.load()
        return [
            entry.check
            for entry in self.entries
            if (known := requirements.of_check(entry.check, catalogue)) is not None
            and not explorer.met[known.id]
        ]


def _verdict(finding: Finding) -> Verdict:
    if finding.level == "MUST" and finding.certain:
        return Verdict.FAIL
    return Verdict.WARN


def _code(explorer: Explorer, known: _Known, options: FuzzOptions) -> int:
    if known.stale or any(_verdict(finding) is Verdict.FAIL for finding in explorer.findings):
        return FAILED
    if options.strict and (any(not each.certain for each in explorer.findings) or known.gone(explorer)):
        return FAILED
    return OK


def _as_check(finding: Finding, explorer: Explorer) -> CheckFinished:
    steps = tuple(
        StepRecord(keyword, text, "passed")
        for keyword, text in [
            *(("Given", text) for text in finding.story.opening.givens),
            *(("When", act.text) for act in finding.story.acts),
        ]
    )
    known = requirements.load().get(finding.requirement)
    return CheckFinished(
        id=finding.id,
        title=known.text if known else finding.requirement,
        feature="fuzz",
        line=0,
        requirement=finding.requirement,
        level=finding.level,
        verdict=_verdict(finding),
        failure=Failure(
            required=finding.required,
            got=finding.got,
            source=known.sources[0] if known else "",
            details=f"{finding.again} of {finding.of} times; found after {finding.steps} steps",
        ),
        steps=(*steps, StepRecord("Then", finding.then, "failed")) if finding.then else steps,
        again=f"mfa-harness fuzz {explorer.run.target.name} --seed {explorer.seed}",
    )


def _summary(
    explorer: Explorer, known: _Known, written: Sequence[Path], leftovers: Sequence[str]
) -> Iterator[str]:
    for finding in explorer.findings:
        seen = "FAIL" if _verdict(finding) is Verdict.FAIL else "WARN" if finding.certain else "seen once"
        yield f"{seen}  {finding.id}   after {finding.steps} steps, again {finding.again} of {finding.of} times"
        yield f"      required  {finding.required}"
        yield f"      got       {finding.got}"
        for text in scenario(finding).splitlines():
            if text.startswith("    "):
                yield f"  {text}"
        yield ""
    yield from known.stale
    for gone in known.gone(explorer):
        yield f"expected and not met in this run: {gone}"
    expected = sum(explorer.met[each] for each in known.requirements)
    if expected:
        yield f"expected, and met {expected} times: {', '.join(sorted(set(known.requirements) & set(explorer.met)))}"
    if explorer.gone:
        yield f"the run ended there: the target does not answer any more ({explorer.gone})"
    missed = sorted(set(explorer.reachable) - set(explorer.reached.rules))
    yield _line(explorer)
    if missed:
        yield f"not reached this time: {', '.join(missed)}"
    yield from _unreachable(explorer.unreachable, "cannot be reached")
    yield from _unreachable(explorer.cannot_open, "cannot be arranged")
    if written:
        yield f"written: {', '.join(map(str, written))}"
    if leftovers:
        yield f"left over: {', '.join(leftovers)}"


def _unreachable(unreachable: dict[str, str], how: str) -> Iterator[str]:
    by_reason: dict[str, list[str]] = {}
    for name, reason in unreachable.items():
        by_reason.setdefault(reason, []).append(name)
    for reason, names in by_reason.items():
        yield f"{how}, because {reason}: {', '.join(names)}"


def _line(explorer: Explorer) -> str:
    found = len(explorer.findings)
    return (
        f"{explorer.steps} steps, {explorer.steps / max(explorer.seconds, 0.001):.0f} a second, "
        f"{len(explorer.reached.rules)} of {len(explorer.reachable)} rules, "
        f"{len(explorer.reached.transitions)} transitions, {len(explorer.reached.requirements)} requirements, "
        f"{found} finding{'' if found == 1 else 's'}"
    )


class _Live:
    """A line that is written over, where somebody watches; else nothing."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._watched = out.isatty()
        self._next = 0.0

    def watch(self, explorer: Explorer) -> None:
        """Told after every step."""
        if self._watched and explorer.seconds >= self._next:
            self._next = explorer.seconds + _LIVE_SECONDS
            self._out.write(f"\r{_line(explorer)} ")
            self._out.flush()

    def note(self, text: str) -> None:
        """What a person should know while the run goes on."""
        self.end()
        self._out.write(f"{text}\n")

    def end(self) -> None:
        """The line is over."""
        if self._watched:
            self._out.write("\r\033[K")


__all__ = ["FuzzOptions", "run_fuzz", "run_replay"]
