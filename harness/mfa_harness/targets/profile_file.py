"""Reading a profile from TOML: every mistake is answered in one line that names the file and the key."""

from __future__ import annotations

import os
import re
import tomllib
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

import msgspec

from mfa_harness.targets.capabilities import CAPABILITIES, nearest
from mfa_harness.targets.profile import NamedEnvironment, Profile, ProfileError, Written
from mfa_simulators.server.settings import SettingsError, make_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_VARIABLE: Final = re.compile(r"\$\$\{|\$\{([^}]*)\}?")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_ENVIRONMENT_ID: Final = re.compile(r"[0-9a-f-]{36}\Z")
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_EMAIL_PLACEHOLDERS: Final = ("unique", "n", "name")
_WORDS: Final = {
    "int": "a whole number",
    "float": "a number",
    "str": "text in quotes",
    "bool": "true or false",
    "array": "a list in [ ]",
    "object": "a table",
    "null": "nothing",
    "bool | str": "true, false, or the reason why not in quotes",
}
_BOUNDS: Final = {">": "above", ">=": "of at least"}


def read(path: Path) -> Profile:
    """A profile from a TOML file.

    Raises:
        ProfileError: names the file, the key, what is wrong and what to write instead.
    """
    return parse(_toml(path), file=str(path), folder=path.resolve().parent)


def _toml(path: Path) -> dict[str, Any]:
    file = str(path)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        mend = "Give a file that can be read"
        raise ProfileError(file, error.strerror or str(error), mend) from None
    except UnicodeDecodeError as error:
        raise ProfileError(file, f"byte {error.start} is not UTF-8", "Save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        mend = "See docs/profile.md for a whole one"
        raise ProfileError(f"{file}: not TOML", _lowered(str(error)), mend) from None


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
        raise _mistyped(str(error), file) from None
    if "origin" in data and "rp_id" not in data:  # WebAuthn L3 5.1.3: the RP ID defaults to the origin's host
        written = msgspec.structs.replace(written, rp_id=_host(written.origin) or written.rp_id)
    _check(written, file, folder)
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
            raise ProfileError(f"{file}: {at}{key}", f"unknown key{nearest(key, kinds)}", _choices(at, kinds))
        inner = _struct_in(kinds[key])
        if inner is not None:
            _refuse_unknown(item, inner, f"{at}{key}.", file)
    if struct is Written:
        said = value.get("capabilities")
        for key in said if isinstance(said, dict) else ():
            if key not in CAPABILITIES:
                raise ProfileError(
                    f"{file}: capabilities.{key}",
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


def _mistyped(message: str, file: str) -> ProfileError:
    """A complaint of msgspec's, in the words of somebody who writes TOML."""
    complaint, _, at = message.partition(" - at `$")
    key = at.rstrip("`").lstrip(".") or "the file"
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


def _check(written: Written, file: str, folder: Path) -> None:
    """What no type says: placeholders, addresses, files, and keys that exclude each other."""

    def refuse(key: str, found: str, mend: str) -> None:
        raise ProfileError(f"{file}: {key}", found, mend)

    if written.url is not None and not _is_web_url(written.url):
        refuse(
            "url",
            f"{written.url!r} is no http(s) URL",
            "Write it with scheme and host: https://api.example.org/api/v0",
        )
    origin = urlsplit(written.origin)
    if not _is_web_url(written.origin) or origin.path or origin.query:
        refuse(
            "origin",
            f"{written.origin!r} is no origin",
            "Write scheme and host only: https://app.example.org",
        )
    host = _host(written.origin)
    if host != written.rp_id and not host.endswith("." + written.rp_id):
        refuse(
            "rp_id",
            f"{written.rp_id!r} is not the host of the origin {written.origin!r}, nor a domain above it",
            f"Write rp_id = {host!r}, or set origin as well",
        )
    if written.ca is not None and not (folder / written.ca).is_file():
        refuse("ca", f"there is no file {folder / written.ca}", "Name a PEM file, relative to the profile")
    if written.proxy is not None and not _is_web_url(written.proxy):
        refuse("proxy", "no http(s) URL", "Write scheme, host and port: http://proxy.example.org:3128")
    _check_sign_in(written, refuse)
    ids = [environment.id for environment in written.environments]
    for index, environment in enumerate(written.environments):
        _check_id(environment.id, index, file)
        if ids.index(environment.id) != index:
            mend = "One environment has one set of settings"
            refuse(f"environments[{index}].id", "is that of another entry", mend)
        _check_settings(environment, index, file)


def _check_sign_in(written: Written, refuse: Any) -> None:
    sign_in = written.sign_in
    placeholders = _PLACEHOLDER.findall(sign_in.email)
    for name in placeholders:
        if name not in _EMAIL_PLACEHOLDERS:
            hint = nearest(name, _EMAIL_PLACEHOLDERS)
            refuse(
                "sign_in.email", f"unknown placeholder {{{name}}}{hint}", "It knows {unique}, {n} and {name}"
            )
    if not {"unique", "n"} & set(placeholders):
        refuse(
            "sign_in.email",
            "one address for all users",
            "Put {unique} or {n} into it: each scenario needs a new user",
        )
    if sign_in.email.count("@") != 1:
        refuse(
            "sign_in.email",
            f"{sign_in.email!r} is no e-mail address",
            "Write one like qa+{unique}@example.org",
        )
    if sign_in.code is not None and sign_in.code_command is not None:
        refuse("sign_in", "both code and code_command", "Keep one of them")
    for key in ("code_command", "external_jwt_command"):
        command = getattr(sign_in, key)
        if command is not None and "{email}" not in command:
            refuse(
                f"sign_in.{key}", "the command is not told for whom", "Put {email} where the address belongs"
            )


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "") if _is_web_url(url) else ""


def _is_web_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, a bracket left open
        return False


def _check_id(environment_id: str, index: int, file: str) -> None:
    if not _ENVIRONMENT_ID.match(environment_id):
        found = f"{environment_id!r} is no environment id" if environment_id else "missing"
        mend = "Write the id of the dashboard: a UUID in lower case"
        raise ProfileError(f"{file}: environments[{index}].id", found, mend)


def _check_settings(environment: NamedEnvironment, index: int, file: str) -> None:
    try:
        make_settings(dict(environment.settings))
    except SettingsError as error:
        mend = "The settings are the dashboard's words, see docs/profile.md"
        raise ProfileError(f"{file}: environments[{index}].settings", str(error), mend) from None
