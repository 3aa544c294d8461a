from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from mfa_harness import __version__
from mfa_harness.cli import main
from mfa_harness.targets.target import TargetError
from mfa_harness.usage import UsageError, nearest, unknown

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.cli.conftest import Command, FakeRun

COMMANDS = [
    *("check", "init", "doctor", "serve", "fuzz", "replay", "self-test"),
    *("list", "explain", "report", "authenticator", "passkey"),
]
HEAVY = {"httpx", "litestar", "pytest", "rich", "sqlalchemy", "uvicorn", "fido2", "cryptography", "msgspec"}


def test_without_arguments_the_help_is_shown(command: Command) -> None:
    ended = command()
    assert ended.code == 0
    assert ended.out == command("--help").out
    assert "Usage: mfa-harness [OPTIONS] COMMAND" in ended.out


def test_the_help_names_every_command_and_no_other(command: Command) -> None:
    lines = command("--help").out.splitlines()
    listed = [
        line.split()[0]
        for line in lines[lines.index("Commands:") + 1 :]
        if line.startswith("  ") and line[2] != " "
    ]
    assert listed[: len(COMMANDS)] == COMMANDS  # what follows is the epilogue


@pytest.mark.parametrize("name", [None, *COMMANDS])
def test_help_fits_eighty_columns_and_cuts_no_sentence(command: Command, name: str | None) -> None:
    ended = command(*([name] if name else []), "--help")
    assert ended.code == 0
    assert max(map(len, ended.out.splitlines())) <= 80
    cut = [line for line in ended.out.splitlines() if line.endswith("...") and not line.startswith("Usage: ")]
    assert cut == []


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_shows_how_to_type_it(command: Command, name: str) -> None:
    assert f"\n    mfa-harness {name}" in command(name, "--help").out


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from mfa_harness.cli import main; main(['check', '--help']); main(['--help']);"
        f"print(sorted(set(sys.modules) & {HEAVY!r}), file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stderr == "[]\n"


def test_the_version_is_told(command: Command) -> None:
    assert command("--version").out == f"mfa-harness {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "found", "mend"),
    [
        (["chek"], "no such command 'chek'. Did you mean 'check'?", "See `mfa-harness --help`."),
        (["check", "--sed", "1"], "no such option: --sed", "See `mfa-harness check --help`."),
        (["check", "a", "b"], "got unexpected extra argument", "See `mfa-harness check --help`."),
        (["explain"], "missing argument 'NAME'", "See `mfa-harness explain --help`."),
        (["check", "--seed"], "option '--seed' requires an argument", "See `mfa-harness --help`."),
    ],
)
def test_what_cannot_be_understood_is_one_line_and_a_mend(
    command: Command, arguments: list[str], found: str, mend: str
) -> None:
    ended = command(*arguments)
    first, second = ended.err.splitlines()
    assert (ended.code, ended.out) == (2, "")
    assert first.startswith(f"mfa-harness: {found}")
    assert second.strip() == mend


@pytest.mark.parametrize("name", ["fuzz", "doctor", "replay"])
def test_an_empty_word_is_never_our_own_server(command: Command, name: str) -> None:
    ended = command(name, *(["x.replay.json"] if name == "replay" else []), "")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("mfa-harness: TARGET is empty\n")


def test_a_target_that_cannot_be_used_is_two_lines_and_exit_2(command: Command, fake_run: FakeRun) -> None:
    fake_run.breaks_off = TargetError(
        "GET http://localhost:9/", "nothing listens there", "Is the server started?"
    )
    ended = command("check", "http://localhost:9/")
    assert ended.code == 2
    assert ended.err == (
        "mfa-harness: GET http://localhost:9/: nothing listens there\n             Is the server started?\n"
    )


def test_a_bug_of_ours_is_exit_3_and_names_the_place(command: Command, fake_run: FakeRun) -> None:
    fake_run.breaks_off = KeyError("aud")
    ended = command("check")
    first, *places, last = ended.err.splitlines()
    assert ended.code == 3
    assert first == "mfa-harness: a bug of ours, not of the target: KeyError: 'aud'"
    assert any("mfa_harness/commands/check.py:" in place for place in places)
    assert len(places) <= 5
    assert "report it" in last


def test_the_whole_trace_of_a_bug_is_printed_when_asked_for(
    fake_run: FakeRun, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MFA_HARNESS_TRACE", "1")
    fake_run.breaks_off = KeyError("aud")
    assert main(["check"]) == 3
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_a_reader_that_has_gone_is_no_error() -> None:
    ended = subprocess.run(
        f"'{sys.executable}' -m mfa_harness list capabilities | true",
        shell=True,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stderr == ""


def piped(line: str, tmp_path: Path) -> tuple[int, str]:
    """Exit code and standard error of `mfa-harness`, `{}` in a line of shell."""
    script = f"{line.format(f'{sys.executable} -m mfa_harness')}; exit ${{PIPESTATUS[0]}}"
    ended = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stderr


@pytest.mark.parametrize("line", ["{} list steps | true", "{} list steps | head -1", "{} list steps >&-"])
def test_what_is_not_read_is_no_failure(tmp_path: Path, line: str) -> None:
    assert piped(line, tmp_path) == (0, "")


def test_a_check_whose_reader_has_gone_comes_to_its_verdict(tmp_path: Path) -> None:
    check = (
        "check reference:recovery-code-reusable --only recovery.single-use.used-code --report json=run.ndjson"
    )
    assert piped(f"{{}} {check} | true", tmp_path) == (1, "")
    assert '"exit_code":1' in (tmp_path / "run.ndjson").read_text().splitlines()[-1]


def test_a_full_disk_is_told_and_is_no_bug_of_ours(tmp_path: Path) -> None:
    code, told = piped("{} list steps >/dev/full", tmp_path)
    assert code == 2
    assert told == (
        "mfa-harness: standard output cannot be written: no space left on device\n"
        "             Make room, or write somewhere else.\n"
    )


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    code, told = piped("mkdir gone && cd gone && rmdir ../gone && {} list steps", tmp_path)
    assert code == 2
    assert told.startswith("mfa-harness: the folder that you are in does not exist any more\n")


def test_a_title_that_is_no_utf_8_costs_no_report(
    command: Command, fake_run: FakeRun, tmp_path: Path
) -> None:
    path = tmp_path / "run.ndjson"
    assert command("check", "--title", "caf\udce9", "--report", f"json={path}").code == 0
    assert fake_run.asked[0].title == r"caf\udce9"
    assert path.exists()


def test_a_terminal_of_another_alphabet_is_no_error() -> None:
    code = "from mfa_harness.cli import main; import sys; main(['--version']); print('\\u2192')"
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.endswith("\\u2192\n")


def test_the_nearest_name_is_found_whatever_its_case() -> None:
    assert nearest("Totp.One-Devise", ["totp.one-device", "totp.code-once"]) == "totp.one-device"
    assert nearest("something else", ["totp.one-device"]) is None


def test_a_short_list_of_known_names_is_printed_and_a_long_one_is_left_to_list() -> None:
    assert unknown("kind", "x", ["a", "b"]).mend == "Known: a, b."
    many = [f"name-{number}" for number in range(50)]
    assert unknown("fault", "name-77", many, where="mfa-harness list faults").mend == (
        "Did you mean name-7? `mfa-harness list faults` names them all."
    )


def test_a_usage_error_reads_as_found_and_mend() -> None:
    assert str(UsageError("port 1 is taken", "Choose another.")) == "port 1 is taken. Choose another."
