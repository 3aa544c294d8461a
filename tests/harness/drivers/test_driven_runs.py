"""The suite through a client: what passes, what is n/a and why, and who is blamed."""

from __future__ import annotations

import shlex
import socket
import subprocess
import threading
import time
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
    assert ran.code == 0
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


def _dial(port: int) -> None:
    """A client that dials in, as an app on a phone does."""
    command = shlex.split(PYTHON_REFERENCE)
    for _ in range(100):
        try:
            peer = socket.create_connection(("127.0.0.1", port))
            break
        except OSError:
            time.sleep(0.05)
    with peer, peer.makefile("rwb") as stream:
        subprocess.run(command, stdin=peer.fileno(), stdout=peer.fileno(), check=False)
        stream.close()


def test_a_client_may_dial_in(start: Start) -> None:
    driver = start("listen:0")
    assert driver.port is not None
    dialling = threading.Thread(target=_dial, args=(driver.port,), daemon=True)
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


def test_the_smallest_driver_is_under_sixty_lines() -> None:
    text = (Path(python_reference.__path__[0]) / "__main__.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 60
