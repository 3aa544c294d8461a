"""Whether a profile makes sense beyond what types say."""

from __future__ import annotations

import re
import shlex
from math import isfinite
from typing import TYPE_CHECKING, Any, Final, Never, Protocol
from urllib.parse import urlsplit

from mfa_harness.targets.backend.declared import TOKEN, Backend
from mfa_harness.targets.capabilities import nearest
from mfa_harness.targets.profile import NamedEnvironment, ProfileError, Written
from mfa_harness.targets.web_url import flaw_of, quoted
from mfa_simulators.server.settings import SettingsError, make_settings

if TYPE_CHECKING:
    from pathlib import Path

_ENVIRONMENT_ID: Final = re.compile(r"[0-9a-f-]{36}\Z")
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_EMAIL_PLACEHOLDERS: Final = ("unique", "n", "name")
_EMAIL_ODD: Final = re.compile(r"[\s\x00-\x1f\x7f]")
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_HEADER_VALUE: Final = re.compile(r"[\t\x20-\x7e]*\Z")
_NOT_OURS_TO_SAY: Final = (
    "connection",
    "content-length",
    "host",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
)


class _Refuse(Protocol):
    def __call__(self, key: str, found: str, mend: str) -> Never: ...


def check(written: Written, file: str, folder: Path) -> None:
    """What no type says: placeholders, addresses, files, headers, and keys that exclude each other.

    Raises:
        ProfileError: names the file and the key, what is wrong and what to write instead.
    """

    def refuse(key: str, found: str, mend: str) -> Never:
        raise ProfileError(f"{file}: {key}", found, mend)

    if written.url is not None and (flaw := flaw_of(written.url, "https://api.example.org/api/v0")):
        refuse("url", f"{quoted(written.url)} is {flaw[0]}", flaw[1])
    _check_site(written, refuse)
    if written.ca is not None and not _is_file(folder / written.ca):
        refuse("ca", f"there is no file {folder / written.ca}", "Name a PEM file, relative to the profile")
    if written.proxy is not None and (flaw := flaw_of(written.proxy, "http://proxy.example.org:3128")):
        refuse("proxy", flaw[0], flaw[1])  # without the URL, which may hold a password
    for capability, said in written.capabilities.items():
        if isinstance(said, str) and not said.strip():
            refuse(f"capabilities.{capability}", "a reason that says nothing", "Write false, or why not")
    _check_headers("headers", written.headers, refuse)
    _check_backend(written.backend, refuse)
    if written.arrange is not None:
        _check_command("arrange.command", written.arrange.command, refuse)
    _check_sign_in(written, refuse)
    ids = [environment.id for environment in written.environments]
    for index, environment in enumerate(written.environments):
        _check_id(environment.id, index, file)
        if ids.index(environment.id) != index:
            mend = "One environment has one set of settings"
            refuse(f"environments[{index}].id", "is that of another entry", mend)
        _check_settings(environment, index, file)


def _check_site(written: Written, refuse: _Refuse) -> None:
    origin = origin_of(written.origin)
    if not origin or origin != written.origin:
        mend = (
            f"Write it as browsers do: {origin}"
            if origin
            else "Write scheme and host: https://app.example.org"
        )
        refuse("origin", f"{quoted(written.origin)} is no origin", mend)
    host = host_of(written.origin)
    if host != written.rp_id and not host.endswith("." + written.rp_id):
        refuse(
            "rp_id",
            f"{written.rp_id!r} is not the host of the origin {written.origin!r}, nor a domain above it",
            f"Write rp_id = {host!r}, or set origin as well",
        )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long for one
        return False


def _check_headers(table: str, headers: dict[str, str], refuse: _Refuse) -> None:
    """What HTTP would refuse, or would change the meaning of a request (RFC 9110 5.1, 5.5); no value is shown."""
    for name, value in headers.items():
        key = f"{table}.{name}" if _HEADER_NAME.match(name) else f"{table}.{name!r}"
        if not _HEADER_NAME.match(name):
            refuse(key, "no name of a header", "Write letters, digits and hyphens")
        if name.lower() in _NOT_OURS_TO_SAY:
            refuse(key, "this header follows from the request itself", "Leave it out")
        if not _HEADER_VALUE.match(value) or value != value.strip():
            refuse(
                key,
                "its value has a letter that is not ASCII, a line break, or a blank at an end",
                "Write printable ASCII; what else has to be said, encode (base64, %41)",
            )


