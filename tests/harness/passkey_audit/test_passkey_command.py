from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from mfa_harness.cli import main

if TYPE_CHECKING:
    from pathlib import Path

PARTY = """
from mfa_harness.passkey_audit.adapters.strict import StrictParty

class Party(StrictParty):
    def authenticate(self, response):
        if response["response"]["signature"]:
            super().authenticate(response)
"""


def test_the_catalogue_is_listed_with_the_step_that_catches_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["passkey", "faults", "--json"]) == 0
    listed = {each["slug"]: each for each in json.loads(capsys.readouterr().out)}
    assert len(listed) >= 110
    assert listed["origin-foreign"]["get"] == "7.2 step 12"
    assert main(["passkey", "faults"]) == 0
    assert "signature-high-s" in capsys.readouterr().out


def test_our_reference_server_makes_every_check_of_origins(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["passkey", "audit", "reference", "--only", "origin-*", "--only", "sign-in/clone"]) == 0
    told = capsys.readouterr().out
    assert "our reference server, not yours" in told
    assert "PASS  0 wrong" in told


def test_a_server_without_a_check_is_told_which_step_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(
        ["passkey", "audit", "reference:passkey-origin-unchecked", "--only", "sign-in/origin-foreign"]
    )
    assert code == 1
    told = capsys.readouterr().out
    assert "NOT CHECKED: accepted, and must be refused (1)" in told
    assert "7.2 step 12" in told


def test_a_library_is_named_by_module_and_object(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a_party_of_mine.py").write_text(PARTY)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", list(__import__("sys").path))
    code = main(
        ["passkey", "audit", "python:a_party_of_mine:Party", "--only", "sign-in/signature-*", "--json"]
    )
    told = json.loads(capsys.readouterr().out)
    verdicts = {each["case"]: each["verdict"] for each in told["findings"]}
    assert code == 1
    assert verdicts["sign-in/signature-empty"] == "missed"
    assert verdicts["sign-in/signature-flipped"] == "checked"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["adapter:nobody"], "adapter"),
        (["python:nowhere_at_all:Party"], "cannot be imported"),
        (["python:json"], "python:module:object"),
        (["python:json:nothing"], "has nothing called"),
        (["python:decimal:Decimal"], "no method 'creation_options'"),
        (["reference", "--only", "no-such-case"], "case"),
        ([], "name a TARGET"),
        (["adapter:fido2", "--client", "./driver"], "--client reaches a server"),
    ],
)
def test_a_target_that_is_not_understood_is_a_usage_error(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["passkey", "audit", *arguments]) == 2
    assert said in capsys.readouterr().err
