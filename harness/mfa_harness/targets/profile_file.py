"""Reading a profile from TOML: every mistake is answered in one line that names the file and the key."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_origin, get_type_hints

import msgspec

from mfa_harness import toml_file
from mfa_harness.targets.capabilities import CAPABILITIES, nearest
from mfa_harness.targets.profile import Profile, ProfileError, Written
from mfa_harness.targets.profile_sense import check, host_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_VARIABLE: Final = re.compile(r"\$\$\{|\$\{([^}]*)\}?")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_-]+\Z")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_WORDS: Final = {
    "int": "a whole number",
    "float": "a number",
    "str": "text in quotes",
    "bool": "true or false",
    "array": "a list in [ ]",
    "object": "a table",
    "null": "nothing",
    "date": "a date",
    "time": "a time of day",
    "datetime": "a date and time",
    "bool | str": "true, false, or the reason why not in quotes",
}
_BOUNDS: Final = {">": "above", ">=": "of at least", "<=": "of at most"}


def read(path: Path) -> Profile:
    """A profile from a TOML file.

    Raises:
        ProfileError: names the file, the key, what is wrong and what to write instead.
    """
    try:
        data = toml_file.read(path)
    except toml_file.TomlFileError as error:
        where = "; docs/profile.md has a whole profile" if error.line else ""
        raise ProfileError(str(path), error.found, f"{error.mend}{where}") from None
    return parse(data, file=str(path), folder=path.resolve().parent)


def parse(data: dict[str, Any], *, file: str, folder: Path) -> Profile:
    """A profile from what a TOML file holds.

    Raises:
        ProfileError: as `read`.
    """
    _refuse_unknown(data, Written, "", file)
    secrets: list[str] = []
    filled = _fill(data, "", file, secrets)
    try:
        written = msgspec.convert(filled, Written, strict=True)
    except msgspec.ValidationError as error:
        raise _mistyped(str(error), file, data) from None
    if "origin" in data and "rp_id" not in data:  # WebAuthn L3 5.1.3: the RP ID defaults to the origin's host
        written = msgspec.structs.replace(written, rp_id=host_of(written.origin) or written.rp_id)
    check(written, file, folder)
    values = {name: getattr(written, name) for name in Written.__struct_fields__}
    if written.ca is not None:
        values["ca"] = str(folder / written.ca)
    return Profile(**values, file=file, folder=folder, secrets=tuple(dict.fromkeys(secrets)))


def known_keys() -> list[str]:
    """Every key a profile may hold, dotted: "sign_in.code", "environments.id"."""
    return list(_keys(Written, ""))


def _keys(struct: type[msgspec.Struct], prefix: str) -> Iterator[str]:
    for name, kind in get_type_hints(struct, include_extras=True).items():
        inner = _struct_in(kind)
        if inner is not None:
            yield from _keys(inner, f"{prefix}{name}.")
        elif name == "capabilities":
            yield from (f"capabilities.{capability}" for capability in CAPABILITIES)
        else:
            yield prefix + name


def _struct_in(kind: Any) -> type[msgspec.Struct] | None:
    """The struct that a field holds: itself, or in a tuple, or with None beside it."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind
    return next((struct for part in get_args(kind) if (struct := _struct_in(part))), None)


def _refuse_unknown(value: Any, struct: type[msgspec.Struct], at: str, file: str) -> None:
    if isinstance(value, list):
        for index, item in enumerate(value):
            _refuse_unknown(item, struct, f"{at.rstrip('.')}[{index}].", file)
        return
    if not isinstance(value, dict):
        return  # msgspec says what is wrong with it
    kinds = get_type_hints(struct, include_extras=True)
    for key, item in value.items():
        if key not in kinds:
            raise ProfileError(
                f"{file}: {at}{_shown(key)}", f"unknown key{nearest(key, kinds)}", _choices(at, kinds)
            )
        inner = _struct_in(kinds[key])
        if inner is not None:
            _refuse_unknown(item, inner, f"{at}{key}.", file)
    if struct is Written:
        said = value.get("capabilities")
        for key in said if isinstance(said, dict) else ():
            if key not in CAPABILITIES:
                raise ProfileError(
                    f"{file}: capabilities.{_shown(key)}",
                    f"unknown capability{nearest(key, CAPABILITIES)}",
                    "`mfa-harness list capabilities` prints them all",
                )


