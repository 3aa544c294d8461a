"""What a page tells of one check that did not pass: the finding, and what went over the wire."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import msgspec

from mfa_harness.reports.trace import parted_headers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mfa_harness.events import CheckFinished, Exchange

_WIRE: Final = 6_000_000
"""Characters of bodies on one page; beyond, a browser would have to be waited for."""

_BODY: Final = 20_000
"""Characters that are shown of one body."""

_LONG: Final = 12
"""Lines from which on a body is folded away, so that the sequence of calls can be read."""

_WIDE: Final = 100
_ONE_LINE: Final = 72
_FAILED_FROM: Final = 400


@dataclass(frozen=True)
class Message:
    """One side of an exchange. `cut` is how many characters of the body are left out."""

    headers: tuple[tuple[str, str], ...]
    body: str
    cut: int = 0

    @property
    def folded(self) -> bool:
        """Whether the body is shown only when asked for."""
        return sum(1 + len(line) // _WIDE for line in self.body.split("\n")) > _LONG


@dataclass(frozen=True)
class Call:
    """One exchange; `answer` is its status in words: "401 Unauthorized", or why there is none."""

    line: str
    answer: str
    refused: bool
    asked: Message
    answered: Message


@dataclass(frozen=True)
class Finding:
    """A check that did not pass, with its calls; `withheld` says that they are too many for this page."""

    check: CheckFinished
    calls: tuple[Call, ...] = ()
    withheld: bool = False

    @property
    def wire(self) -> str:
        """The calls in a phrase: "6 requests, the last answered with 422 Unprocessable Entity"."""
        if len(self.calls) == 1:
            return f"1 request: {self.calls[0].answer}"
        return f"{len(self.calls)} requests, the last one: {self.calls[-1].answer}"

    @property
    def controls(self) -> tuple[str, ...]:
        """What was seen to work, so that the refusal means something."""
        return (self.check.failure.controls if self.check.failure else ()) or self.check.controls


def findings(checks: Sequence[CheckFinished]) -> list[Finding]:
    """The findings of these checks, in this order, with as much of their wire as a page can carry."""
    left = _WIRE
    found = []
    for check in checks:
        calls = tuple(map(_call, check.exchanges)) if left > 0 else ()
        left -= sum(len(call.asked.body) + len(call.answered.body) for call in calls)
        found.append(Finding(check, calls, withheld=bool(check.exchanges) and not calls))
    return found


def _call(exchange: Exchange) -> Call:
    asked, answered = parted_headers(exchange)
    status = exchange.status
    answer = f"{status} {_phrase(status)}".rstrip() if status is not None else ""
    if exchange.note:
        answer = f"{answer} ({exchange.note})" if answer else exchange.note
    return Call(
        line=f"{exchange.method} {exchange.path}",
        answer=answer or "no answer",
        refused=status is None or status >= _FAILED_FROM,
        asked=_message(asked, exchange.request),
        answered=_message(answered, exchange.response),
    )


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _message(headers: Mapping[str, str], body: Any) -> Message:
    text = "" if body is None else body if isinstance(body, str) else _json(body)
    return Message(tuple(headers.items()), text[:_BODY], max(0, len(text) - _BODY))


def _json(body: Any) -> str:
    compact = msgspec.json.encode(body, order="sorted")
    if len(compact) <= _ONE_LINE:
        return compact.decode()
    return msgspec.json.format(compact, indent=2).decode()


def anchors(checks: Sequence[CheckFinished]) -> list[str]:
    """A name for the place of each check on the page, made of its id, no two alike."""
    taken: dict[str, None] = {}  # a set that keeps its order
    for check in checks:
        slug = re.sub(r"[^A-Za-z0-9._-]+", "-", check.id).strip("-") or "unnamed"
        name, number = f"check-{slug}", 1
        while name in taken:
            number += 1
            name = f"check-{slug}--{number}"
        taken[name] = None
    return list(taken)
