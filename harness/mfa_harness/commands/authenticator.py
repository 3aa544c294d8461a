"""`mfa-harness authenticator`: a simulated authenticator app in the terminal."""

from __future__ import annotations

from typing import Annotated

import typer


def authenticator(
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="URI|QR.png", help="otpauth:// links, or pictures of their QR codes."),
    ] = None,
    drift: Annotated[
        float, typer.Option(metavar="SECONDS", help="How far the phone's clock is wrong; + is fast.")
    ] = 0.0,
    once: Annotated[bool, typer.Option("--once", help="Print the codes of this moment and exit.")] = False,
) -> None:
    """A simulated authenticator app in the terminal, codes counting down.

    \b
      mfa-harness authenticator qr.png
      mfa-harness authenticator 'otpauth://totp/...' --once
      mfa-harness authenticator qr.png --drift 95
    """  # noqa: D301 - click reads the \b
    from mfa_harness.authenticator import run  # noqa: PLC0415

    raise typer.Exit(run(sources or [], drift=drift, once=once))
