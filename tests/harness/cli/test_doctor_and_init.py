from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mfa_harness.targets import doctor
from mfa_harness.targets.doctor import Diagnosis, Finding
from mfa_harness.targets.profile import Profile
from mfa_simulators import ReferenceServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.harness.cli.conftest import Command


@pytest.fixture(scope="module")
def server() -> Iterator[ReferenceServer]:
    with ReferenceServer() as server:
        yield server


def test_our_reference_server_is_well(command: Command) -> None:
    ended = command("doctor", "reference")
    assert ended.code == 0
    assert ended.out.startswith("our reference server, not yours\n\nwell  reach ")
    assert "\ncan run  " in ended.out
    assert ended.out.endswith("\nWell: a run makes sense.\n")


def test_a_target_that_does_not_answer_is_not_well(command: Command) -> None:
    ended = command("doctor", "http://localhost:9")
    assert ended.code == 2
    assert "nothing listens there" in ended.out
    assert ended.out.endswith("\nNOT WELL: mend this first, or a run will tell you little.\n")


def test_what_cannot_run_is_counted_by_reason(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    diagnosis = Diagnosis(
        "http://x",
        "the server at http://x",
        (
            Finding("reach", "well", "answers in 3 ms"),
            Finding("clock", "mind", "the server's clock is 4 s ahead", "Codes may be refused"),
            Finding("sign-in", "ill", "nobody can sign in", "See [sign_in]"),
            Finding("keys", "ill", "no keys"),
        ),
        runnable=61,
        kept_out={"the server has no passkeys": 40, "time is real": 7},
        seconds=150.0,
        lacking={"passkeys": "the server has no passkeys"},
    )
    monkeypatch.setattr(doctor, "examine", lambda *_, **__: diagnosis)
    ended = command("doctor", "http://x")
    assert ended.code == 2
    assert ended.out == (
        "the server at http://x\n"
        "\n"
        "well  reach    answers in 3 ms\n"
        "MIND  clock    the server's clock is 4 s ahead\n"
        "               Codes may be refused\n"
        "ILL   sign-in  nobody can sign in\n"
        "               See [sign_in]\n"
        "ILL   keys     no keys\n"
        "\n"
        "can run  61 of 108 checks, in about 2 min\n"
        "cannot   47 of 108, because\n"
        "    40  the server has no passkeys\n"
        "    7   time is real\n"
        "\n"
        "The target lacks\n"
        "  passkeys  the server has no passkeys\n"
        "\n"
        "NOT WELL: mend these 2 first, or a run will tell you little.\n"
    )


def test_a_profile_is_printed(command: Command, server: ReferenceServer) -> None:
    environment = server.environment()
    ended = command("init", server.url, "--environment", environment.id)
    assert (ended.code, ended.err) == (0, "")
    assert f'id = "{environment.id}"\n' in ended.out


def test_a_profile_is_written_and_can_be_loaded(
    command: Command, server: ReferenceServer, tmp_path: Path
) -> None:
    environment = server.environment(session_based=True)
    file = tmp_path / "deep" / "mine.toml"
    ended = command("init", server.url, "--environment", environment.id, "--output", str(file))
    assert ended.code == 0
    assert f"mfa-harness doctor {server.url} --profile {file}\n" in ended.out
    assert Profile.load(file).environments[0].settings["session_based"] is True


def test_a_file_that_is_there_is_overwritten_only_by_force(
    command: Command, server: ReferenceServer, tmp_path: Path
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("precious")
    arguments = ("init", server.url, "--environment", server.environment().id, "--output", str(file))
    ended = command(*arguments)
    assert (ended.code, ended.out, file.read_text()) == (2, "", "precious")
    assert ended.err == (
        f"mfa-harness: {file} is there already\n"
        "             Choose another --output, or add --force to overwrite it.\n"
    )
    assert command(*arguments, "--force").code == 0
    assert file.read_text() != "precious"


def test_a_server_that_does_not_answer_leaves_no_file(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    ended = command("init", "http://localhost:9", "--environment", "0" * 36, "--output", str(file))
    assert (ended.code, ended.out, file.exists()) == (2, "", False)
    assert ended.err.startswith(
        f"mfa-harness: GET http://localhost:9/api/v0/sdk/{'0' * 36}/settings: nothing listens there\n"
    )
    assert len(ended.err.splitlines()) == 2


def test_a_path_that_cannot_be_written_is_told(
    command: Command, server: ReferenceServer, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    path = f"{tmp_path}/file/mine.toml"
    ended = command("init", server.url, "--environment", server.environment().id, "--output", path)
    assert ended.code == 2
    assert f"mfa-harness: {path} cannot be written: " in ended.err


@pytest.mark.parametrize("environment", ["", "../../x", "caf\u00e9", "prod"])
def test_an_id_that_is_none_is_asked_of_nobody(command: Command, environment: str) -> None:
    ended = command("init", "http://192.0.2.1", "--environment", environment)
    assert (ended.code, ended.out) == (2, "")
    assert "no environment id" in ended.err
