"""What all tests share."""

from __future__ import annotations

import signal

# A job in the background of a shell script is born deaf to SIGINT, and its children with it: some tests send one.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
