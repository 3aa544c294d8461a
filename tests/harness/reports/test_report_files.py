from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mfa_harness import events
from mfa_harness.reports import REPORTS
from mfa_harness.reports.files import FileReporter, parse_report, parse_reports, write_report
from mfa_harness.usage import UsageError

if TYPE_CHECKING:
    from mfa_harness.events import Event


def test_a_kind_and_a_path_are_understood() -> None:
    assert parse_report("junit=out/a=b.xml") == ("junit", Path("out/a=b.xml"))


@pytest.mark.parametrize(
    ("text", "found", "mend"),
    [
        (
            "junitt=a.xml",
            "there is no report kind called 'junitt'",
            "Did you mean junit? Known: json, html, junit, markdown, cucumber, har.",
        ),
        (
            "JUNIT=a.xml",
            "there is no report kind called 'JUNIT'",
            "Did you mean junit? Known: json, html, junit, markdown, cucumber, har.",
        ),
        (
            "junit",
            "a report needs a kind and a path, found 'junit'",
            "Write it as KIND=PATH, with one of the kinds json, html, junit, markdown, cucumber, har.",
        ),
        (
            "out.xml",
            "a report needs a kind and a path, found 'out.xml'",
            "Write it as KIND=PATH, with one of the kinds json, html, junit, markdown, cucumber, har.",
        ),
        (
            "junit=",
            "a report needs a kind and a path, found 'junit='",
            "Write it as KIND=PATH, with one of the kinds json, html, junit, markdown, cucumber, har.",
        ),
    ],
)
def test_what_is_not_understood_is_told_with_a_mend(text: str, found: str, mend: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_report(text)
    assert (refused.value.found, refused.value.mend) == (found, mend)


def test_folders_that_are_missing_are_made_and_nothing_else(tmp_path: Path) -> None:
    parse_reports([f"junit={tmp_path}/deep/er/junit.xml"])
    assert list((tmp_path / "deep" / "er").iterdir()) == []


def test_a_report_of_an_earlier_run_is_left_alone_until_there_is_a_new_one(tmp_path: Path) -> None:
    earlier = tmp_path / "junit.xml"
    earlier.write_text("earlier")
    parse_reports([f"junit={earlier}"])
    assert earlier.read_text() == "earlier"


def test_a_path_that_cannot_be_written_is_found_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"cannot be written: (not a directory|file exists)"):
        parse_reports([f"junit={tmp_path}/file/junit.xml"])
    with pytest.raises(UsageError, match="it is a folder"):
        parse_reports([f"junit={tmp_path}"])


def test_two_reports_cannot_share_a_path(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"two reports go to .* \(junit and json\)"):
        parse_reports([f"junit={tmp_path}/a", f"json={tmp_path}/b/../a"])


@pytest.mark.parametrize("kind", sorted(REPORTS))
def test_every_kind_of_report_can_be_made_of_a_whole_and_of_a_broken_run(
    failing: list[Event], tmp_path: Path, kind: str
) -> None:
    for number, part in enumerate((failing, failing[:4], failing[:1], failing[1:3])):
        write_report(kind, tmp_path / f"{number}", part)
        assert (tmp_path / f"{number}").stat().st_size > 0


def test_a_run_kept_as_json_is_read_back_as_it_was(failing: list[Event], tmp_path: Path) -> None:
    write_report("json", tmp_path / "run.ndjson", failing)
    assert events.read(tmp_path / "run.ndjson") == failing


def test_a_report_is_written_when_the_run_is_over(failing: list[Event], tmp_path: Path) -> None:
    reporter = FileReporter("json", tmp_path / "run.ndjson")
    for event in failing[:2]:
        reporter.on_event(event)
    assert not (tmp_path / "run.ndjson").exists()
    reporter.close()
    assert events.read(tmp_path / "run.ndjson") == failing[:2]


def test_a_run_that_never_began_leaves_no_report(tmp_path: Path) -> None:
    FileReporter("json", tmp_path / "run.ndjson").close()
    assert not (tmp_path / "run.ndjson").exists()


def test_a_disk_that_fills_up_during_the_run_is_told_in_one_line(
    failing: list[Event], tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        write_report("json", tmp_path / "gone" / "run.ndjson", failing)
