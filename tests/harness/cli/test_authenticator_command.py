from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.harness.cli.conftest import Command

URI = "otpauth://totp/Example:ada@example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example"


def test_the_codes_of_this_moment_are_printed_once(command: Command) -> None:
    ended = command("authenticator", URI, "--once")
    assert ended.code == 0
    assert re.search(r"\b\d{6}\b|\b\d{3} \d{3}\b", ended.out)


def test_the_drift_reaches_the_app(command: Command) -> None:
    assert (
        command("authenticator", URI, "--once", "--drift", "3000000").out != command("authenticator", URI).out
    )


def test_what_gives_no_account_is_exit_2(command: Command) -> None:
    ended = command("authenticator", "otpauth://nonsense", "--once")
    assert (ended.code, ended.out) == (2, "")
    assert len(ended.err.splitlines()) == 1
