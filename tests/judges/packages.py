"""Where `make judges` installs other people's JavaScript; NODE_PACKAGES names another folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

import pytest

FOLDER: Final = Path(os.environ.get("NODE_PACKAGES") or Path(__file__).parents[2] / "build" / "judges")


def node_with(package: str) -> str:
    """The path of node, with this package in `FOLDER`; the test is skipped where either is missing."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    if not (FOLDER / "node_modules" / package).is_dir():
        pytest.skip(f"{package} is not installed: `make judges` does that")
    return node
