"""What `mfa-harness check` was asked to do, as the command line hands it to the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """One run of the suite, asked for.

    The command line has looked at none of it but the paths: whether `target` can be used and whether `only`
    and `skip` name anything is for the run to say.

    Args:
        target: TARGET as the user typed it: `reference`, `reference:FAULT[,FAULT]`, a URL, `asgi:...`,
            `exec:...`; "" for the profile's own url.
        profile: the target's profile; None is the default profile of that kind of target.
        features: folders of the user's own .feature files; they exist. They run beside our suite.
        only: requirement ids, check ids, tags (with or without `@`) or globs of them; empty is everything.
        skip: the same, to leave out; wins over `only`.
        seed: what every random choice of the run is drawn from; the same seed gives the same run.
        reports: the reports asked for, as (kind, path), in order. Somebody else writes them: the run only
            has to feed its events to the reporters it is given.
        title: the run's name in reports; "" for none.
        expected_failures: the list of checks that may fail for now, each with a reason; None for none.
        update_expected_failures: that list is written after the run, by somebody else: it may be missing, and
            entries whose checks pass are no news.
        client: a client SDK's driver by which people reach the target: a command or `listen:PORT`; "" for our own
            reference client.
        driver_log: where what is said to that driver and by it is kept; None for nowhere.
        min_tested: how many checks have to be carried out, or the run has shown too little (exit 2).
        workers: how many processes to share the checks between; None for what fits the machine and the target.
        backend: the URL of an app's backend to test in place of an MFA server; "" for none.
        requests: what to ask that backend for ("GET /me"); empty for what the profile says.
    """

    target: str = "reference"
    profile: Path | None = None
    features: tuple[Path, ...] = ()
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    seed: str = "0"
    reports: tuple[tuple[str, Path], ...] = ()
    title: str = ""
    expected_failures: Path | None = None
    update_expected_failures: bool = False
    min_tested: int = 1
    workers: int | None = None
    backend: str = ""
    requests: tuple[str, ...] = ()
    client: str = ""
    driver_log: Path | None = None
