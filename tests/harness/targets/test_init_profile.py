"""`init` drafts a profile that can be loaded, explains every key, and tells the environment's settings."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from mfa_harness.targets.capabilities import CAPABILITIES
from mfa_harness.targets.init_profile import draft, environment_settings
from mfa_harness.targets.matching import find_environment
from mfa_harness.targets.profile import Profile
from mfa_harness.targets.profile_file import known_keys
from mfa_harness.targets.profile_keys import KEYS
from mfa_harness.targets.target import TargetError
from mfa_harness.targets.tolerances import Tolerances

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Loopback = Callable[..., str]

ID = "11111111-2222-4333-8444-555555555555"
PUBLIC: dict[str, Any] = {
    "chains": [],
    "kyc": [],
    "sdk": {"minApiVersion": "2026_04_01"},
    "security": {
        "auth": {"storage": ["cookie"]},
        "mfa": {
            "enabled": True,
            "required": True,
            "enrollment": "signup",
            "availableMethods": ["totp"],
            "methods": [{"type": "totp", "enabled": True}, {"type": "passkey", "enabled": False}],
            "actions": [
                {"action": "wallet.waas.sign", "required": True},
                {"action": "wallet.waas.export", "required": False},
            ],
        },
    },
}


@pytest.fixture
def url(loopback: Loopback) -> str:
    body = msgspec.json.encode(PUBLIC)
    return loopback(
        b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s" % (len(body), body)
    )


def load(tmp_path: Path, text: str) -> Profile:
    path = tmp_path / "profile.toml"
    path.write_text(text, encoding="utf-8")
    return Profile.load(path)


def test_the_draft_is_a_profile_with_the_environments_settings(tmp_path: Path, url: str) -> None:
    profile = load(tmp_path, draft(url, ID))
    assert profile.url == f"{url}/api/v0"
    assert profile.environments[0].id == ID
    asked = {
        "require_at_onboarding": True,
        "session_based": True,
        "passkeys": False,
        "actions": ["wallet.waas.sign"],
        "min_api_version": "2026_04_01",
        "cookie_mode": True,
    }
    assert find_environment(profile.environments, asked) is not None
    assert profile.tolerances == Tolerances()


def test_the_draft_explains_every_key_there_is(url: str) -> None:
    text = draft(url, ID)
    assert {key.name for key in KEYS} | {f"capabilities.{name}" for name in CAPABILITIES} == set(known_keys())
    for key in KEYS:
        name = key.name.rpartition(".")[2]
        assert f"# {key.sentence}\n" in text
        assert re.search(rf"^(# )?{name}\b.* = ", text, re.MULTILINE)
    for capability in CAPABILITIES.values():
        assert f"# {capability.name} = " in text


def test_every_commented_key_can_be_taken_in(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAGING_KEY", "x")
    (tmp_path / "ca.pem").write_text("")
    lines = [
        line
        for line in re.sub(
            r"^# (?=\[arrange\]$|[a-z_-]+ = )", "", draft(url, ID), flags=re.MULTILINE
        ).splitlines()
        if not line.startswith("code_command")  # one of two that exclude each other
    ]
    profile = load(tmp_path, "\n".join(lines))
    assert profile.arrange is not None
    assert profile.rate == 5
    assert profile.headers == {"x-key": "x"}


def test_commented_defaults_are_the_defaults() -> None:
    usual = msgspec.json.decode(msgspec.json.encode(Tolerances()))
    for key in KEYS:
        table, _, name = key.name.rpartition(".")
        if table == "tolerances" and usual[name] is not None:
            assert key.example == usual[name], key.name


@pytest.mark.parametrize(
    ("mfa", "settings"),
    [
        ({}, {"totp": False, "passkeys": False, "enrollment": "none", "session_based": False, "actions": []}),
        (
            {"required": True, "availableMethods": ["totp", "passkey"]},
            {"totp": True, "passkeys": True, "enrollment": "signup", "session_based": False, "actions": []},
        ),
        (
            {"methods": [{"type": "email", "enabled": True}], "actions": None},
            {
                "totp": False,
                "passkeys": False,
                "enrollment": "none",
                "session_based": False,
                "actions": [],
                "email_mfa": True,
            },
        ),
    ],
)
def test_settings_are_read_as_old_and_terse_servers_tell_them(
    mfa: dict[str, Any], settings: dict[str, Any]
) -> None:
    assert environment_settings({"security": {"mfa": mfa}}) == settings


def test_what_is_no_such_server_is_diagnosed(loopback: Loopback) -> None:
    with pytest.raises(TargetError, match="a web page answers"):
        draft(loopback(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>"), ID)


def test_the_draft_is_toml_whatever_the_server_tells(loopback: Loopback) -> None:
    public = {"security": {"mfa": {"enrollment": 'si"gn\nup'}}}
    body = msgspec.json.encode(public)
    text = draft(loopback(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)), ID)
    assert tomllib.loads(text)["environments"][0]["settings"]["enrollment"] == 'si"gn\nup'
