"""The transcript of one environment: what was sent and answered, kept raw, masked when somebody reads it.

Masking costs more than sending does in process, and most checks pass and are never looked at; so it is done
late. Requests made by other threads than the scenario's own are a race: what each of them got depends on
chance, so they are reported as counts ("8 at once: 1 x 200, 7 x 422").
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec

from mfa_harness.events import Exchange
from mfa_harness.targets.masking import Masker

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

RESPONSE_HEADERS: Final = frozenset(
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
"""Headers of answers that are kept; in an `Exchange` they stand beside the request's."""

# Of a request: those every request has, and those that only say which browser and which call it is.
_DULL: Final = frozenset(
    {
        "host",
        "accept",
        "accept-encoding",
        "connection",
        "user-agent",
        "content-length",
        "x-dyn-api-version",
        "x-dyn-version",
        "x-dyn-request-id",
        "x-dyn-session-id",
        "x-dyn-session-public-key",
        "x-dynamic-platform",
        "x-dynamic-device-nonce",
        "x-dynamic-device-publickey",
        "x-dynamic-device-signed-nonce",
    }
)
_JSON: Final = "application/json"


@dataclass(slots=True)
class Sent:
    """One request as it went out and, once there, its answer. Nothing in it is masked."""

    method: str
    url: str
    request_headers: Mapping[str, str]
    body: bytes
    in_race: bool
    status: int | None = None
    response_headers: Mapping[str, str] = field(default_factory=dict)
    answer: bytes = b""
    note: str = ""
    done: bool = False


class Transcript:
    """Every request below one environment, in order.

    Args:
        base_url: what paths are shown relative to.
        environment_id: the tenant; its part of the path is not shown.
        origin: of the people's browsers; requests from there do not show it.
        secrets: values never to be shown.
    """

    def __init__(
        self, base_url: str, environment_id: str, *, origin: str = "", secrets: Iterable[str] = ()
    ) -> None:
        self._prefix = urlsplit(f"{base_url.rstrip('/')}/sdk/{environment_id}").path
        self._base_path = urlsplit(base_url.rstrip("/")).path
        self._masker = Masker(base_url, {environment_id: "<environment>"}, secrets=secrets)
        self._origin = origin
        self._owner = threading.get_ident()
        self._sent: list[Sent] = []
        self._shown: list[Exchange] = []
        self._read_to = 0

    def begin(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        """Note a request that is about to be sent."""
        sent = Sent(method, url, headers, body, in_race=threading.get_ident() != self._owner)
        self._sent.append(sent)
        return sent

    @property
    def raw(self) -> tuple[Sent, ...]:
        """Everything, unmasked: for the harness alone, to find the sessions that clean up."""
        return tuple(self._sent)

    @property
    def exchanges(self) -> list[Exchange]:
        """Everything that has ended, masked."""
        fresh = self._sent[self._read_to :]
        for in_race, group in groupby(fresh, key=lambda sent: sent.in_race):
            members = list(group)
            if not all(sent.done for sent in members):
                break
            self._shown.extend(self._race(members) if in_race else map(self._exchange, members))
            self._read_to += len(members)
        return list(self._shown)

    def _exchange(self, sent: Sent) -> Exchange:
        masker = self._masker
        at_home = sent.request_headers.get("origin", self._origin) == self._origin
        headers = {
            name: masker.header(name, value)
            for name, value in sorted(sent.request_headers.items())
            if name not in _DULL
            and not (name == "content-type" and value.startswith(_JSON))
            and not (name == "origin" and at_home)
        }
        request = self._body(sent.body)
        response = self._body(sent.answer)
        headers |= {
            name: masker.header(name, value)
            for name, value in sorted(sent.response_headers.items())
            if name in RESPONSE_HEADERS and not (at_home and name.startswith("access-control-"))
        }
        return Exchange(
            method=sent.method,
            path=self._path(sent.url),
            status=sent.status,
            request=request,
            response=response,
            headers=headers,
            note=masker.text(sent.note),
        )

    def _race(self, members: list[Sent]) -> list[Exchange]:
        """One exchange for each call that was raced, with counts in place of answers."""

        def call(sent: Sent) -> tuple[str, str]:
            return sent.method, sent.url

        shown = []
        members.sort(key=lambda sent: (*call(sent), sent.body, sent.request_headers.get("authorization", "")))
        for _, group in groupby(members, key=call):
            same = list(group)
            answers = Counter("no answer" if sent.status is None else str(sent.status) for sent in same)
            counts = ", ".join(f"{count} x {answer}" for answer, count in sorted(answers.items()))
            first = same[0]
            shown.append(
                Exchange(
                    method=first.method,
                    path=self._path(first.url),
                    request=self._body(first.body),
                    note=f"{len(same)} at once: {counts}",
                )
            )
        return shown

    def _path(self, url: str) -> str:
        parts = urlsplit(url)
        path = parts.path
        for prefix in (self._prefix, self._base_path):
            if path.startswith(prefix + "/"):
                path = path[len(prefix) :]
                break
        return self._masker.text(f"{path}?{parts.query}" if parts.query else path)

    def _body(self, content: bytes) -> Any:
        if not content:
            return None
        try:
            value = msgspec.json.decode(content)
        except (ValueError, RecursionError):  # DecodeError and UnicodeDecodeError are ValueErrors
            return self._masker.text(content.decode("utf-8", "backslashreplace"))
        return self._masker.json(value)
