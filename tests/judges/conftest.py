"""Independent judges: other people's libraries, through node where they are JavaScript, and a real browser.

Those in JavaScript are looked for in the folder that NODE_PACKAGES names, else in ./node_modules:
`npm install --prefix FOLDER @simplewebauthn/server nid-webauthn-emulator`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.judges.chromium import Chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
NODE_FOLDER = Path(os.environ.get("NODE_PACKAGES") or ROOT)


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
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    if not (NODE_FOLDER / "node_modules" / package).is_dir():
        pytest.skip(
            f"{package} is not installed: `npm install {package}`, and NODE_PACKAGES names the folder"
        )
    process = subprocess.Popen(
        [node, str(Path(__file__).with_name(program)), str(NODE_FOLDER)],
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
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("no Chromium is installed")
    browser = Chromium(program)
    try:
        yield browser
    finally:
        browser.close()
