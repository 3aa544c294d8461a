"""The authenticator app in the terminal: `mfa-harness authenticator [URI|QR.png] ...`."""

from __future__ import annotations

import re
import sys
import time
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from mfa_simulators.clock import SYSTEM_CLOCK
from mfa_simulators.totp import AuthenticatorApp, TotpAuthenticator, TotpUriError

if TYPE_CHECKING:
    from mfa_simulators.clock import Clock

REFRESH_SECONDS: Final = 0.25
HURRY_SECONDS: Final = 5  # the code is shown as about to go from here on
_BAR_WIDTH: Final = 20
_LONGEST_DRIFT: Final = 1_000_000_000
_USAGE_EXIT: Final = 2
_SHOWN: Final = 80
_SECRET = re.compile(r"[A-Za-z0-9 -]+=*")


def run(
    sources: list[str],
    *,
    drift: float = 0.0,
    once: bool = False,
    clock: Clock = SYSTEM_CLOCK,
    console: Console | None = None,
) -> int:
    """Shows the codes of the accounts, counting down until Ctrl-C; without a terminal, once.

    One line an account then: the code, the seconds left, the name. NO_COLOR is honoured. Nothing is stored.

    Args:
        sources: otpauth URIs, pictures of QR codes, base32 secrets; `-` reads such from standard input,
            one a line, which keeps a secret out of the shell's history.
        drift: seconds that the phone's clock is fast by (negative: slow).
        once: print the codes once, on a terminal too.
        clock: the true time.
        console: where to print; standard output by default.

    Returns:
        The exit code: 0, or 2 with one line on standard error when a source gives no account.
    """
    app = AuthenticatorApp(clock=clock)
    if not abs(drift) <= _LONGEST_DRIFT:
        return _refuse(f"--drift {drift:g}: expected seconds, at most {_LONGEST_DRIFT} either way")
    app.drift(drift)
    try:
        _add_all(app, sources)
        lines = [_line(account) for account in app]
    except _NoAccountError as error:
        return _refuse(str(error))
    except (ValueError, OverflowError) as error:  # a drift to before 1970
        return _refuse(f"no code can be made: {error}")

    console = console or Console()
    if once or not console.is_terminal or console.is_dumb_terminal:
        for line in lines:
            console.print(Text(line), soft_wrap=True)
        return 0
    try:
        with Live(_screen(app, drift), console=console, auto_refresh=False, transient=True) as live:
            while True:
                live.update(_screen(app, drift), refresh=True)
                time.sleep(REFRESH_SECONDS)
    except KeyboardInterrupt:
        return 0  # the way to close it


class _NoAccountError(Exception):
    """A source gives no account; the message is for the person who named it."""


def _refuse(message: str) -> int:
    Console(stderr=True).print(Text(f"mfa-harness authenticator: {message}"), soft_wrap=True)
    return _USAGE_EXIT


def _add_all(app: AuthenticatorApp, sources: list[str]) -> None:
    for source in sources:
        if source == "-":
            for line in filter(None, map(str.strip, sys.stdin)):
                _add(app, line)
        else:
            _add(app, source)
    if not app:
        raise _NoAccountError("no account to show: give an otpauth URI or a picture of its QR code")


def _add(app: AuthenticatorApp, source: str) -> None:
    """Adds the account of one source, telling a URI, a file and a secret apart by their looks."""
    before = len(app)
    # A message never repeats a URI or a secret: they have no place in a log.
    called = "the URI"
    try:
        if source.lower().startswith("otpauth") or "://" in source:
            added = app.add(source)
        elif _is_file(source):
            called = f"{source!r}"
            added = app.scan(source)
        elif _SECRET.fullmatch(source):
            called = "no such file, and as a secret"
            typed = TotpAuthenticator.from_secret(source, account=f"secret {before + 1}")
            added = app.add(typed.key)
        else:
            raise _NoAccountError(
                f"{source[:_SHOWN]!r} is neither a picture's file that exists nor an otpauth:// URI: name one"
            )
    except (TotpUriError, ImportError, OSError) as error:
        raise _NoAccountError(f"{called}: {error}") from error
    if len(app) == before:
        raise _NoAccountError(f"{added.name!r} is given twice: a phone keeps one account of a name")


def _is_file(source: str) -> bool:
    try:
        return Path(source).is_file()
    except (OSError, ValueError):  # longer than any file's name, or with a NUL
        return False


def _line(account: TotpAuthenticator) -> str:
    return f"{account.code()}  {ceil(account.seconds_left):2} s  {account.name}"


def _screen(app: AuthenticatorApp, drift: float) -> Group:
    """All accounts as they are at this moment."""
    table = Table.grid(padding=(0, 2))
    for account in app:
        left = account.seconds_left
        hurry = left <= HURRY_SECONDS
        half = account.digits // 2
        code = account.code()
        style = "bold red" if hurry else "bold green"
        table.add_row(
            Text(account.name, overflow="ellipsis", no_wrap=True),
            Text(f"{code[:half]} {code[half:]}", style=style),
            ProgressBar(
                total=account.period,
                completed=left,
                width=_BAR_WIDTH,
                complete_style="red" if hurry else "green",
            ),
            Text(f"{ceil(left):3} s", style="red" if hurry else ""),
        )
    notes = [Text("Ctrl-C quits", style="dim")]
    if drift:
        notes.insert(0, Text(f"this phone's clock is {abs(drift):g} s {'fast' if drift > 0 else 'slow'}"))
    return Group(table, *notes)
