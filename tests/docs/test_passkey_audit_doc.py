"""docs/passkey-audit.md: what it shows of other people's libraries is what the audit says of them.

Written anew, after `make judges`, by

    MFA_RENEW_GOLDENS=1 pytest tests/docs/test_passkey_audit_doc.py
"""

from __future__ import annotations

import json
import os
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from tests.judges.packages import FOLDER, node_with

from mfa_harness.cli import main

PAGE = Path(__file__).parents[2] / "docs" / "passkey-audit.md"
RENEWING = bool(os.environ.get("MFA_RENEW_GOLDENS"))
WIDEST = 150
"""Columns after which the page cuts a line."""


def installed(adapter: str) -> str:
    if adapter == "simplewebauthn":
        node_with("@simplewebauthn/server")
        package = FOLDER / "node_modules" / "@simplewebauthn" / "server" / "package.json"
        found: str = json.loads(package.read_text())["version"]
        return found
    try:
        return version({"py_webauthn": "webauthn"}.get(adapter, adapter))
    except PackageNotFoundError:
        pytest.skip(f"the library behind {adapter} is not installed")


def as_shown(line: str) -> str:
    return line if len(line) <= WIDEST else line[: WIDEST - 3] + "..."


@pytest.mark.parametrize("adapter", ["fido2", "py_webauthn", "simplewebauthn"])
def test_an_example_is_what_the_audit_says(
    adapter: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NODE_PACKAGES", str(FOLDER))
    found = installed(adapter)
    page = PAGE.read_text("utf-8")
    shown = re.search(
        rf"adapter:{adapter}`(?:,\s+here of| says of fido2) (?P<version>[\d.]+)[.:]\n\n"
        rf"```\n(?P<text>Audit of {adapter}\n.*?)```\n",
        page,
        re.DOTALL,
    )
    assert shown is not None
    if not RENEWING and shown["version"] != found:
        pytest.skip(f"the page shows {adapter} {shown['version']}, and {found} is installed")
    assert main(["passkey", "audit", f"adapter:{adapter}"]) == 1
    said = "".join(f"{as_shown(line)}\n" for line in capsys.readouterr().out.splitlines())
    if RENEWING:
        start, end = shown.span("text")
        page = page[:start] + said + page[end:]
        start, end = shown.span("version")
        PAGE.write_text(page[:start] + found + page[end:], "utf-8")
    else:
        assert shown["text"] == said
