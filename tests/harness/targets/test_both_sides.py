"""One file serves environments and is the profile to test them by, over sockets and in real time."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from mfa_harness.served import ServedEnvironment
from mfa_harness.targets.parse import open_target

FILE = Path(__file__).parents[3] / "docs" / "environments.toml"


@pytest.mark.skipif("id" not in ServedEnvironment.__struct_fields__, reason="serve cannot give ids yet")
def test_the_file_of_the_documentation_serves_and_is_a_profile() -> None:
    command = shlex.join(
        [sys.executable, "-m", "mfa_harness", "serve", "--port", "{port}", "--environments", str(FILE)]
    )
    target = open_target(f"exec:{command}", FILE)
    target.open()
    try:
        environment = target.arrange({"session_based": True}, scenario="a.b.c", locks_out=True)
        client = environment.connect()
        email = environment.new_email("Ada")
        client.verify_otp(client.send_email_otp(email), environment.inbox(email)())
        assert client.state.user is not None
        assert environment.close() == []
    finally:
        target.close()
