"""URLs that a person types: whether one names a place on the web, and nothing else than it seems to name.

Stricter than what URLs may be. Programs differ over the odd ones (a backslash, a line break, letters of other
alphabets, an IPv4 address of one number), and a request must not go to another host than its user reads.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

_ODD: Final = re.compile(r"[^\x21-\x7e]|[\\<>\"^`{|}]")
_LABEL: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\Z")
_LONGEST_HOST: Final = 253
_LONGEST_URL: Final = 2000
_LONGEST_QUOTED: Final = 120


def flaw_of(text: str, example: str) -> tuple[str, str] | None:
    """What is wrong with a URL, and what to write; None if it is an http(s) URL as every program reads it.

    Args:
        text: as typed.
        example: one that would be right.
    """
    found = next(_flaws(text), "")
    return (found, f"Write it with scheme and host: {example}") if found else None


def quoted(text: str) -> str:
    """A URL as an error may show it: short, and without a password."""
    if "@" in text:
        return "what is written there"
    return repr(text) if len(text) <= _LONGEST_QUOTED else f"{text[:_LONGEST_QUOTED]!r}..."


def _flaws(text: str) -> Iterator[str]:
    if len(text) > _LONGEST_URL:
        yield f"no http(s) URL but {len(text)} characters"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:  # a port that is no number, a bracket left open
        said = str(error)
        yield f"no http(s) URL ({said[:1].lower()}{said[1:]})"
        return
    if parts.scheme not in ("http", "https") or not host:
        yield "no http(s) URL"
    if port == 0 or parts.netloc.endswith(":"):
        yield "no http(s) URL (its port is none)"
    if odd := _ODD.search(text):
        hint = " (a host in such letters has a form in ASCII: xn--...)" if odd[0].isalpha() else ""
        yield f"no http(s) URL, for it holds {odd[0]!r}{hint}"
    if not _is_host(host):
        yield f"no http(s) URL, for {host!r} is neither a host's name nor an address"


def _is_host(host: str) -> bool:
    labels = host.removesuffix(".").split(".")
    if ":" in host or labels[-1].isdigit():  # IPv6, or what is read as IPv4 (WHATWG URL, 3.5)
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return False
        return "%" not in host
    return len(host) <= _LONGEST_HOST and all(map(_LABEL.match, labels))
