"""The environments that `mfa-harness serve` starts with: one for newcomers, or those of a TOML file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from mfa_harness.usage import UsageError, nearest

if TYPE_CHECKING:
    from pathlib import Path

EMAIL_CODE: Final = "123456"
"""The e-mail code of everybody in the environment for newcomers."""


class ServedEnvironment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One `[[environments]]` table.

    Args:
        settings: keywords of the server's `Settings`.
        faults: slugs or ids of faults that it shall have, besides those of the command line.
        seed: makes its id, secrets and codes the same every time; without, they are random.
    """

    settings: dict[str, Any] = {}
    faults: tuple[str, ...] = ()
    seed: str | int | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    environments: tuple[ServedEnvironment, ...]


NEWCOMERS: Final = ServedEnvironment(settings={"email_code": EMAIL_CODE})
"""Both methods on, nothing required, and no mail to read."""


def read(path: Path) -> tuple[ServedEnvironment, ...]:
    """Read a file of environments.

    Raises:
        UsageError: it cannot be read, is not TOML, or holds something else; names the place.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(
            f"{path} cannot be read: {reason}", "Name a TOML file of [[environments]]."
        ) from error
    try:
        environments = msgspec.toml.decode(text, type=_File).environments
    except msgspec.ValidationError as error:
        raise UsageError(
            f"{path}: {_uncapitalised(str(error))}",
            f"It holds [[environments]] tables of {', '.join(ServedEnvironment.__struct_fields__)}.",
        ) from error
    except msgspec.DecodeError as error:
        raise UsageError(
            f"{path} is not TOML: {_uncapitalised(str(error))}", "Correct that place."
        ) from error
    if not environments:
        raise UsageError(f"{path} holds no environment", "Write at least one [[environments]] table.")
    return environments


def check(environment: ServedEnvironment, where: str) -> None:
    """See that the server can make this environment.

    Raises:
        UsageError: an unknown setting, value or fault; names the nearest.
    """
    from mfa_simulators.server.faults import FAULTS  # noqa: PLC0415 - loads the whole server
    from mfa_simulators.server.settings import SettingsError, make_settings  # noqa: PLC0415

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


def _uncapitalised(message: str) -> str:
    return message[:1].lower() + message[1:]
