"""A server whose wire is another is tested through an adapter: the worked example of docs/driver.md."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mfa_harness.targets.parse import open_target
from mfa_harness.targets.target import TargetError

from .conftest import Ran, miniature
from .test_driven_runs import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
TOYS = Path(__file__).with_name("toys")
ADAPTER = f"{sys.executable} {TOYS / 'adapter.py'}"


@contextmanager
def another_server(tmp_path: Path, *words: str) -> Iterator[Path]:
    """A server with another wire; the profile of the documentation, for the port that it has."""
    port = free_port()
    document = (ROOT / "docs" / "driver.md").read_text(encoding="utf-8")
    [profile] = re.findall(r"```toml\n(.*?)```", document, re.DOTALL)
    path = tmp_path / "mine.toml"
    path.write_text(profile.replace("8790", str(port)), encoding="utf-8")
    command = [sys.executable, str(TOYS / "other_wire.py"), str(port), *words]
    with subprocess.Popen(command) as server:
        try:
            for _ in range(200):
                with socket.socket() as knocking:
                    if knocking.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield path
        finally:
            server.terminate()


def test_a_right_server_passes_through_its_adapter(tmp_path: Path) -> None:
    with another_server(tmp_path) as profile:
        only = ("totp.one-device", "totp.exact-format", "session.optional-needs-method", "token.revoked")
        ran = Ran(ADAPTER, *only, target="", profile=profile)
    assert ran.code == 0
    assert set(ran.verdicts.values()) == {"pass", "n/a"}
    assert list(ran.verdicts.values()).count("pass") > 9
    assert ran.end.leftovers == ()


def test_a_fault_of_the_server_is_found_through_its_adapter(tmp_path: Path) -> None:
    with another_server(tmp_path, "--second-app-accepted") as profile:
        ran = Ran(ADAPTER, "totp.one-device.second-refused", target="", profile=profile)
    assert ran.code == 1
    assert ran.verdicts == {"totp.one-device.second-refused": "fail"}


def test_that_the_wire_is_another_is_said_and_how_to_mend_it_if_it_should_not_be(tmp_path: Path) -> None:
    notes: list[str] = []
    with another_server(tmp_path) as profile:
        target = open_target(None, profile, note=notes.append, client=ADAPTER)
        target.open()
        target.close()
    [note] = notes
    assert "That is right where the driver is an adapter to another wire; else: " in note


def test_without_an_adapter_another_wire_is_no_target(tmp_path: Path) -> None:
    with another_server(tmp_path) as profile:
        text = profile.read_text(encoding="utf-8").replace("/other", "")
        profile.write_text(text, encoding="utf-8")
        with pytest.raises(TargetError, match="GET http"):
            open_target(None, profile).open()


def test_a_server_that_is_not_there_is_no_target_for_an_adapter_either(tmp_path: Path) -> None:
    with another_server(tmp_path) as profile:
        pass
    with pytest.raises(TargetError):
        open_target(None, profile, client=miniature("well")).open()
