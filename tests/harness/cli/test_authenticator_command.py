from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

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


@pytest.mark.parametrize(
    "arguments",
    [
        ["otpauth://nonsense"],
        ["nowhere.png"],
        ["."],
        ["/dev/zero"],
        [""],
        pytest.param(["1" * 5000], id="5000 characters"),
        [URI, "--drift", "nan"],
        [URI, "--drift", "1e300"],
    ],
)
def test_what_gives_no_account_or_no_code_is_exit_2(command: Command, arguments: list[str]) -> None:
    ended = command("authenticator", *arguments, "--once")
    assert (ended.code, ended.out) == (2, "")
    assert len(ended.err.splitlines()) == 1
    assert len(ended.err) < 200
