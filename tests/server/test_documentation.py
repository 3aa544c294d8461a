"""docs/wire.md tells of everything that is served."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from mfa_simulators.server.control import control_routes
from mfa_simulators.server.http.mfa_routes import MFA_ROUTES
from mfa_simulators.server.http.routes import ROUTES
from mfa_simulators.server.reference import ReferenceServer
from mfa_simulators.server.settings import Settings

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "wire.md").read_text(encoding="utf-8")
SERVER = ROOT / "simulators" / "mfa_simulators" / "server"


def row_of(method: str, path: str) -> bool:
    """Whether a row of a table names a method and a path; `/verify` may stand for the path before it."""
    rows = [row for row in DOCUMENT.splitlines() if row.startswith("|")]
    return any(re.search(rf"\b{method}\b", row) and path in row for row in rows)


@pytest.mark.parametrize("route", [*ROUTES, *MFA_ROUTES], ids=lambda route: f"{route.method} {route.path}")
def test_every_route_has_a_row(route: object) -> None:
    method, path = route.method, route.path  # type: ignore[attr-defined]
    path = re.sub(r"\{device_id:str\}", "{id}", path)
    path = re.sub(r"\{action:str\}", "{sign,export,refresh,reshare}", path)
    if path == "/smsVerifications/verify":
        path = "/smsVerifications/signin`, `/verify"
    assert row_of(method, path)


def test_every_route_of_the_control_plane_has_a_row() -> None:
    for handler in control_routes(ReferenceServer(), threads=False):
        (path,) = handler.paths
        shown = path.removeprefix("/control").replace("{environment_id:str}", "{id}")
        (method,) = handler.http_methods
        assert row_of(str(method), shown.replace("{user_id:str}", "{userId}")), path


def test_every_code_of_an_error_has_a_row() -> None:
    source = "".join(
        path.read_text(encoding="utf-8") for path in SERVER.rglob("*.py") if "faults" not in path.parts
    )
    codes = set(re.findall(r'Refusal\(\s*(?:\d{3}|[\w.]+),\s*"([a-z_]+)"', source))
    assert len(codes) > 15
    assert {code for code in codes if f"`{code}`" not in DOCUMENT} - {"internal_error", "forbidden"} == set()


def test_every_setting_that_is_named_exists() -> None:
    table = DOCUMENT.partition("## Decisions and their settings")[2].partition("\n## ")[0]
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", table)) - {"default_device"}
    known = {field.name for field in msgspec.structs.fields(Settings)}
    assert {name for name in named if name not in known} == set()
