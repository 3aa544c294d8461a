from __future__ import annotations

import os
import subprocess
import sys

import pytest

import mfa_simulators

NAMES = {
    "MfaClient",
    "Person",
    "ReferenceServer",
    "SyncGroup",
    "SystemClock",
    "TotpAuthenticator",
    "VirtualClock",
    "VirtualPasskey",
}
# What a server or a client over HTTP needs: 0.7 s of imports together.
HEAVY = {"litestar", "sqlalchemy", "uvicorn", "httpx", "pytest", "pyotp", "segno", "PIL", "zxingcpp", "rich"}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_public_name_is_found_where_it_is_promised(name: str) -> None:
    assert getattr(mfa_simulators, name).__name__ == name


def test_the_public_names_are_these_and_no_others() -> None:
    assert set(mfa_simulators.__all__) == NAMES
    assert set(dir(mfa_simulators)) >= NAMES


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'Clok'"):
        _ = mfa_simulators.Clok  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["TotpAuthenticator", "VirtualClock", "VirtualPasskey"])
def test_an_authenticator_is_imported_without_a_server(name: str) -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", f"import sys; from mfa_simulators import {name}; print(*sys.modules)"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not HEAVY & set(loaded)
    assert "mfa_simulators.server" not in loaded
