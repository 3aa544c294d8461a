"""`mfa-harness check`: open the target, choose the checks, have pytest run them, tell the reporters."""

from __future__ import annotations

import time
from collections import Counter
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from mfa_harness import __version__, interrupts, requirements, suite
from mfa_harness.collection import refuse_unknown_sentences
from mfa_harness.events import CheckFinished, RunFinished, RunStarted
from mfa_harness.expected.ledger import ExpectedFailures
from mfa_harness.pytest_run import conduct, in_order
from mfa_harness.scenario.run import Run
from mfa_harness.scenario.session import ScenarioSession
from mfa_harness.shares import can_share, conduct_shared, workers_for
from mfa_harness.targets.parse import open_target
from mfa_harness.usage import UsageError, unknown
from mfa_harness.verdicts import Verdict
from mfa_simulators.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mfa_harness.events import StaleEntry
    from mfa_harness.options import CheckOptions
    from mfa_harness.reports.reporter import Reporter
    from mfa_harness.suite import Check
    from mfa_harness.targets.target import Target

OK, FAILED, USAGE, OURS, INTERRUPTED = 0, 1, 2, 3, 130


def run_check(options: CheckOptions, reporters: Iterable[Reporter]) -> int:
    """Run the suite once.

    Returns:
        The exit code: 0 passed, 1 a requirement failed, 2 fewer checks were carried out than `min_tested` or a
        line of the user's own scenarios makes no sense, 3 a bug of ours, 130 interrupted.

    Raises:
        UsageError: `only` or `skip` name nothing, or the two leave nothing.
        ListError: the list of expected failures cannot be used (a `UsageError` too).
        FeatureError: a feature file holds something that would not be tested as its author thinks.
        TargetError: the target cannot be used.
    """
    everything = _all_checks(options)
    checks = _chosen(everything, options)
    expected = _expected(options)
    begun = time.perf_counter()

    def say(text: str) -> None:
        run.note(text)

    target = _target(options, say)
    workers = _workers(target, options.workers, len(checks))
    run = Run(
        target,
        seed=options.seed,
        reporters=reporters,
        subject=_subject(options),
        words=[
            *(["--profile", str(options.profile)] if options.profile else []),
            *(["--client", options.client] if options.client else []),
            *(word for folder in options.features for word in ("--features", str(folder))),
        ],
        expected=expected,
    )
    try:
        with interrupts.allowed():
            target.open()
        run.emit(
            RunStarted(
                harness=__version__,
                target=target.name,
                label=target.label,
                seed=options.seed,
                planned=len(checks),
                title=options.title,
            )
        )
        interrupted = _carry_out(run, checks, workers)
    finally:
        _let_go(run)
    results = [event for event in run.events if isinstance(event, CheckFinished)]
    if not interrupted and len(results) != len(checks):
        missing = len(checks) - len(results)
        raise RuntimeError(f"{missing} of {len(checks)} checks were not run, and nobody said why")
    stale = expected.stale(
        results, [check.id for check in everything], passing_too=not options.update_expected_failures
    )
    return _finish(
        run,
        results,
        list(stale),
        wanted=options.min_tested,
        interrupted=interrupted,
        seconds=time.perf_counter() - begun,
    )


def _workers(target: Target, asked_for: int | None, checks: int) -> int:
    """How many processes share the checks.

    Raises:
        UsageError: several were asked for, and the target is no part of this process, or none can be copied here.
    """
    may_be_copied = getattr(target, "may_be_copied", False)
    if asked_for is None:
        return workers_for(checks) if may_be_copied else 1
    if asked_for > 1 and not can_share():
        raise UsageError(
            f"--workers {asked_for}: only Linux copies a process that runs", "Leave --workers out."
        )
    if asked_for > 1 and not may_be_copied:
        raise UsageError(
            f"--workers {asked_for}: {target.name} is one program, not a part of ours that can be copied",
            "Leave --workers out.",
        )
    return asked_for


def _carry_out(run: Run, checks: Sequence[Check], workers: int) -> bool:
    """Have the checks carried out; whether it was interrupted."""
    if workers > 1:
        return conduct_shared(run, checks, workers)
    return conduct(ScenarioSession(run), (check.path for check in checks), in_order(checks))


def _let_go(run: Run) -> None:
    try:
        run.leftovers.extend(run.target.close())
    except KeyboardInterrupt:  # asked a second time
        run.leftovers.append(f"{run.target.name}: interrupted while it was let go")


def _all_checks(options: CheckOptions) -> list[Check]:
    checks = suite.checks(options.features, backend=bool(options.backend))
    refuse_unknown_sentences(checks)
    return checks


