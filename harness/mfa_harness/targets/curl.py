"""An exchange as a curl command to run: what was masked becomes a shell variable to fill in."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final

import msgspec

from mfa_harness.targets.transcript import RESPONSE_HEADERS

if TYPE_CHECKING:
    from mfa_harness.events import Exchange

_MASKED: Final = re.compile(r"<([a-z][a-z-]*)(?: (\d+)[^<>]*)?>")


def curl(exchange: Exchange, base: str = "$BASE") -> str:
    """One line of shell: `$BASE` is `{base_url}/sdk/{environmentId}`, `<token 2>` becomes `$TOKEN_2`.

    Where a request went to another environment, `$API` is the base URL.
    """
    start = "$API" if exchange.path.startswith("/sdk/") else base
    parts = [f"curl -X {exchange.method}", _quoted(f"{start}{exchange.path}")]
    headers = {name: value for name, value in exchange.headers.items() if name not in RESPONSE_HEADERS}
    if exchange.request is not None:
        headers.setdefault("content-type", "application/json")
    parts += [f"-H {_quoted(f'{name}: {value}')}" for name, value in sorted(headers.items())]
    if exchange.request is not None:
        request = exchange.request
        body = request if isinstance(request, str) else msgspec.json.encode(request).decode()
        parts.append(f"--data-raw {_quoted(body)}")
    return " ".join(parts)


def _quoted(text: str) -> str:
    """A shell word with its variables outside of the single quotes: 'a "'"$CODE"'"'."""
    word = ""
    position = 0
    for start in ("$BASE", "$API"):
        if text.startswith(start):
            word, position = f'"{start}"', len(start)
    for match in _MASKED.finditer(text, position):
        if match.start() > position:
            word += shlex.quote(text[position : match.start()])
        name = match[1].upper().replace("-", "_")
        word += f'"${name}_{match[2]}"' if match[2] else f'"${name}"'
        position = match.end()
    if position < len(text):
        word += shlex.quote(text[position:])
    return word
