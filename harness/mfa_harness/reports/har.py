"""HAR 1.2 of what went over the wire in the checks that did not pass, a page a check: for browsers' network panels.

The events of a run hold less than HAR asks for. They have no times: entries are a millisecond apart from 1970-01-01 on,
which keeps their order, and take none. They have paths as seen from the environment: these are put behind the target's
host, or behind `target.invalid` where it has none. Sizes that are unknown are -1, and secrets are masked.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec

from mfa_harness.reports.layout import MARKS, location, printable
from mfa_harness.reports.run import Run
from mfa_harness.reports.trace import parted_headers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mfa_harness.events import CheckFinished, Event, Exchange

_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NOBODY: Final = "http://target.invalid"
_COMMENT: Final = (
    "Made from a run's events: times are not known, paths are as seen from the environment under test, "
    "and secrets are masked."
)


def render(events: Sequence[Event]) -> bytes:
    """The run as an HTTP archive, JSON in UTF-8."""
    run = Run.of(events)
    version = printable(run.started.harness) if run.started else "unknown"
    checks = [check for check in run.checks if check.exchanges]
    host = _host(run.started.target if run.started else "")
    pages = []
    entries: list[dict[str, Any]] = []
    for number, check in enumerate(checks, start=1):
        page = f"check-{number}"
        pages.append(_page(page, check, len(entries)))
        for exchange in check.exchanges:
            entries.append(_entry(page, exchange, host, len(entries)))
    log = {
        "version": "1.2",
        "creator": {"name": "mfa-harness", "version": version},
        "pages": pages,
        "entries": entries,
        "comment": _COMMENT,
    }
    return msgspec.json.format(msgspec.json.encode({"log": log}), indent=1) + b"\n"


def _host(target: str) -> str:
    """Scheme and host of a target that has some."""
    try:
        parts = urlsplit(target)
        named = parts.scheme in ("http", "https") and parts.hostname
    except ValueError:
        return _NOBODY
    return f"{parts.scheme}://{quote(parts.netloc.rpartition('@')[2], safe=':[].')}" if named else _NOBODY


def _when(number: int) -> str:
    return (_BEGINNING + timedelta(milliseconds=number)).isoformat(timespec="milliseconds")


def _page(identifier: str, check: CheckFinished, first: int) -> dict[str, Any]:
    return {
        "startedDateTime": _when(first),
        "id": identifier,
        "title": printable(f"{MARKS[check.verdict]}  {check.id}  {check.title}"),
        "pageTimings": {},
        "comment": printable(location(check)),
    }


def _entry(page: str, exchange: Exchange, host: str, number: int) -> dict[str, Any]:
    entry = {
        "pageref": page,
        "startedDateTime": _when(number),
        "time": 0,
        "request": _request(exchange, host),
        "response": _response(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
    }
    if exchange.note:
        entry["comment"] = printable(exchange.note)
    return entry


def _request(exchange: Exchange, host: str) -> dict[str, Any]:
    headers = parted_headers(exchange)[0]
    path = printable(exchange.path)
    query = path.partition("?")[2].partition("#")[0]
    request: dict[str, Any] = {
        "method": printable(exchange.method),
        "url": host + quote(path if path.startswith("/") else f"/{path}", safe="/?&=%:@+,;!~*'()$#"),
        "httpVersion": "unknown",
        "cookies": list(_cookies(headers, "cookie")),
        "headers": list(_named(headers.items())),
        "queryString": list(_named(parse_qsl(query, keep_blank_values=True))),
        "headersSize": -1,
        "bodySize": -1 if exchange.request is not None else 0,
    }
    if exchange.request is not None:
        request["postData"] = {
            "mimeType": _mime_type(exchange, exchange.request),
            "text": _body(exchange.request),
        }
    return request


def _response(exchange: Exchange) -> dict[str, Any]:
    headers = parted_headers(exchange)[1]
    text = _body(exchange.response) if exchange.response is not None else ""
    content: dict[str, Any] = {"size": len(text.encode()), "mimeType": "x-unknown"}
    if exchange.response is not None:
        content |= {"mimeType": _kind(exchange.response), "text": text}
    return {
        "status": exchange.status or 0,  # as browsers write it where no answer came
        "statusText": _phrase(exchange.status),
        "httpVersion": "unknown",
        "cookies": list(_cookies(headers, "set-cookie")),
        "headers": list(_named(headers.items())),
        "content": content,
        "redirectURL": next(
            (printable(value) for name, value in headers.items() if name.lower() == "location"), ""
        ),
        "headersSize": -1,
        "bodySize": -1,
    }


def _named(pairs: Iterable[tuple[str, str]]) -> Iterator[dict[str, str]]:
    for name, value in pairs:
        yield {"name": printable(name), "value": printable(value)}


def _cookies(headers: Mapping[str, str], header: str) -> Iterator[dict[str, str]]:
    """The cookies of these headers; of one that sets a cookie, what follows its value is left to the header."""
    for name, value in headers.items():
        if name.lower() == header:
            pairs = value.split(";")
            for pair in pairs if header == "cookie" else pairs[:1]:
                cookie, _, content = pair.strip().partition("=")
                yield {"name": printable(cookie), "value": printable(content)}


def _mime_type(exchange: Exchange, body: Any) -> str:
    stated: Mapping[str, str] = {name.lower(): value for name, value in exchange.headers.items()}
    return printable(stated.get("content-type", "")) or _kind(body)


def _kind(body: Any) -> str:
    return "text/plain" if isinstance(body, str) else "application/json"


def _body(body: Any) -> str:
    return printable(body) if isinstance(body, str) else msgspec.json.encode(body, order="sorted").decode()


def _phrase(status: int | None) -> str:
    try:
        return HTTPStatus(status or 0).phrase
    except ValueError:
        return ""
