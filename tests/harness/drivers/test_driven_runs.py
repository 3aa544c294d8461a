"""The suite through a client: what passes, what is n/a and why, and who is blamed."""

from __future__ import annotations

import shlex
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mfa_harness.drivers import python_reference
from mfa_harness.targets.driving.driver import Driver
from mfa_harness.targets.target import TargetError
from mfa_simulators import ReferenceServer

from .conftest import PYTHON_REFERENCE, Ran, client_of, miniature

if TYPE_CHECKING:
    from .conftest import Start


def test_a_right_client_on_our_server_passes() -> None:
    ran = Ran(PYTHON_REFERENCE, "totp.one-device", "totp.drift-bounded", "recovery.single-use")
    assert ran.code == 0
    assert set(ran.verdicts.values()) == {"pass"}


def test_a_passkey_on_our_side_serves_the_client() -> None:
    ran = Ran(PYTHON_REFERENCE, "passkey.*")
    assert ran.code == 0
    assert list(ran.verdicts.values()).count("pass") > 10


def test_a_fault_of_the_server_is_seen_through_a_client() -> None:
    ran = Ran(PYTHON_REFERENCE, "recovery.single-use", target="reference:recovery-code-reusable")
    assert ran.code == 1
    failed = next(check for check in ran.checks.values() if check.failure is not None)
    assert any(exchange.path.startswith("/users/mfa/auth/recovery") for exchange in failed.exchanges)
    assert f"--client {shlex.quote(PYTHON_REFERENCE)}" in failed.again


def test_a_request_made_by_hand_is_not_a_clients() -> None:
    ran = Ran(PYTHON_REFERENCE, "token.signature", "totp.not-cacheable.registration")
    assert ran.code == 2  # nothing was tested
    assert set(ran.verdicts.values()) == {"n/a"}


def test_a_bad_driver_is_no_failure_of_the_sdk() -> None:
    ran = Ran(miniature("crashes"), "onboarding.optional-completes")
    assert ran.code == 1
    assert set(ran.verdicts.values()) == {"blocked"}


def test_what_the_driver_wrote_to_stderr_is_in_the_report() -> None:
    ran = Ran(miniature("crashes"), "onboarding.optional-completes")
    for check in ran.checks.values():
        assert check.failure is not None
        assert "Segmentation fault" in check.failure.details


def test_a_server_with_a_control_plane_is_reached_through_a_client() -> None:
    with ReferenceServer(control=True) as server:
        ran = Ran(PYTHON_REFERENCE, "totp.one-device", target=server.url)
    assert ran.code == 0
    assert "pass" in ran.verdicts.values()


def test_an_application_in_process_has_no_address_for_a_client() -> None:
    with pytest.raises(TargetError, match="Serve it"):
        Ran(PYTHON_REFERENCE, target="asgi:package:app")


def test_the_log_has_every_line(tmp_path: Path) -> None:
    log = tmp_path / "driver.log"
    Ran(PYTHON_REFERENCE, "totp.one-device.second-refused", driver_log=log)
    lines = log.read_text(encoding="utf-8").splitlines()
    assert '> {"hello":{"protocol":1' in lines[0]
    assert '< {"hello":' in lines[1]
    assert '> {"bye":{}}' in lines[-1]


def test_a_log_that_cannot_be_written_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="--driver-log"):
        Driver(miniature("well"), log=tmp_path / "no" / "folder")


