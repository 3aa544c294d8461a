"""Drivers against `serve --tls`, whose authority nobody but the folder knows."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from mfa_simulators import ReferenceServer

from .conftest import PYTHON_REFERENCE, Ran

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def https(tmp_path: Path) -> Iterator[tuple[str, Path, Path]]:
    """A server, its authority, and a profile that trusts it."""
    profile = tmp_path / "mine.toml"
    with ReferenceServer(control=True, tls=tmp_path) as server:
        profile.write_text('ca = "ca.pem"\n', encoding="utf-8")
        yield server.url, tmp_path / "ca.pem", profile


def trusting(client: str, authority: Path) -> str:
    """The driver, told of the authority as docs/driver.md says."""
    told = [f"{name}={authority}" for name in ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")]
    return f"env {shlex.join(told)} {client}"


def test_our_own_client_trusts_what_it_is_told_of(https: tuple[str, Path, Path]) -> None:
    url, authority, profile = https
    ran = Ran(
        trusting(PYTHON_REFERENCE, authority), "totp.one-device.second-refused", target=url, profile=profile
    )
    assert ran.verdicts == {"totp.one-device.second-refused": "pass"}


def test_a_client_that_has_not_heard_of_the_authority_is_blocked(https: tuple[str, Path, Path]) -> None:
    url, _, profile = https
    ran = Ran(PYTHON_REFERENCE, "totp.one-device.second-refused", target=url, profile=profile)
    [check] = ran.checks.values()
    assert check.verdict.value == "blocked"
    assert check.failure is not None
    assert "certificate" in check.failure.got.lower()


@pytest.mark.parametrize("name", ["dynamic_js", "dynamic_react"])
def test_the_vendors_sdks_trust_what_they_are_told_of(
    https: tuple[str, Path, Path], name: str, request: pytest.FixtureRequest
) -> None:
    url, authority, profile = https
    client: str = request.getfixturevalue(name)
    ran = Ran(trusting(client, authority), "totp.one-device.second-refused", target=url, profile=profile)
    assert ran.verdicts == {"totp.one-device.second-refused": "pass"}
