"""docs/backend.md: its code is that of the worked backends, its table is the matrix, its settings are what we serve."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from tests.backends.python_pyjwt.wrong import FAULTS

from mfa_harness import cli, requirements, suite
from mfa_harness.targets.backend.declared import DEFAULT_PORT
from mfa_harness.targets.backend.issuer import ENVIRONMENT
from mfa_harness.targets.profile import Profile

if TYPE_CHECKING:
    from tests.backends.python_pyjwt.wrong import Fault

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "backend.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(
    ("language", "path"),
    [
        ("python", "python_pyjwt/session_token.py"),
        ("js", "node_jose/session-token.mjs"),
        ("go", "go_stdlib/session_token.go"),
    ],
)
def test_the_code_to_copy_is_the_code_that_is_tested(language: str, path: str) -> None:
    code = (ROOT / "tests" / "backends" / path).read_text(encoding="utf-8")
    assert [block for kind, block in BLOCKS if kind == language] == [code]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=lambda fault: fault.slug)
def test_every_fault_has_its_row_in_the_matrix(fault: Fault) -> None:
    caught_by = ", ".join(f"`{name}`" for name in fault.caught_by)
    assert f"| `{fault.slug}` | {fault.sentence} | {fault.source} | {caught_by} |" in TEXT.splitlines()


def test_the_matrix_has_no_other_rows() -> None:
    table = TEXT.partition("## What backends get wrong")[2]
    assert re.findall(r"^\| `([a-z0-9-]+)` \|", table, re.MULTILINE) == list(FAULTS)


def test_every_requirement_is_in_the_table_of_what_is_asked() -> None:
    table = TEXT.partition("## What is asked")[2].partition("\n## ")[0]
    asked = {name for name in requirements.load() if name.startswith("backend.")}
    assert set(re.findall(r"`(backend\.[a-z-]+)`", table)) >= asked
    assert asked == {check.requirement for check in suite.checks(backend=True)}


def test_the_settings_are_those_of_the_issuer_that_a_run_serves() -> None:
    keys = f"http://localhost:{DEFAULT_PORT}/api/v0/sdk/{ENVIRONMENT}/.well-known/jwks"
    assert f"| address of the keys (JWKS) | `{keys}` |" in TEXT
    assert f"| issuer (`iss`) | `http://localhost/{ENVIRONMENT}` |" in TEXT


def test_the_profile_is_one(tmp_path: Path) -> None:
    (block,) = (block for kind, block in BLOCKS if kind == "toml")
    (tmp_path / "profile.toml").write_text(block, encoding="utf-8")
    assert Profile.load(tmp_path / "profile.toml").backend.keys_seconds == 35


def test_the_commands_are_understood(capsys: pytest.CaptureFixture[str]) -> None:
    commands = [line[2:] for kind, block in BLOCKS if kind == "console" for line in block.splitlines()]
    assert commands
    for command in dict.fromkeys(commands):
        program, *words = shlex.split(command)
        assert program == "mfa-harness"
        nowhere = [word.replace("http://localhost:3000", "http://localhost:1") for word in words]
        nowhere = [word for word in nowhere if not word.startswith("junit=") and word != "--report"]
        assert cli.main([*nowhere, "--request", "no request"]) == 2
        printed = capsys.readouterr()
        assert "the request 'no request'" in printed.out + printed.err


def test_the_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\(([^)]+)\)", TEXT):
        file, _, anchor = link.partition("#")
        page = (ROOT / "docs" / file).read_text(encoding="utf-8") if file else TEXT
        headings = {
            re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")
            for heading in re.findall(r"^#+ (.+)$", page, re.MULTILINE)
        }
        assert not anchor or anchor in headings, link


def test_the_example_for_tests_of_ones_own_works() -> None:
    (example,) = (block for kind, block in BLOCKS if kind == "py")
    names: dict[str, Any] = {}
    exec(compile(example, "backend.md", "exec"), names)
    keys_url, issuer, origin = names["settings"]
    assert (issuer in jwt.decode(names["full"], options={"verify_signature": False})["iss"], origin) == (
        True,
        "https://app.example.org",
    )
    assert keys_url.endswith("/.well-known/jwks")
    assert len({names["full"], names["owing"], names["forged"]}) == 3
