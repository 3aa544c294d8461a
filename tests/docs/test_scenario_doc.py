"""docs/scenario.md: its files are written, its commands are run, and what they print is what it shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mfa_harness import cli

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = Path(__file__).parents[2] / "docs" / "scenario.md"
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
FILES = {
    re.sub(r"\W+", "_", text.splitlines()[0].removeprefix("Feature: ").lower()): text
    for kind, text in BLOCKS
    if kind == "gherkin"
}
NAMES = {"the_phone_is_gone": "lost_phone", "a_typo": "typo"}
COMMANDS = [
    (command, shown)
    for kind, text in BLOCKS
    if kind == "console"
    for command, _, shown in (block.partition("\n") for block in text.split("$ ")[1:])
]


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[[str], str]:
    """Runs a command of the page in a folder that has the page's files."""
    for name, text in FILES.items():
        path = tmp_path / "scenarios" / f"{NAMES.get(name, name)}.feature"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(command: str) -> str:
        program, *arguments = shlex.split(command)
        if "typo" not in command:
            (tmp_path / "scenarios" / "typo.feature").unlink()
        if program == "pytest":
            plugins = (
                "pytest_bdd.plugin",
                "mfa_harness.pytest_plugin",
                "no:cacheprovider",
                "no:faulthandler",
            )
            pytest.main([*(word for plugin in plugins for word in ("-p", plugin)), *arguments])
        else:
            assert program == "mfa-harness"
            cli.main(arguments)
        captured = capfd.readouterr()
        return captured.out + captured.err

    return run


def pattern(shown: str) -> str:
    """What is shown, as a pattern: `...` stands for anything, alone in a line for any number of lines."""
    lines = [
        r"(?:.*\n)*?" if line == "..." else re.escape(line).replace(re.escape("..."), ".*") + r"\n"
        for line in shown.splitlines()
    ]
    return "".join(lines)


@pytest.mark.parametrize(("command", "shown"), COMMANDS, ids=[command for command, _ in COMMANDS])
def test_a_command_of_the_page_prints_what_the_page_shows(
    shell: Callable[[str], str], command: str, shown: str
) -> None:
    printed = shell(command)
    assert re.fullmatch(pattern(shown), printed), f"{command} prints now:\n{printed}"


def test_the_page_has_commands_and_files() -> None:
    assert len(COMMANDS) == 8
    assert {NAMES.get(name, name) for name in FILES} == {
        *("lost_phone", "typo", "named", "odd_codes", "settings_and_time")
    }


def test_every_file_of_the_page_is_named_on_it() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in FILES if f"scenarios/{NAMES.get(name, name)}.feature" not in page] == []


def test_the_first_scenario_takes_ten_lines() -> None:
    assert len(FILES["the_phone_is_gone"].splitlines()) == 10
