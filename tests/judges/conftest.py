"""Independent judges: other people's libraries, through node where they are JavaScript, and a real browser.

`make judges` installs those in JavaScript.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.browser import chromium as browser_program
from tests.judges.chromium import Chromium
from tests.judges.packages import FOLDER, node_with

if TYPE_CHECKING:
    from collections.abc import Iterator


class Judge:
    """A node program that answers JSON lines with JSON lines."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, call: str, **arguments: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"call": call, **arguments}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise AssertionError(answer["error"])
        return answer["value"]


def started(program: str, package: str) -> Iterator[Judge]:
    node = node_with(package)
    process = subprocess.Popen(
        [node, str(Path(__file__).with_name(program)), str(FOLDER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield Judge(process)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    process.wait()
    process.stdout.close()


@pytest.fixture(scope="module")
def simplewebauthn() -> Iterator[Judge]:
    yield from started("simplewebauthn.mjs", "@simplewebauthn/server")


@pytest.fixture(scope="module")
def emulator() -> Iterator[Judge]:
    yield from started("nid_emulator.mjs", "nid-webauthn-emulator")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    browser = Chromium(browser_program())
    try:
        yield browser
    finally:
        browser.close()
