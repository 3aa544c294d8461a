"""The catalogue: every requirement that a check can stand for, with the places where it is written."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE: Final = "requirements.toml"

# Words of a-z and 0-9 joined by single dashes, and at least one dot between them: `mfa-token.single-use`.
_Id = Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+\Z")]
_Said = Annotated[str, msgspec.Meta(pattern=r"\S")]


class CatalogueError(ValueError):
    """The catalogue cannot be used; says what was found, in which entry, and what to do."""


class Requirement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that an implementation must (should, may) do.

    Args:
        id: its name, dotted: `totp.one-device`. Never used again for something else.
        level: how binding it is; only the breach of a `MUST` fails a run.
        text: what must hold, in one sentence.
        why: what happens to a real account where it does not.
        sources: where it is written, as reports print it; at least one.
        excluded: why it cannot be checked over the wire; "" where it can.
    """

    id: _Id
    level: Literal["MUST", "SHOULD", "MAY"]
    text: _Said
    why: _Said
    sources: Annotated[tuple[_Said, ...], msgspec.Meta(min_length=1)]
    excluded: str = ""


def load() -> dict[str, Requirement]:
    """The catalogue that ships with the harness, by id, in the order of the file.

    The file is read once; every caller gets a dictionary of its own.

    Raises:
        CatalogueError: the file that was installed is damaged.
    """
    return dict(_shipped())


@cache
def _shipped() -> Mapping[str, Requirement]:
    return parse(resources.files(__package__).joinpath(FILE).read_text(encoding="utf-8"))


def parse(text: str, *, name: str = FILE) -> dict[str, Requirement]:
    """Reads a catalogue: TOML with one `[[requirement]]` table a requirement, and nothing else.

    Args:
        text: the TOML document.
        name: what to call it in an error.

    Raises:
        CatalogueError: not TOML, no requirements, an entry with a member missing, unknown or empty,
            an id that is no dotted slug, or an id that comes twice.
    """
    try:
        document = msgspec.toml.decode(text)
    except msgspec.DecodeError as error:
        raise CatalogueError(
            f"{name} is not TOML: {error}; correct it, or install mfa-harness again"
        ) from error
    entries = document.get("requirement")
    if not isinstance(entries, list) or not entries or len(document) > 1:
        found = ", ".join(document) or "nothing"
        raise CatalogueError(
            f"{name}: expected [[requirement]] tables and nothing beside them, found {found}"
        )
    catalogue: dict[str, Requirement] = {}
    for number, entry in enumerate(entries, start=1):
        requirement = _requirement(entry, where=f"{name}, requirement {number}")
        if requirement.id in catalogue:
            raise CatalogueError(
                f"{name}, requirement {number}: {requirement.id!r} names an earlier one; choose another id",
            )
        catalogue[requirement.id] = requirement
    return catalogue


def _requirement(entry: object, *, where: str) -> Requirement:
    """One entry of the file, checked; `where` tells a person which one."""
    try:
        return msgspec.convert(entry, Requirement)
    except msgspec.ValidationError as error:
        named = f" ({entry['id']})" if isinstance(entry, dict) and "id" in entry else ""
        raise CatalogueError(
            f"{where}{named}: {error}; an entry has an id like 'totp.one-device', a level (MUST, SHOULD or "
            "MAY), a text, a why, one or more sources and perhaps excluded, none of them empty",
        ) from error


def of_check(check_id: str, known: Mapping[str, Requirement]) -> Requirement | None:
    """The requirement that a check stands for.

    It is the longest known id that the check's id is, or begins with up to a dot: `totp.one-device` for
    `totp.one-device.second-refused`. The case of an outline row, `[...]` at the end, is no part of the name.

    Returns:
        None where no known requirement fits.
    """
    name = check_id.partition("[")[0]
    while name and name not in known:
        name = name.rpartition(".")[0]
    return known.get(name)