def _choices(at: str, kinds: dict[str, Any]) -> str:
    where = f"[{at.rstrip('.')}] knows" if at else "The known keys are"
    return f"{where} {', '.join(sorted(kinds))}"


def _fill(value: Any, at: str, file: str, secrets: list[str]) -> Any:
    """Put environment variables in place of `${NAME}`; `$${` is a literal `${`."""
    if isinstance(value, dict):
        return {key: _fill(item, f"{at}.{key}" if at else key, file, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, f"{at}[{index}]", file, secrets) for index, item in enumerate(value)]
    if not isinstance(value, str):
        return value

    def look_up(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return "${"
        if not match[0].endswith("}") or not _NAME.match(name):
            raise ProfileError(
                f"{file}: {at}",
                f"{match[0]!r} names no environment variable",
                "Write ${NAME}, or $${ for a plain ${",
            )
        found = os.environ.get(name)
        if found is None:
            raise ProfileError(
                f"{file}: {at}", f"the environment variable {name} is not set", f"Set it: export {name}=..."
            )
        if found:
            secrets.append(found)
        return found

    return _VARIABLE.sub(look_up, value)


def _shown(key: str) -> str:
    """A key as it can be printed on one line."""
    return key if _PLAIN.match(key) else repr(key)


def _mistyped(message: str, file: str, data: dict[str, Any]) -> ProfileError:
    """A complaint of msgspec's, in the words of somebody who writes TOML."""
    complaint, _, at = message.partition(" - at `$")
    key = _found_again(at.rstrip("`").lstrip("."), data) or "the file"
    where = f"{file}: {key}"
    if match := re.match(r"Object missing required field `(\w+)`", complaint):
        return ProfileError(f"{where}.{match[1]}", "missing", "Add it, or take the whole table out")
    if match := re.match(r"Expected `(.+?)`, got `(.+?)`", complaint):
        return ProfileError(where, f"found {_in_words(match[2])}", f"Write {_in_words(match[1])}")
    if match := re.match(r"Expected `(.+?)` (\S+) (\S+)", complaint):
        bound = f"{_BOUNDS.get(match[2], match[2])} {match[3].removesuffix('.0')}"
        return ProfileError(where, "out of range", f"Write {_in_words(match[1])} {bound}")
    if match := re.match(r"Invalid enum value (.+)", complaint):
        options = _options(key)
        hint = nearest(match[1].strip("'"), options) if options else ""
        return ProfileError(
            where, f"{match[1]} is not one of them{hint}", f"Write one of {', '.join(options)}"
        )
    return ProfileError(where, _lowered(complaint), "See docs/profile.md")


def _found_again(at: str, data: dict[str, Any]) -> str:
    """The key that msgspec calls `table[...]`: the first in that table whose value is neither text nor yes or no."""
    table, dots, rest = at.partition("[...]")
    if not dots:
        return at
    values: Any = data
    for name in table.split("."):
        values = values.get(name, {}) if isinstance(values, dict) else {}
    wrong = next((key for key, value in values.items() if not isinstance(value, (str, bool))), None)
    wrong = wrong or next((key for key, value in values.items() if isinstance(value, bool)), "")
    return f"{table}.{_shown(wrong)}{rest}"


def _in_words(kind: str) -> str:
    kind = kind.removesuffix(" | null")
    return _WORDS.get(kind, kind)


def _options(key: str) -> list[str]:
    """The literals that a key takes, found by walking the structs along it."""
    kind: Any = Written
    for part in re.findall(r"[A-Za-z_]\w*", key):
        struct = _struct_in(kind)
        kind = get_type_hints(struct, include_extras=True).get(part) if struct else None
    return [str(option) for option in _literals(kind)]


def _literals(kind: Any) -> Iterator[Any]:
    if get_origin(kind) is Literal:
        yield from get_args(kind)
    else:
        for part in get_args(kind):
            yield from _literals(part)


def _lowered(message: str) -> str:
    return message[:1].lower() + message[1:]
