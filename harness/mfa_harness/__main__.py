"""`mfa-harness` and `python -m mfa_harness`: so light that hardly anything can be interrupted before it listens."""

from __future__ import annotations

import signal
import sys

from mfa_harness.interrupts import listened_for

_INTERRUPTED = 130


def main() -> int:
    """Run the command line, imports included.

    Returns:
        The exit code.
    """
    try:
        with listened_for():
            from mfa_harness.cli import main as command  # noqa: PLC0415 - most of a second, on a slow machine

            return command()
    except KeyboardInterrupt:
        sys.stderr.write("mfa-harness: interrupted\n")
        return _INTERRUPTED
    finally:
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(
                signal.SIGINT, signal.SIG_DFL
            )  # all is said: while Python ends, nothing is to be told


if __name__ == "__main__":
    sys.exit(main())
