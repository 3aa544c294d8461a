"""A target that dies or hangs is a finding; one that we have started is started again, and the run goes on."""

from __future__ import annotations

import io
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mfa_harness.fuzz.telling import tell
from mfa_harness.fuzz.words import APP, SHE, Act, Opening, Story
from mfa_harness.fuzz_run import FuzzOptions, run_fuzz

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.scenario.run import Run

    Opened = Callable[..., Run]

MORTAL = Path(__file__).with_name("mortal.py")
FATAL = Story(Opening(she=APP), (Act("refreshes", SHE, "she refreshes her session"),))


def mortal(how: str) -> str:
    return f"exec:{shlex.join([sys.executable, str(MORTAL), how])} {{port}}"


def test_it_is_started_again_and_the_run_goes_on(tmp_path: Path) -> None:
    out = io.StringIO()
    code = run_fuzz(FuzzOptions(target=mortal("dies"), steps=60, seed=2, save=tmp_path), [], out=out)
    said = out.getvalue()
    assert code == 1
    assert "errors.shape.fuzz-" in said
    assert "again 2 of 2 times" in said
    assert "60 steps" in said, "the run went on after the finding"
    story = "".join(path.read_text() for path in tmp_path.glob("*.feature"))
    assert (
        "refreshes her session" in story or "delete" in story
    )  # after a deletion clients refresh by themselves


def test_one_that_hangs_is_given_up_after_the_profiles_time(tmp_path: Path, opened: Opened) -> None:
    profile = tmp_path / "patience.toml"
    profile.write_text("timeout = 1\n", encoding="utf-8")
    run = opened(mortal("hangs"), profile)
    told = tell(run, FATAL)
    assert told.deviation is not None
    assert (told.deviation.requirement, told.deviation.fatal) == ("errors.shape", True)
    assert told.deviation.then == "she succeeds"
    again = tell(run, Story(Opening(she=APP), (Act("lists devices", SHE, "she tries to list her devices"),)))
    assert again.deviation is None
    run.target.close()
