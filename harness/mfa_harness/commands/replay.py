"""`mfa-harness replay`: run one saved failure again."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import Annotated

import typer


def replay(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A replay file that `fuzz --save` wrote.")],
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="TARGET", help="Another target than the one it was found at.", show_default=False
        ),
    ] = None,
    profile: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The target's profile (see init).")
    ] = None,
    client: Annotated[
        str | None, typer.Option(metavar="COMMAND", help="The driver to go through, as for check.")
    ] = None,
) -> None:
    """Run one saved failure again, at its own target or another.

    Exit code 0 if its requirement holds now, 1 if it is still broken.

    \b
      mfa-harness replay found/totp.one-device.fuzz-1db162.replay.json
      mfa-harness replay FILE --profile mine.toml
    """  # noqa: D301 - click reads the \b
    from mfa_harness.fuzz_run import run_replay  # noqa: PLC0415
    from mfa_harness.usage import said  # noqa: PLC0415

    target, client = said("TARGET", target), said("--client", client)
    raise typer.Exit(run_replay(file, target, profile, client=client, out=sys.stdout))