def _check_sign_in(written: Written, refuse: _Refuse) -> None:
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
    if sign_in.email.count("@") != 1 or _EMAIL_ODD.search(sign_in.email) or "" in sign_in.email.split("@"):
        refuse(
            "sign_in.email",
            f"{sign_in.email!r} is no e-mail address",
            "Write one like qa+{unique}@example.org",
        )
    if sign_in.code is not None and sign_in.code_command is not None:
        refuse("sign_in", "both code and code_command", "Keep one of them")
    if sign_in.code is not None and not sign_in.code.strip():
        refuse(
            "sign_in.code", "an empty code", "Write the e-mail code that the server accepts, or leave it out"
        )
    for key in ("code_command", "external_jwt_command"):
        command = getattr(sign_in, key)
        if command is None:
            continue
        _check_command(f"sign_in.{key}", command, refuse)
        if "{email}" not in command:
            refuse(
                f"sign_in.{key}", "the command is not told for whom", "Put {email} where the address belongs"
            )


def _check_command(key: str, command: str, refuse: _Refuse) -> None:
    try:
        words = shlex.split(command)
    except ValueError as error:  # a quotation that does not end
        refuse(key, f"it cannot be split into words: {_lowered(str(error))}", "Close the quotation")
    if not words:
        refuse(key, "an empty command", "Write the program and its arguments, or leave it out")


def _check_backend(backend: Backend, refuse: _Refuse) -> None:
    _check_headers("backend.headers", backend.headers, refuse)
    name, colon, value = backend.send.partition(":")
    if not colon or TOKEN not in value or not _HEADER_NAME.match(name) or not _HEADER_VALUE.match(value):
        refuse(
            "backend.send",
            f"{backend.send!r} is no header with {TOKEN} in it",
            f"Write 'authorization: Bearer {TOKEN}' or 'cookie: session={TOKEN}'",
        )
    left: list[tuple[str, Any]] = [("backend.claims", backend.claims)]
    while left:
        key, value = left.pop()
        if isinstance(value, dict):
            left += [(f"{key}.{inner}", each) for inner, each in value.items()]
        elif isinstance(value, list):
            left += [(key, each) for each in value]
        elif not isinstance(value, (str, int, float)) or (isinstance(value, float) and not isfinite(value)):
            refuse(key, "a token has no such value", "Write text, a number, true or false, a list or a table")


def host_of(url: str) -> str:
    """The host of an http(s) URL; "" of what is none."""
    return "" if flaw_of(url, "") else (urlsplit(url).hostname or "")


def origin_of(url: str) -> str:
    """An http(s) URL's origin as browsers write it (RFC 6454 6.2); "" of what is none."""
    if flaw_of(url, ""):
        return ""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in {None, usual} else "")


def _lowered(message: str) -> str:
    return message[:1].lower() + message[1:]


def is_environment_id(text: str) -> bool:
    """Whether this can be an environment's id, and so may stand in a path."""
    return bool(_ENVIRONMENT_ID.match(text))


def _check_id(environment_id: str, index: int, file: str) -> None:
    if not is_environment_id(environment_id):
        found = f"{environment_id!r} is no environment id" if environment_id else "missing"
        mend = "Write the id of the dashboard: a UUID in lower case"
        raise ProfileError(f"{file}: environments[{index}].id", found, mend)


def _check_settings(environment: NamedEnvironment, index: int, file: str) -> None:
    try:
        make_settings(dict(environment.settings))
    except SettingsError as error:
        mend = "The settings are the dashboard's words, see docs/profile.md"
        raise ProfileError(f"{file}: environments[{index}].settings", str(error), mend) from None
