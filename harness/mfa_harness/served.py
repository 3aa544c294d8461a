"""The environments that `mfa-harness serve` starts with: one for newcomers, or those of a TOML file.

The file is written as a profile is, so that one file can be the server's and the profile to check it by.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from mfa_harness import toml_file
from mfa_harness.targets.profile import Written
from mfa_harness.usage import UsageError, nearest

if TYPE_CHECKING:
    from pathlib import Path

EMAIL_CODE: Final = "123456"
"""The e-mail code of everybody in the environment for newcomers."""

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class ServedEnvironment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One `[[environments]]` table.

    Args:
        id: a lower-case UUID; by default a random one.
        settings: keywords of the server's `Settings`.
        faults: slugs or ids of faults that it shall have, besides those of the command line.
        seed: makes its secrets and codes, and its id where none is given, the same every time.
    """

    id: str = ""
    settings: dict[str, Any] = {}
    faults: tuple[str, ...] = ()
    seed: str | int | None = None


NEWCOMERS: Final = ServedEnvironment(
    id="bac0e4d0-0000-4000-8000-000000000001", settings={"email_code": EMAIL_CODE}
)
"""Both methods on, nothing required, and no mail to read. Its id stays, for whoever is configured with it."""


def read(path: Path) -> tuple[ServedEnvironment, ...]:
    """Read a file of environments.

    Raises:
        UsageError: it cannot be read, is not TOML, or holds something else; names the place.
    """
    try:
        document = toml_file.read(path)
    except toml_file.TomlFileError as error:
        raise UsageError(f"{path}: {error.found}", f"{error.mend}.") from None
    for key in document:
        if key not in Written.__struct_fields__:
            meant = nearest(key, Written.__struct_fields__)
            mend = (
                f"Did you mean {meant}?"
                if meant
                else "It holds [[environments]], and may hold what a profile holds."
            )
            raise UsageError(f"{path}: there is no key called {key!r}", mend)
    from mfa_simulators.server.settings import in_words  # noqa: PLC0415 - loads the whole server

    try:
        found = msgspec.convert(document.get("environments", []), tuple[ServedEnvironment, ...])
    except msgspec.ValidationError as error:
        raise UsageError(
            f"{path}: environments{in_words(error, '')}",
            f"An [[environments]] table may hold {', '.join(ServedEnvironment.__struct_fields__)}.",
        ) from error
    if not found:
        raise UsageError(f"{path} holds no environment", "Write at least one [[environments]] table.")
    ids = [each.id for each in found if each.id]
    for each in ids:
        if ids.count(each) > 1:
            raise UsageError(
                f"{path}: two environments have the id {each}", "Give each an id of its own, or none."
            )
    return found


def check(environment: ServedEnvironment, where: str) -> None:
    """See that the server can make this environment.

    Raises:
        UsageError: an id that is no UUID, or an unknown setting, value or fault; names the nearest.
    """
    from mfa_simulators.server.faults import FAULTS  # noqa: PLC0415 - loads the whole server
    from mfa_simulators.server.settings import SettingsError, make_settings  # noqa: PLC0415

    if environment.id and not _UUID.fullmatch(environment.id):
        raise UsageError(
            f"{where}: the id {environment.id!r} is no lower-case UUID",
            "Write one like 00000000-0000-4000-8000-000000000001, or leave it out.",
        )
    for name in environment.faults:
        if name not in FAULTS and all(fault.id != name for fault in FAULTS.values()):
            meant = nearest(name, FAULTS)
            hint = f"Did you mean {meant}? " if meant else ""
            raise UsageError(
                f"{where}: there is no fault called {name!r}",
                f"{hint}`mfa-harness list faults` names them all.",
            )
    try:
        make_settings(environment.settings)
    except SettingsError as error:
        raise UsageError(
            f"{where}: {error}", "Settings are the dashboard's words: totp, passkeys, session_based ..."
        ) from error
