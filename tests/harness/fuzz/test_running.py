"""A run of `fuzz`: what it says, writes and ends in."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any

from mfa_harness.fuzz.findings import confirm
from mfa_harness.fuzz.telling import tell
from mfa_harness.fuzz.words import APP, SHE, Act, Opening, Story
from mfa_harness.fuzz_run import FuzzOptions, run_fuzz
from mfa_harness.reports import REPORTS
from mfa_harness.reports.files import FileReporter, parse_reports

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mfa_harness.reports.reporter import Reporter
    from mfa_harness.scenario.run import Run

    Opened = Callable[[str], Run]

LOST = "reference:acknowledgement-lost"
RACE = Story(Opening(she=APP), (Act("races a code", SHE, "one code is used from 4 sessions at once"),))


def fuzz(target: str, reporters: tuple[Reporter, ...] = (), **options: Any) -> tuple[int, str]:
    out = io.StringIO()
    code = run_fuzz(FuzzOptions(target=target, **{"seed": 1, "steps": 12, **options}), reporters, out=out)
    for reporter in reporters:
        reporter.close()
    return code, out.getvalue()


def test_a_finding_says_what_was_required_and_by_whom_and_how_to_find_it_again() -> None:
    code, said = fuzz(LOST)
    assert code == 1
    assert re.search(r"^FAIL  recovery\.acknowledgement\.fuzz-\w{6}  \w", said, re.MULTILINE)
    assert "      required  " in said
    assert "      source    Dynamic docs" in said
    found = re.search(r"found +after (\d+) steps?, and again 2 of 2 times", said)
    assert found is not None
    assert f"again     mfa-harness fuzz {LOST} --seed 1 --examples {found[1]}" in said
    code, again = fuzz(LOST, steps=int(found[1]))
    assert (code, again.splitlines()[0]) == (1, said.splitlines()[0])


def test_a_race_says_how_often_of_twenty(opened: Opened) -> None:
    run = opened("reference:code-race")
    told = tell(run, RACE)
    assert told.deviation is not None
    finding = confirm(run, told)
    assert finding.of == 20
    assert finding.again > 0


def test_what_is_expected_is_no_news_and_what_is_gone_is_named_with_its_lines(tmp_path: Path) -> None:
    known = tmp_path / "known.toml"
    known.write_text(
        "[[expected]]\n"
        'check = "recovery.acknowledgement.fuzz-000000"\n'
        'reason = "ticket 7"\n'
        "\n"
        "[[expected]]\n"
        'check = "email-code.expiry.fuzz-000000"\n'
        'reason = "ticket 8"\n',
        encoding="utf-8",
    )
    code, said = fuzz(LOST, expected_failures=known)
    assert code == 0
    assert "FAIL" not in said
    assert re.search(r"expected, and met \d+ times: recovery\.acknowledgement", said)
    gone = "email-code.expiry.fuzz-000000 is expected and was not met in this run"
    assert f"{known}:5: {gone}; if it is mended, delete lines 5-7" in said
    assert fuzz(LOST, expected_failures=known, strict=True)[0] == 1


def test_every_kind_of_report_is_written(tmp_path: Path) -> None:
    kinds = list(REPORTS)
    paths = {kind: tmp_path / f"report.{kind}" for kind in kinds}
    wanted = parse_reports([f"{kind}={path}" for kind, path in paths.items()])
    fuzz(LOST, tuple(FileReporter(kind, path) for kind, path in wanted))
    for kind, path in paths.items():
        text = path.read_text(encoding="utf-8")
        assert "recovery.acknowledgement" in text, kind
    assert json.loads(paths["har"].read_text(encoding="utf-8"))["log"]["entries"]


def test_where_nothing_is_found_the_report_says_what_held(tmp_path: Path) -> None:
    path = tmp_path / "held.ndjson"
    (report,) = parse_reports([f"json={path}"])
    code, _ = fuzz("reference", (FileReporter(*report),))
    assert code == 0
    checks = [line for line in map(json.loads, path.read_text().splitlines()) if line["type"] == "check"]
    assert checks
    assert {check["verdict"] for check in checks} == {"pass"}


def test_a_run_that_is_over_before_it_has_begun_is_no_pass() -> None:
    code, said = fuzz("reference", steps=None, seconds=1e-9)
    assert code == 2
    assert "nothing was tried" in said


def test_what_the_profile_rules_out_is_listed_with_the_reason(tmp_path: Path) -> None:
    profile = tmp_path / "little.toml"
    profile.write_text('[capabilities]\npasskeys = "no passkeys here"\nclock = false\n', encoding="utf-8")
    code, said = fuzz("reference", profile=profile)
    assert code == 0
    assert re.search(r"cannot be reached, because .*no passkeys here.*: .*registers passkey", said)
