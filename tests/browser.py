"""A Chromium for tests that need a browser: where it is, and how it is kept quiet."""

from __future__ import annotations

import shutil
from typing import Final

import pytest

# Headless, in a container, and with nothing to say to its maker.
QUIET: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """Its path; the test is skipped where there is none."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        pytest.skip("no Chromium here: `.ci/programs chromium` installs it")
    return program
