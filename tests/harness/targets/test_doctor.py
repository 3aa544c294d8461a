"""Doctor tells before a run whether the plumbing is right, what can run, what not, and how long it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mfa_harness.targets.doctor import Diagnosis, Rehearsal, examine
from mfa_harness.targets.init_profile import draft
from mfa_simulators import ReferenceServer, VirtualClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mfa_simulators.server import Environment as Tenant

CODE = "424242"
REHEARSED = Rehearsal(
    3,
    {"the target's time is real": 2, "no passkeys": 1},
    requests=40,
    own_seconds=0.1,
    settings=({}, {}, {"session_based": True}),
)


@pytest.fixture(scope="module")
def served() -> Iterator[ReferenceServer]:
    with ReferenceServer() as server:
        yield server


def profile(
    folder: Path, server: ReferenceServer, *tenants: Tenant, more: str = "", settings: str = ""
) -> Path:
    path = folder / "profile.toml"
    lines = [f'url = "{server.url}"', more, "[sign_in]", f'code = "{CODE}"']
    for tenant in tenants:
        lines += ["[[environments]]", f'id = "{tenant.id}"', settings]
    path.write_text("\n".join(lines))
    return path


def told(diagnosis: Diagnosis, state: str) -> dict[str, str]:
    return {finding.topic: finding.text for finding in diagnosis.findings if finding.state == state}


def test_our_own_server_is_well() -> None:
    diagnosis = examine("reference", rehearse=lambda _: Rehearsal(6, own_seconds=0.1))
    assert diagnosis.is_well
    assert diagnosis.exit_code == 0
    assert diagnosis.runnable == 6
    assert not diagnosis.kept_out
    assert not diagnosis.lacking
    assert told(diagnosis, "well").keys() == {"reach", "settings", "clock", "keys", "sign-in", "token"}
    assert diagnosis.seconds is not None
    assert 0 < diagnosis.seconds < 5


def test_a_strangers_server_is_told_what_can_run_and_what_not(
    served: ReferenceServer, tmp_path: Path
) -> None:
    path = profile(tmp_path, served, served.environment(email_code=CODE))
    diagnosis = examine(None, path, rehearse=lambda _: REHEARSED)
    assert diagnosis.is_well, diagnosis.findings
    assert (diagnosis.runnable, diagnosis.kept_out) == (REHEARSED.runnable, REHEARSED.kept_out)
    assert "clock" in diagnosis.lacking
    assert told(diagnosis, "well")["use"].endswith(": 2 checks ask for its settings")


def test_an_environment_that_no_check_asks_for_is_said_to_be_of_no_use(
    served: ReferenceServer, tmp_path: Path
) -> None:
    tenant = served.environment(email_code=CODE, passkeys=False, session_based=True)
    path = profile(tmp_path, served, tenant, settings="settings = {passkeys = false, session_based = true}")
    diagnosis = examine(None, path, rehearse=lambda _: REHEARSED)
    assert "no check asks for just its settings" in told(diagnosis, "mind")["use"]


def test_nothing_is_rehearsed_for_a_target_that_is_ill(served: ReferenceServer, tmp_path: Path) -> None:
    path = profile(tmp_path, served, served.environment(email_code="111111"))
    assert examine(None, path, rehearse=lambda _: REHEARSED).runnable == 0


def test_a_drafted_profile_with_sign_in_filled_in_is_well(served: ReferenceServer, tmp_path: Path) -> None:
    tenant = served.environment(email_code=CODE, session_based=True, actions=["wallet.waas.sign"])
    text = draft(served.url, tenant.id)
    assert "does not say how users sign in" in examine(None, write(tmp_path, text)).findings[0].text
    filled = text.replace('# code = "123456"', f'code = "{CODE}"')
    diagnosis = examine(None, write(tmp_path, filled), rehearse=lambda _: REHEARSED)
    assert diagnosis.is_well, diagnosis.findings


def write(folder: Path, text: str) -> Path:
    path = folder / "profile.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_estimate_follows_the_rate(served: ReferenceServer, tmp_path: Path) -> None:
    path = profile(tmp_path, served, served.environment(email_code=CODE), more="rate = 1000")
    fast = examine(None, path, rehearse=lambda _: REHEARSED).seconds
    slow = examine(None, path, rehearse=lambda _: Rehearsal(2, waits_seconds=60, own_seconds=1)).seconds
    assert fast is not None
    assert slow is not None
    assert slow > 60 > fast


@pytest.mark.parametrize(
    ("has", "said", "words"),
    [
        ({"session_based": True}, "", "tells session_based = true, and the profile another"),
        ({"totp": False}, "", "tells totp = false"),
        ({}, 'settings.enrollment = "signup"', 'tells enrollment = "none"'),
        (
            {"actions": ["user.update"]},
            'settings.actions = ["wallet.waas.sign"]',
            'actions = ["user.update"]',
        ),
    ],
)
def test_settings_that_are_not_those_of_the_profile_are_ill(
    served: ReferenceServer, tmp_path: Path, has: dict[str, Any], said: str, words: str
) -> None:
    path = profile(tmp_path, served, served.environment(email_code=CODE, **has), settings=said)
    diagnosis = examine(None, path)
    assert words in told(diagnosis, "ill")["settings"]
    assert diagnosis.exit_code == 2


def test_every_environment_of_the_profile_is_looked_at(served: ReferenceServer, tmp_path: Path) -> None:
    tenants = [served.environment(email_code=CODE), served.environment(email_code=CODE, session_based=True)]
    path = profile(tmp_path, served, *tenants)
    text = path.read_text() + "settings.min_api_version = '2026_04_01'\n"
    path.write_text(text)
    assert f"environment {tenants[1].id} tells" in told(examine(None, path), "ill")["settings"]


def test_a_code_that_does_not_sign_in_is_ill(served: ReferenceServer, tmp_path: Path) -> None:
    path = profile(tmp_path, served, served.environment(email_code="111111"))
    diagnosis = examine(None, path)
    assert "cannot sign in: " in told(diagnosis, "ill")["sign-in"]
    assert CODE not in told(diagnosis, "ill")["sign-in"]


@pytest.mark.parametrize(
    ("date", "told_as"),
    [
        ("Thu, 01 Jan 2026 00:00:40 GMT", ("ill", "the server's clock is 40 s ahead of this machine's")),
        ("Wed, 31 Dec 2025 23:59:56 GMT", ("mind", "the server's clock is 4 s behind this machine's")),
        ("Thu, 01 Jan 2026 00:00:01 GMT", ("well", "agrees with this machine's")),
        ("soon", ("mind", "no Date header")),
    ],
)
def test_a_clock_that_is_wrong_is_told(
    loopback: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    date: str,
    told_as: tuple[str, str],
) -> None:
    state, words = told_as
    monkeypatch.setattr("mfa_harness.targets.url.SYSTEM_CLOCK", VirtualClock("2026-01-01T00:00:00Z"))
    body = b'{"security":{"mfa":{}}}'
    head = f"HTTP/1.1 200 OK\r\ndate: {date}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
    (tmp_path / "p.toml").write_text(
        f'url = "{loopback(head.encode() + body)}"\nsign_in.code = "1"\n'
        f'[[environments]]\nid = "11111111-2222-4333-8444-555555555555"'
    )
    assert words in told(examine(None, tmp_path / "p.toml"), state)["clock"]


def test_what_is_not_there_is_told_as_first_contact_tells_it() -> None:
    diagnosis = examine("http://localhost:9")
    (finding,) = diagnosis.findings
    assert finding.state == "ill"
    assert "nothing listens there" in finding.text
    assert diagnosis.exit_code == 2


def test_what_is_not_understood_is_told(tmp_path: Path) -> None:
    assert "did you mean 'reference'" in examine("refrence").findings[0].text
    (tmp_path / "p.toml").write_text("ulr = 1")
    assert "p.toml: ulr" in examine(None, tmp_path / "p.toml").findings[0].text


def test_a_user_who_could_not_be_deleted_is_to_be_minded(served: ReferenceServer, tmp_path: Path) -> None:
    path = profile(
        tmp_path, served, served.environment(email_code=CODE), more="capabilities.delete-user = false"
    )
    diagnosis = examine(None, path)
    assert diagnosis.is_well
    assert "left behind: user " in told(diagnosis, "mind")["clean-up"]


def test_a_target_with_a_control_plane_needs_no_profile() -> None:
    with ReferenceServer(control=True) as server:
        diagnosis = examine(server.url, rehearse=lambda _: REHEARSED)
    assert diagnosis.is_well
    assert diagnosis.runnable == REHEARSED.runnable
