from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mfa_harness.reports import KINDS, REPORTS

if TYPE_CHECKING:
    from tests.harness.cli.conftest import Command

GOLDEN = Path(__file__).parents[1] / "reports" / "golden"
RUN = str(GOLDEN / "failing.ndjson")


def test_a_kept_run_is_shown_as_it_was_when_it_ran(command: Command) -> None:
    ended = command("report", RUN)
    assert ended.code == 0
    assert ended.out == (GOLDEN / "failing.80.txt").read_text("utf-8")


def test_reports_are_made_of_a_kept_run(command: Command, tmp_path: Path) -> None:
    ended = command("report", RUN, "--as", f"junit={tmp_path}/j.xml", "--as", f"markdown={tmp_path}/m.md")
    assert (ended.code, ended.err) == (0, "")
    assert (tmp_path / "j.xml").read_bytes() == (GOLDEN / "failing.junit.xml").read_bytes()
    assert (tmp_path / "m.md").read_bytes() == (GOLDEN / "failing.md").read_bytes()


@pytest.mark.parametrize("name", ["check", "report"])
def test_the_help_names_every_kind_of_report(command: Command, name: str) -> None:
    assert KINDS in " ".join(command(name, "--help").out.split())


@pytest.mark.parametrize("kind", REPORTS)
def test_every_kind_can_be_made_of_a_kept_run(command: Command, tmp_path: Path, kind: str) -> None:
    ended = command("report", RUN, "--as", f"{kind}={tmp_path}/report")
    assert (ended.code, ended.err) == (0, "")
    assert (tmp_path / "report").stat().st_size > 0


def test_a_report_can_be_printed() -> None:
    arguments = [sys.executable, "-m", "mfa_harness", "report", RUN, "--as", "markdown=-"]
    ended = subprocess.run(arguments, capture_output=True, check=True)
    assert ended.stdout == (GOLDEN / "failing.md").read_bytes()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (None, "run.ndjson cannot be read: no such file or directory"),
        ("", "run.ndjson is empty"),
        ("hello\n", "run.ndjson: line 1 is not an event of a run"),
        ('{"type":"note","text":"a"}\n{"type":"future"}\n', "run.ndjson: line 2 is not an event of a run"),
        ("[" * 100_000 + "\n", "run.ndjson: line 1 is not an event of a run"),
        (
            '{"type":"run-started","harness":"9","target":"x","label":"x","seed":"0","planned":1,"schema":9}\n',
            "run.ndjson: line 1 is of version 9 of these files, not 1",
        ),
    ],
)
def test_a_file_that_is_no_run_is_told_in_two_lines(
    command: Command, tmp_path: Path, content: str | None, found: str
) -> None:
    if content is not None:
        (tmp_path / "run.ndjson").write_text(content)
    ended = command("report", f"{tmp_path}/run.ndjson")
    assert (ended.code, ended.out) == (2, "")
    assert found in ended.err
    assert len(ended.err.splitlines()) == 2


def test_a_run_that_was_cut_off_is_shown_as_far_as_it_goes(command: Command, tmp_path: Path) -> None:
    whole = Path(RUN).read_bytes()
    (tmp_path / "cut.ndjson").write_bytes(whole[: len(whole) * 2 // 3])
    ended = command("report", f"{tmp_path}/cut.ndjson")
    assert (ended.code, ended.err) == (0, "")
    assert "INTERRUPTED after" in ended.out
