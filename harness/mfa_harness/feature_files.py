"""Files of Gherkin: where ours are, which ones are below a folder of a user's, and their text."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ENCODING: Final = "utf-8-sig"
"""UTF-8, whether an editor has put a byte order mark before it or not."""
_LARGEST: Final = 4 * 2**20
"""Bytes; our whole suite is a tenth of it."""


class FeatureError(Exception):
    """A feature file holds something that would not be tested as its author thinks. One line a finding."""

    def __init__(self, findings: Iterable[str]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(self.findings))


def suite_dir() -> Path:
    """Where our own feature files are: inside an installed package, else beside `harness/` in a checkout."""
    here = Path(__file__).resolve()
    packaged = here.parent / "features"
    return packaged if packaged.is_dir() else here.parents[2] / "features"


def feature_files(where: Path) -> list[Path]:
    """The .feature files at or below a path, sorted. Links are followed, a folder that leads to itself once.

    Raises:
        FeatureError: a folder below cannot be looked into, or a link leads nowhere.
    """
    if where.is_file():
        return [where]
    findings: list[str] = []

    def unreadable(error: OSError) -> None:
        findings.append(f"{shown(Path(error.filename))}: cannot be read: {(error.strerror or '').lower()}")

    found = []
    for path in sorted(_named_so(where, unreadable)):
        if path.is_file():
            found.append(path)
        elif path.is_symlink() and not path.exists():
            findings.append(f"{shown(path)}: a link that leads nowhere")
    if findings:
        raise FeatureError(sorted(findings))
    return found


def _named_so(where: Path, unreadable: object) -> Iterator[Path]:
    seen: set[tuple[int, int]] = set()
    for folder, below, names in os.walk(where, followlinks=True, onerror=unreadable):  # type: ignore[arg-type]
        status = Path(folder).stat()
        if (status.st_dev, status.st_ino) in seen:
            below.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        yield from (Path(folder, name) for name in names if name.endswith(".feature"))


def text_of(path: Path) -> str:
    """The text of a feature file.

    Raises:
        FeatureError: it cannot be read, is too large, or is not UTF-8.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise FeatureError([f"{shown(path)}: larger than {_LARGEST // 2**20} MiB"])
        text = content.decode(ENCODING)
    except OSError as error:
        raise FeatureError(
            [f"{shown(path)}: cannot be read: {(error.strerror or str(error)).lower()}"]
        ) from None
    except UnicodeDecodeError as error:
        found = f"not UTF-8 text ({error.reason} at byte {error.start})"
        raise FeatureError([f"{shown(path)}: {found}"]) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")  # as pytest-bdd reads it


def shown(path: Path) -> str:
    """The path as reports print it: from the suite's parent, else from the current folder, else whole."""
    for base in (suite_dir().parent, Path.cwd()):
        if path.is_relative_to(base):
            return path.relative_to(base).as_posix()
    return path.as_posix()