def _target(options: CheckOptions, note: Callable[[str], None]) -> Target:
    if not options.backend:
        return open_target(
            options.target or None,
            options.profile,
            options.seed,
            note=note,
            client=options.client,
            driver_log=options.driver_log,
        )
    from mfa_harness.targets.backend.target import BackendTarget  # noqa: PLC0415 - loaded when used

    return BackendTarget.of(
        options.backend, options.requests, spec=options.target, file=options.profile, note=note
    )


def _subject(options: CheckOptions) -> list[str] | None:
    """What names a backend on a command line; None for a target, which has a name of its own."""
    if not options.backend:
        return None
    requests = [word for request in options.requests for word in ("--request", request)]
    return [*([options.target] if options.target else []), "--backend", options.backend, *requests]


def _chosen(checks: list[Check], options: CheckOptions) -> list[Check]:
    for word in (*options.only, *options.skip):
        if not any(_names(word, check) for check in checks):
            other_side = suite.checks(backend=not options.backend)
            if any(_names(word, check) for check in other_side):
                raise _asked_of_the_other_side(word, options)
            if unchecked := requirements.load().get(word.removeprefix("@")):
                why = f": {unchecked.excluded}" if unchecked.excluded else ""
                raise UsageError(
                    f"no check stands for {unchecked.id}{why}",
                    f"`mfa-harness explain {unchecked.id}` says what it asks for.",
                )
            known = sorted({name for check in checks for name in _known_names(check)})
            raise unknown(
                "requirement, check or tag", word.removeprefix("@"), known, where="mfa-harness list scenarios"
            )
    chosen = [
        check
        for check in checks
        if (not options.only or any(_names(word, check) for word in options.only))
        and not any(_names(word, check) for word in options.skip)
    ]
    if not chosen:
        raise UsageError("--only and --skip together leave nothing to run", "Take one of the --skip away.")
    return chosen


def _asked_of_the_other_side(word: str, options: CheckOptions) -> UsageError:
    if options.backend:
        return UsageError(f"{word} is asked of an MFA server, not of a backend", "Leave --backend out.")
    return UsageError(f"{word} is asked of a backend", "Add --backend URL --request 'GET /me'.")


def _known_names(check: Check) -> set[str]:
    return {
        check.id,
        check.id.partition("[")[0],
        *([check.requirement] if check.requirement else []),
        *check.tags,
    }


def _names(word: str, check: Check) -> bool:
    """Whether a word of --only or --skip means this check: its id, its requirement, a tag, or a glob of them."""
    word = word.removeprefix("@")
    known = _known_names(check)
    if word in known or any(name.startswith(f"{word}.") for name in known):
        return True
    pattern = word.replace("[", "[[]")  # an outline row's brackets are no glob
    return any(fnmatchcase(name, pattern) for name in known)


def _expected(options: CheckOptions) -> ExpectedFailures:
    if options.expected_failures is None:
        return ExpectedFailures()
    return ExpectedFailures.load(
        options.expected_failures, clock=SystemClock(), to_update=options.update_expected_failures
    )


def _finish(
    run: Run,
    results: Sequence[CheckFinished],
    stale: Sequence[StaleEntry],
    *,
    wanted: int,
    interrupted: bool,
    seconds: float,
) -> int:
    verdicts = Counter(result.verdict for result in results)
    mistaken = sum(bool(result.mistake) for result in results)
    expected = Counter(result.verdict for result in results if result.expected is not None)
    is_little = len(results) - verdicts[Verdict.NOT_APPLICABLE] < wanted
    if interrupted:
        code = INTERRUPTED
    elif verdicts[Verdict.ERROR] > mistaken:
        code = OURS
    elif mistaken:
        code = USAGE
    elif stale or any(verdict.condemns for verdict in verdicts - expected):
        code = FAILED
    else:
        code = USAGE if is_little else OK
    reasons = Counter(result.reason for result in results if result.verdict is Verdict.NOT_APPLICABLE)
    run.emit(
        RunFinished(
            counts={verdict.value: verdicts[verdict] for verdict in Verdict if verdicts[verdict]},
            exit_code=code,
            not_tested=dict(sorted(reasons.items())),
            leftovers=tuple(run.leftovers),
            interrupted=interrupted,
            seconds=seconds,
            expected={verdict.value: expected[verdict] for verdict in Verdict if expected[verdict]},
            stale=tuple(stale),
            wanted=wanted if is_little and not interrupted else 0,
        )
    )
    return code
