"""docs/profile.md shows every key there is, and each of its examples is a profile."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from mfa_harness.targets.profile import Profile
from mfa_harness.targets.profile_file import known_keys
from mfa_harness.targets.tolerances import Tolerances
from mfa_simulators.server.settings import make_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parents[3] / "docs"
TEXT = (DOCS / "profile.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```toml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
_FREE = (
    "headers",
    "environments.settings",
    "backend.headers",
    "backend.claims",
)  # tables whose keys are not ours


def keys(value: dict[str, Any], at: str = "") -> Iterator[str]:
    for name, item in value.items():
        key = f"{at}{name}"
        if (
            key in _FREE
            or not isinstance(item, dict | list)
            or (isinstance(item, list) and not isinstance(item[0], dict))
        ):
            yield key
        else:
            for each in item if isinstance(item, list) else [item]:
                yield from keys(each, f"{key}.")


def test_every_key_has_an_example() -> None:
    shown = {key for block in BLOCKS for key in keys(tomllib.loads(block))}
    assert shown == set(known_keys())


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_each_example_is_a_profile(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGING_KEY", "x")
    (tmp_path / "ca.pem").write_text("")
    (tmp_path / "profile.toml").write_text(block, encoding="utf-8")
    Profile.load(tmp_path / "profile.toml")


def test_every_tolerance_is_explained_with_all_its_values() -> None:
    for name in Tolerances.__struct_fields__:
        assert re.search(rf"^\| `{name}` \| .+ \|$", TEXT, re.MULTILINE), name


def test_the_values_of_a_silent_profile_and_of_our_server_are_as_written() -> None:
    silent, ours = (tomllib.loads(block)["tolerances"] for block in BLOCKS if "[tolerances]" in block)
    plain = {key: value for key, value in as_toml(Tolerances()).items() if value is not None}
    assert silent == plain
    assert ours == {
        key: value for key, value in as_toml(Tolerances.reference()).items() if plain.get(key) != value
    }


def as_toml(tolerances: Tolerances) -> dict[str, Any]:
    value: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(tolerances))
    return value


def test_the_file_for_both_sides_is_a_profile() -> None:
    environments = Profile.load(DOCS / "environments.toml").environments
    assert all(make_settings(environment.settings).email_code for environment in environments)