def free_port() -> int:
    """A port that nobody has just now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def dial(port: int, environment: dict[str, str] | None = None) -> None:
    """A client that dials in, as an app on a phone does."""
    command = shlex.split(PYTHON_REFERENCE)
    for _ in range(100):
        try:
            peer = socket.create_connection(("127.0.0.1", port))
            break
        except OSError:
            time.sleep(0.05)
    with peer, peer.makefile("rwb") as stream:
        subprocess.run(command, stdin=peer.fileno(), stdout=peer.fileno(), check=False, env=environment)
        stream.close()


def test_a_client_may_dial_in(start: Start) -> None:
    driver = start("listen:0")
    assert driver.port is not None
    dialling = threading.Thread(target=dial, args=(driver.port,), daemon=True)
    dialling.start()
    hello = driver.open()
    assert hello.name == "mfa_simulators.MfaClient"
    assert not client_of(driver).has("close")
    driver.close()
    dialling.join(10)
    assert not dialling.is_alive()


def test_nobody_dials_in(start: Start) -> None:
    with pytest.raises(TargetError, match="no client dialled in"):
        start("listen:0", start_seconds=0.2).open()


@pytest.mark.parametrize("where", ["listen:seven", "listen:99999", "listen:"])
def test_a_port_that_is_none_is_told(where: str) -> None:
    with pytest.raises(TargetError, match="is no port"):
        Driver(where)


def test_one_driver_serves_many_clients_at_once(start: Start) -> None:
    driver = start(miniature("well"))
    driver.open()
    clients = [client_of(driver) for _ in range(8)]
    done: list[bool] = []

    def act(number: int) -> None:
        clients[number].send_email_otp("ada@example.org")
        done.append(clients[number].state.user is None)

    threads = [threading.Thread(target=act, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert done == [True] * 8


def test_results_may_come_in_any_order(start: Start) -> None:
    driver = start(miniature("backwards"))
    driver.open()
    clients = [client_of(driver), client_of(driver)]
    for client in clients:
        client.initialize()
    with ThreadPoolExecutor() as pool:
        sent = [pool.submit(client.send_email_otp, "ada@example.org") for client in clients]
        told = [each.result(20).verification_uuid for each in sent]
    assert sorted(told) == ["3", "4"]  # the ids of the two: each has its own, though the second came first


def test_the_smallest_driver_is_under_sixty_lines() -> None:
    text = (Path(python_reference.__path__[0]) / "__main__.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 60


def test_on_somebodys_server_users_are_deleted_by_the_client(tmp_path: Path) -> None:
    with ReferenceServer() as server:
        environment = server.environment(email_code="123456")
        profile = tmp_path / "profile.toml"
        profile.write_text(
            f'url = "{environment.base_url}"\n'
            '[sign_in]\ncode = "123456"\n'
            f'[[environments]]\nid = "{environment.id}"\nsettings = {{ email_code = "123456" }}\n',
            encoding="utf-8",
        )
        ran = Ran(PYTHON_REFERENCE, "totp.one-device.others-unaffected", target="", profile=profile)
        assert (ran.code, ran.end.leftovers) == (0, ())
        deletions = [entry for entry in environment.transcript() if entry["method"] == "DELETE"]
        assert [entry["status"] for entry in deletions] == [204, 204]


def _masked(payload: bytes, opcode: int = 0x1, *, final: bool = True) -> bytes:
    """A frame as a browser sends it."""
    mask = b"\x01\x02\x03\x04"
    length = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + len(payload).to_bytes(2, "big")
    body = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
    return bytes([(0x80 if final else 0) | opcode]) + length + mask + body


def _browse(port: int, said: list[bytes]) -> None:
    """A driver in a browser: shakes hands, says hello in two frames, answers a ping's pong, and leaves."""
    hello = (
        b'{"hello":{"protocol":1,"name":"page","version":"1","enrolment":"auth",'
        b'"capabilities":["initialize","state"]}}'
    )
    with socket.create_connection(("127.0.0.1", port)) as peer, peer.makefile("rb") as stream:
        peer.sendall(
            b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        while (line := stream.readline()) != b"\r\n":
            said.append(line.strip())
        head = stream.read(2)
        said.append(stream.read(head[1]))
        peer.sendall(_masked(b"here", 0x9) + _masked(hello[:40], final=False) + _masked(hello[40:], 0x0))
        said.append(stream.read(2 + 4))
        peer.sendall(_masked(b"\x03\xe8", 0x8))


def test_a_browser_may_dial_in(start: Start) -> None:
    driver = start("listen:0")
    assert driver.port is not None
    said: list[bytes] = []
    dialling = threading.Thread(target=_browse, args=(driver.port, said), daemon=True)
    dialling.start()
    assert driver.open().name == "page"
    dialling.join(10)
    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in said  # RFC 6455 1.3
    assert said[-2].startswith(b'{"hello":{"protocol":1')
    assert said[-1] == b"\x8a\x04here"


def test_plain_pytest_goes_through_a_client_too(tmp_path: Path) -> None:
    (tmp_path / "mine.feature").write_text(
        "Feature: Mine\n  Scenario: She signs up\n    Given a new user\n    When she signs up\n"
        "    Then she is fully signed in\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", str(tmp_path)]
    command += ["--rootdir", str(tmp_path), "--mfa-client", miniature("crashes")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "1 failed" in ended.stdout
    assert "exit code 139" in ended.stdout
