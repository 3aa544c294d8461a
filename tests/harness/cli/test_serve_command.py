from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mfa_harness import served
from mfa_harness.targets.profile import Profile
from mfa_harness.usage import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.harness.cli.conftest import Command


ID = "00000000-0000-4000-8000-000000000001"


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """A served server and what its first line says; it must end well when it is stopped."""
    with subprocess.Popen(
        [sys.executable, "-m", "mfa_harness", "serve", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_newcomer_finds_an_environment_ready_and_is_told_how_to_check_it() -> None:
    with serving() as (process, first):
        (environment,) = first["environments"]
        settings = httpx.get(f"{first['url']}/api/v0/sdk/{environment['id']}/settings", trust_env=False)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=20)
    assert list(first) == ["url", "environments"]
    assert environment["settings"] == {"email_code": "123456"}
    assert environment["faults"] == []
    assert settings.json()["security"]["mfa"]["enabled"] is False
    assert f"environment {environment['id']}  e-mail code of everybody: 123456\n" in told
    assert f"  mfa-harness check {first['url']} --profile reference.toml\n" in told
    assert told.endswith("Stopped.\n")
    assert process.returncode == 0


def test_with_the_control_plane_one_command_checks_it_and_sigterm_stops_it() -> None:
    with serving("--control") as (process, first):
        faults = httpx.get(f"{first['url']}/control/faults", trust_env=False)
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=20)
    assert faults.status_code == 200
    assert f"  mfa-harness check {first['url']}\n" in told
    assert process.returncode == 0


def test_a_server_with_a_fault_is_caught_by_the_command_that_it_tells(command: Command) -> None:
    with serving("--control", "--fault", "R01", "--fault", "recovery-code-reusable") as (_, first):
        ended = command("check", first["url"], "--only", "recovery.single-use.used-code")
    assert ended.code == 1
    assert "FAIL" in ended.out


def test_environments_of_a_file_are_there_with_their_settings_and_every_fault(tmp_path: Path) -> None:
    file = tmp_path / "environments.toml"
    file.write_text(
        f'[[environments]]\nid = "{ID}"\nsettings = {{ session_based = true }}\n'
        '[[environments]]\nseed = "other"\nfaults = ["no-op"]\n'
    )
    arguments = ("--environments", str(file), "--fault", "no-op")
    with serving(*arguments) as (_, first):
        pass
    with serving(*arguments) as (_, again):
        pass
    assert [each["settings"] for each in first["environments"]] == [{"session_based": True}, {}]
    assert first["environments"][0]["id"] == ID
    assert [each["faults"] for each in first["environments"]] == [["no-op"], ["no-op"]]
    assert first["environments"] == again["environments"]  # a seed fixes the id


def test_one_file_can_be_the_servers_and_the_profile(tmp_path: Path) -> None:
    file = tmp_path / "both.toml"
    file.write_text(
        '[sign_in]\nemail = "{unique}@example.org"\n'
        f'[[environments]]\nid = "{ID}"\nsettings = {{ email_code = "424242" }}\n'
    )
    assert Profile.load(file).environments[0].id == served.read(file)[0].id == ID


def test_an_id_that_is_no_uuid_is_found_before_the_server_starts() -> None:
    with pytest.raises(UsageError, match=r"mine\.toml: the id 'mine' is no lower-case UUID"):
        served.check(served.ServedEnvironment(id="mine"), "mine.toml")


def test_a_port_that_is_taken_is_told_in_two_lines(command: Command, taken_port: int) -> None:
    ended = command("serve", "--port", str(taken_port))
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        f"mfa-harness: port {taken_port} is taken\n             Choose another --port; 0 takes a free one.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "found", "mend"),
    [
        (
            ["--fault", "no-opp"],
            "--fault: there is no fault called 'no-opp'",
            "Did you mean no-op? `mfa-harness list faults` names them all.",
        ),
        (["--port", "70000"], "invalid value for '--port': ", "See `mfa-harness serve --help`."),
        (
            ["--database", "{tmp_path}/nowhere/users.sqlite"],
            "the database {tmp_path}/nowhere/users.sqlite cannot be used: ",
            "Name a file of ours, or a new one.",
        ),
        (
            ["--environments", "{tmp_path}/nothing.toml"],
            "{tmp_path}/nothing.toml: cannot be read: no such file or directory",
            "Name a TOML file that can be.",
        ),
    ],
)
def test_a_mistake_is_told_in_two_lines(
    command: Command, tmp_path: Path, arguments: list[str], found: str, mend: str
) -> None:
    ended = command("serve", *(each.format(tmp_path=tmp_path) for each in arguments))
    first, second = ended.err.splitlines()
    assert (ended.code, ended.out) == (2, "")
    assert first.startswith(f"mfa-harness: {found.format(tmp_path=tmp_path)}")
    assert second.strip() == mend


def test_a_file_that_is_no_database_is_told(command: Command, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database " * 100)
    ended = command("serve", "--database", f"{tmp_path}/notes.txt")
    assert ended.code == 2
    assert "notes.txt cannot be used: file is not a database" in ended.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("environments = 3", "environments: expected a list, found a whole number"),
        ("[[environments]]\nsetings = {}", "environments[0]: there is no 'setings'"),
        ("[[environment]]\n", "there is no key called 'environment'"),
        ("", "holds no environment"),
        ('url = "http://localhost:8080/api/v0"\n', "holds no environment"),
        ('[[environments]]\nid = "a"\n[[environments]]\nid = "a"\n', "two environments have the id a"),
        ("environments = []", "holds no environment"),
        ("[[environments]\n", "not TOML: "),
        ("[[environments]]\nid = 5\n", "environments[0].id: expected text, found a whole number"),
    ],
)
def test_a_file_that_holds_something_else_names_the_place(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "environments.toml"
    file.write_text(text)
    with pytest.raises(UsageError) as refused:
        served.read(file)
    assert told in refused.value.found
    assert refused.value.found.startswith(str(file))
    assert refused.value.mend


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"sesion_based": True}, "there is no setting 'sesion_based'; did you mean 'session_based'?"),
        ({"totp": "yes"}, "totp: expected true or false, found text"),
    ],
)
def test_a_setting_that_does_not_exist_is_found_before_the_server_starts(
    settings: dict[str, Any], told: str
) -> None:
    with pytest.raises(UsageError) as refused:
        served.check(served.ServedEnvironment(settings=settings), "mine.toml, environment 2")
    assert refused.value.found.startswith(f"mine.toml, environment 2: {told}")


def test_by_https_a_check_trusts_the_authority_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "certificates"
    profile = tmp_path / "mine.toml"
    profile.write_text(f'ca = "{folder / "ca.pem"}"\n', encoding="utf-8")
    with serving("--tls", str(folder), "--control") as (_, first):
        assert first["url"].startswith("https://localhost:")
        words = ["check", first["url"], "--profile", str(profile), "--only", "totp.one-device.second-refused"]
        checked = subprocess.run(
            [sys.executable, "-m", "mfa_harness", *words], capture_output=True, text=True, check=False
        )
    assert "PASS: the one check" in checked.stdout, checked.stdout


def test_a_folder_for_certificates_that_is_a_file_is_told(tmp_path: Path, command: Command) -> None:
    (tmp_path / "file").touch()
    ended = command("serve", "--tls", str(tmp_path / "file"))
    assert ended.code == 2
    assert "Name a folder that can be written to" in ended.err
