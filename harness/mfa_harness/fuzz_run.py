"""`mfa-harness fuzz` and `replay`: open the target, explore, tell the person and the reporters."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from mfa_harness import __version__, interrupts, requirements
from mfa_harness.events import CheckFinished, Failure, RunFinished, RunStarted, StepRecord
from mfa_harness.fuzz.exploring import Explorer
from mfa_harness.fuzz.keeping import found_before, read, save
from mfa_harness.fuzz.known import Known
from mfa_harness.fuzz.summary import Live, summary
from mfa_harness.fuzz.telling import tell
from mfa_harness.fuzz.wire.wire_run import WireExplorer, as_json, described
from mfa_harness.reports.layout import printable
from mfa_harness.scenario.run import Run
from mfa_harness.targets.parse import open_target
from mfa_harness.targets.reach import demand_leave_to_fuzz
from mfa_harness.usage import UsageError
from mfa_harness.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mfa_harness.fuzz.findings import Finding
    from mfa_harness.fuzz.wire.wire_run import WireFinding
    from mfa_harness.reports.reporter import Reporter
    from mfa_harness.targets.target import Target

OK, FAILED, NOTHING_TRIED, INTERRUPTED = 0, 1, 2, 130


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
        The exit code: 0 nothing found, 1 a requirement is broken, 2 nothing was tried, 130 interrupted; findings so
        far are kept.

    Raises:
        TargetError: the target cannot be used, or may not be fuzzed.
        UsageError: the list of expected failures cannot be used.
    """
    if options.wire:
        return run_wire(options, reporters, out=out)
    known = Known.load(options.expected_failures)
    line = Live(out)
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
    checks = [*(_as_check(finding, explorer) for finding in explorer.findings), *_held(explorer)]
    for check in checks:
        run.emit(check)
    interrupted = interrupted or interrupts.asked()
    code = INTERRUPTED if interrupted else _code(explorer, known, options)
    run.emit(
        RunFinished(
            counts=dict(Counter(check.verdict.value for check in checks)),
            exit_code=code,
            not_tested=dict(Counter(explorer.unreachable.values())),
            leftovers=tuple(run.leftovers),
            interrupted=interrupted,
            seconds=time.perf_counter() - begun,
        )
    )
    written = save(options.save, explorer.findings) if options.save is not None else []
    out.writelines(f"{printable(text)}\n" for text in summary(explorer, known, written, run.leftovers))
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
    line = Live(out)
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
        told = tell(Run(opened, seed="0"), finding.story, wanted=finding.requirement)
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


def _code(explorer: Explorer, known: Known, options: FuzzOptions) -> int:
    if known.stale or any(finding.verdict is Verdict.FAIL for finding in explorer.findings):
        return FAILED
    if options.strict and (any(not each.certain for each in explorer.findings) or known.gone(explorer)):
        return FAILED
    return OK if explorer.steps or explorer.findings else NOTHING_TRIED


def _held(explorer: Explorer) -> Iterator[CheckFinished]:
    """The requirements that stories asked for and that held all along, each as a check that passed."""
    catalogue = requirements.load()
    for name in sorted(explorer.reached.requirements):
        known = catalogue.get(name)
        if known is not None and not explorer.met[name]:
            yield CheckFinished(
                id=f"{name}.fuzz",
                title=known.text,
                feature="fuzz",
                line=0,
                requirement=name,
                level=known.level,
                verdict=Verdict.PASS,
            )


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
        verdict=finding.verdict,
        failure=Failure(
            required=finding.required,
            got=finding.got,
            source=known.sources[0] if known else "",
            details=f"{finding.again} of {finding.of} times; found after {finding.steps} steps",
        ),
        steps=(*steps, StepRecord("Then", finding.then, "failed")) if finding.then else steps,
        exchanges=explorer.exchanges.get(finding.id, ()),
        again=finding.again_by(explorer.seed),
    )


__all__ = ["FuzzOptions", "run_fuzz", "run_replay"]
