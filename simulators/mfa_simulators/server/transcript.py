"""What an environment was asked and what it answered, secrets masked unless they are asked for."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final

import msgspec

from mfa_simulators.clock import iso

if TYPE_CHECKING:
    from collections.abc import Iterable

_KEPT: Final = 2000
_MASK: Final = "***"
_SECRET_HEADERS: Final = frozenset(
    {
        *("authorization", "cookie", "set-cookie", "x-mfa-auth-token", "x-dyn-elevated-access-token"),
        *("x-dynamic-device-signed-nonce", "x-dynamic-device-registration-token"),
    }
)
_SECRET_IN_ANSWERS: Final = frozenset(
    {
        *("secret", "uri", "jwt", "minifiedJwt", "mfaToken", "elevatedAccessToken"),
        *("verificationToken", "recoveryCodes", "signature", "captchaToken"),
    }
)
_SECRET_IN_REQUESTS: Final = _SECRET_IN_ANSWERS | {"code"}  # in answers it is the code of an error


class Exchanged(msgspec.Struct, frozen=True):
    """A request and its answer, raw: they are read seldom."""

    at: float
    method: str
    path: str
    query: str
    headers: list[tuple[bytes, bytes]]
    body: bytes
    status: int
    answer_headers: list[tuple[bytes, bytes]]
    answer: bytes


class Transcript:
    """The last exchanges of an environment."""

    def __init__(self) -> None:
        self._entries: deque[Exchanged] = deque(maxlen=_KEPT)

    def add(self, exchanged: Exchanged) -> None:
        """Keeps an exchange."""
        self._entries.append(exchanged)

    def read(self, *, unmasked: bool = False) -> list[dict[str, Any]]:
        """The exchanges, oldest first: at, method, path, query, request and answer with headers and body."""
        return [_shown(entry, unmasked=unmasked) for entry in list(self._entries)]

    def __len__(self) -> int:
        return len(self._entries)


def _shown(entry: Exchanged, *, unmasked: bool) -> dict[str, Any]:
    return {
        "at": iso(entry.at),
        "method": entry.method,
        "path": entry.path,
        "query": entry.query,
        "request": {
            "headers": _headers(entry.headers, unmasked),
            "body": _body(entry.body, _SECRET_IN_REQUESTS, unmasked),
        },
        "status": entry.status,
        "answer": {
            "headers": _headers(entry.answer_headers, unmasked),
            "body": _body(entry.answer, _SECRET_IN_ANSWERS, unmasked),
        },
    }


def _headers(headers: Iterable[tuple[bytes, bytes]], unmasked: bool) -> dict[str, str]:
    shown = {name.decode("latin-1").lower(): text.decode("latin-1") for name, text in headers}
    if not unmasked:
        # An empty token is no secret, and the difference from an absent one matters.
        shown |= {name: _MASK for name in shown.keys() & _SECRET_HEADERS if shown[name]}
    return shown


def _body(raw: bytes, secret: frozenset[str], unmasked: bool) -> Any:
    if not raw:
        return None
    try:
        read = msgspec.json.decode(raw)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return raw.decode("latin-1") if unmasked else f"({len(raw)} bytes, not JSON)"
    return read if unmasked else _masked(read, secret)


def _masked(value: Any, secret: frozenset[str]) -> Any:
    if isinstance(value, list):
        return [_masked(each, secret) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: _mask(each) if name in secret else _masked(each, secret) for name, each in value.items()}


def _mask(value: Any) -> Any:
    """A mask; how many secrets a list holds may be seen, and whether there is one."""
    if isinstance(value, list):
        return [_MASK] * len(value)
    return None if value is None else _MASK
