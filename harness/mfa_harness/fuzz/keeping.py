"""What is kept of a finding: a scenario, a pytest file, a replay file."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec

from mfa_harness import __version__
from mfa_harness.fuzz.findings import Finding, breaks
from mfa_harness.fuzz.gherkin import scenario
from mfa_harness.scenario.run import Run
from mfa_harness.targets.parse import open_target
from mfa_harness.usage import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FORMAT: Final = 1
_PYTEST = '''"""{requirement}: {text}

Found by `mfa-harness fuzz` at {target}.
Required: {required}. Got: {got}.

This test fails until that is mended. Run it by pytest, as it is. It tries the server that it was found at;
set MFA_HARNESS_TARGET to try another, and MFA_HARNESS_PROFILE to the path of that one's profile.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mfa_harness.fuzz.keeping import check_kept

pytestmark = pytest.mark.fuzz

STORY = r"""
{story}
"""


def test_{name}() -> None:
    target = os.environ.get("MFA_HARNESS_TARGET", {target!r})
    profile = os.environ.get("MFA_HARNESS_PROFILE")
    check_kept(STORY, target=target, profile=Path(profile) if profile else None)
'''


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A replay file."""

    format: int = FORMAT
    harness: str = __version__
    finding: Finding


def save(folder: Path, findings: Iterable[Finding]) -> list[Path]:
    """Write the three files of each finding, named by its id.

    Raises:
        OSError: they cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for finding in findings:
        name = finding.id
        for suffix, text in (
            (".feature", scenario(finding)),
            (".replay.json", as_replay(finding)),
        ):
            path = folder / f"{name}{suffix}"
            path.write_text(text, encoding="utf-8")
            written.append(path)
        path = folder / f"test_{_identifier(name)}.py"
        path.write_text(as_pytest(finding), encoding="utf-8")
        written.append(path)
    return written


def found_before(folder: Path | None) -> list[Finding]:
    """What earlier runs have kept in a folder; a file that is no replay file of ours is passed over."""
    found = []
    for path in sorted(folder.glob("*.replay.json")) if folder is not None else ():
        with suppress(UsageError):
            found.append(read(path.read_bytes()))
    return found


def as_replay(finding: Finding) -> str:
    """The replay file's text."""
    return msgspec.json.format(msgspec.json.encode(Kept(finding=finding)), indent=1).decode() + "\n"


def as_pytest(finding: Finding) -> str:
    """The pytest file's text."""
    from mfa_harness import requirements  # noqa: PLC0415 - read only when something is written

    known = requirements.load().get(finding.requirement)
    return _PYTEST.format(
        requirement=finding.requirement,
        text=known.text if known else "",
        target=finding.target,
        required=finding.required,
        got=finding.got,
        story=as_replay(finding).strip(),
        name=_identifier(finding.id),
    )


def read(text: str | bytes, *, where: str = "the replay file") -> Finding:
    """A finding from a replay file's text.

    Raises:
        UsageError: it is none.
    """
    try:
        return msgspec.json.decode(text, type=Kept).finding
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{where} is no replay file: {error}", "Name one that `mfa-harness fuzz --save` wrote."
        ) from error


def check_kept(text: str, *, target: str, profile: Path | None = None) -> None:
    """Tell a kept story once more: a failure where the requirement is still broken.

    Raises:
        AssertionError: it is.
        TargetError: the target cannot be used.
    """
    finding = read(text)
    opened = open_target(target, profile)
    try:
        opened.open()
        broken = breaks(Run(opened, seed="0"), finding)
    finally:
        opened.close()
    if broken:
        raise AssertionError(f"{finding.requirement}: required {finding.required}; got {finding.got}")


def _identifier(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name)
