"""Odd bytes: our reference server withstands them, and one that does not is told of."""

from __future__ import annotations

import builtins
import io
import json
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest

from mfa_harness.fuzz_run import FuzzOptions, run_fuzz
from mfa_harness.usage import UsageError

if TYPE_CHECKING:
    from pathlib import Path

REQUESTS = 240


def wire(target: str, **options: Any) -> tuple[int, str]:
    out = io.StringIO()
    return run_fuzz(
        FuzzOptions(target=target, steps=REQUESTS, seed=1, wire=True, **options), [], out=out
    ), out.getvalue()


def test_the_reference_server_withstands_every_kind_of_request() -> None:
    code, said = wire("reference")
    assert code == 0
    sent = {
        kind: int(count) for count, kind in re.findall(r"(\d+) (answers|codes|document|registrations)", said)
    }
    assert set(sent) == {"answers", "codes", "document", "registrations"}
    assert all(sent.values())
    assert "0 findings" in said


@pytest.mark.parametrize(
    ("fault", "requirement", "place"),
    [
        ("odd-code-500", "errors.malformed-refused", "users/mfa/auth/totp"),
        ("passkey-malformed-500", "passkey.robust", "users/passkeys/register"),
    ],
)
def test_a_server_that_fails_is_told_of_with_the_request(
    tmp_path: Path, fault: str, requirement: str, place: str
) -> None:
    code, said = wire(f"reference:{fault}", save=tmp_path)
    assert code == 1
    assert re.search(rf"FAIL  {re.escape(requirement)}\.wire-\w+   again 2 of 2 times", said)
    assert f"500, at POST {place}" in said
    assert place in (tmp_path / "wire.json").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "wire.json").read_text(encoding="utf-8"))


def test_without_what_reads_the_document_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *arguments: Any, **named: Any) -> Any:
        if name.partition(".")[0] == "schemathesis":
            raise ImportError(name)
        return real(name, *arguments, **named)

    for name in [name for name in sys.modules if name.partition(".")[0] == "schemathesis"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError, match="schemathesis, which is not installed"):
        wire("reference")
