"""`mfa-harness init`: a first profile for somebody's server."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations when it runs
from typing import Annotated

import typer


def init(
    url: Annotated[str, typer.Argument(metavar="URL", help="The server's, with or without /api/v0.")],
    environment: Annotated[str, typer.Option("--environment", metavar="ID", help="The environment's id.")],
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it there; by default it is printed.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite FILE if it is there.")] = False,
) -> None:
    """Write a commented profile from a server's public settings.

    \b
      mfa-harness init https://mfa.example.org --environment ID --output mine.toml
      mfa-harness doctor --profile mine.toml
      mfa-harness check --profile mine.toml
    """  # noqa: D301 - click reads the \b
    from mfa_harness.targets.init_profile import draft  # noqa: PLC0415
    from mfa_harness.usage import UsageError  # noqa: PLC0415

    if output is not None and output.exists() and not force:
        raise UsageError(
            f"{output} is there already", "Choose another --output, or add --force to overwrite it."
        )
    profile = draft(url, environment)
    if output is None:
        sys.stdout.write(profile)
        return
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(profile, encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"{output} cannot be written: {reason}", "Choose another --output.") from error
    sys.stdout.write(f"{output} is written. Say in [sign_in] how users sign in, then:\n")
    sys.stdout.write(f"  mfa-harness doctor {url} --profile {output}\n")
