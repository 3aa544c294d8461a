"""The adapters that ship, and what their libraries are known not to check."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.judges.packages import FOLDER, node_with

from mfa_harness.passkey_audit import CASES, Finding, Verdict, audit
from mfa_harness.passkey_audit.sources import open_source

PAGE = Path(__file__).parents[3] / "docs" / "passkey-audit.md"


def findings(adapter: str, *words: str) -> dict[str, Finding]:
    source = open_source(f"adapter:{adapter}")
    try:
        cases = [case for case in CASES.values() if any(word in case.id for word in words)]
        return {finding.case.id: finding for finding in audit(source, cases)}
    finally:
        source.close()


def missed(found: dict[str, Finding]) -> set[str]:
    return {name for name, finding in found.items() if finding.verdict is Verdict.MISSED}


def test_fido2s_server_is_told_what_its_readers_know() -> None:
    found = findings(
        "fido2",
        "cross-origin",
        "algorithm-not-offered",
        "backup-state-without-eligible",
        "origin-foreign",
        "rp-id-hash-other",
        "signature-flipped",
        "counter-regress",
    )
    assert missed(found) == {
        "register/cross-origin",
        "sign-in/cross-origin",
        "register/algorithm-not-offered",
        "register/backup-state-without-eligible",
        "sign-in/backup-state-without-eligible",
    }
    assert found["sign-in/counter-regress"].verdict is Verdict.POLICY
    assert found["sign-in/signature-flipped"].verdict is Verdict.CHECKED


def test_py_webauthn_is_driven() -> None:
    pytest.importorskip("webauthn", reason="py_webauthn is not installed: pip install webauthn")
    found = findings("py_webauthn", "origin-foreign", "sign-in/signature-high-s", "sign-in/cross-origin")
    assert missed(found) == {"sign-in/cross-origin"}
    assert found["sign-in/signature-high-s"].verdict is Verdict.ACCEPTED


def test_simplewebauthn_is_driven_through_node(monkeypatch: pytest.MonkeyPatch) -> None:
    node_with("@simplewebauthn/server")
    monkeypatch.setenv("NODE_PACKAGES", str(FOLDER))
    found = findings("simplewebauthn", "origin-foreign", "sign-in/signature-high-s", "sign-in/cross-origin")
    assert missed(found) == {"sign-in/cross-origin"}
    assert found["sign-in/signature-high-s"].verdict is Verdict.ACCEPTED


def test_a_folder_of_packages_may_be_named_as_it_is_seen_from_here(monkeypatch: pytest.MonkeyPatch) -> None:
    node_with("@simplewebauthn/server")
    monkeypatch.chdir(FOLDER.parent)
    monkeypatch.setenv("NODE_PACKAGES", FOLDER.name)
    assert findings("simplewebauthn", "register/origin-foreign")


def test_the_page_shows_the_adapter_as_it_is() -> None:
    source = Path(open_source("adapter:fido2").fresh("").__class__.__module__.replace(".", "/") + ".py")
    code = (Path(__file__).parents[3] / "harness" / source).read_text()
    assert code[code.index("class Fido2Party") :].rstrip() in PAGE.read_text()
