"""What went over the wire in a check, with a gutter: `>` for what was asked, `<` for the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from mfa_harness.reports.layout import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mfa_harness.events import Exchange

_BODY: Final = 400
"""Characters of a body that are shown; the whole of it is in the run's events."""

OF_ANSWERS: Final = frozenset(
    {
        "retry-after",
        "cache-control",
        "set-cookie",
        "location",
        "www-authenticate",
        "access-control-allow-origin",
        "access-control-allow-credentials",
    }
)
"""The headers of an exchange that were the answer's; all others were the request's."""


def parted_headers(exchange: Exchange) -> tuple[dict[str, str], dict[str, str]]:
    """The headers of the request, and those of the answer."""
    asked = {name: value for name, value in exchange.headers.items() if name.lower() not in OF_ANSWERS}
    answered = {name: value for name, value in exchange.headers.items() if name.lower() in OF_ANSWERS}
    return asked, answered


def exchange_lines(exchanges: Iterable[Exchange]) -> Iterator[str]:
    """The exchanges in order, secrets already masked.

    Yields:
        `> POST /api/v0/...` with the body below, then `< 401` with the body below.
    """
    for exchange in exchanges:
        yield f"> {printable(exchange.method)} {printable(exchange.path)}"
        yield from _body(">", exchange.request)
        yield f"< {exchange.status if exchange.status is not None else 'no answer'}{_note(exchange)}"
        yield from _body("<", exchange.response)


def _note(exchange: Exchange) -> str:
    return f" ({printable(exchange.note)})" if exchange.note else ""


def _body(gutter: str, body: Any) -> Iterator[str]:
    if body is None:
        return
    text = body if isinstance(body, str) else msgspec.json.encode(body, order="sorted").decode()
    if len(text) > _BODY:
        text = f"{text[:_BODY]}... ({len(text) - _BODY} characters more)"
    for line in printable(text).split("\n"):
        yield f"{gutter}   {line}"
