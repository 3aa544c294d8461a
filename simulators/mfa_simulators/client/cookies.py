"""The cookies of one client, on the client's own clock.

Not httpx's jar: that one belongs to the connection pool, which clients share, and drops cookies by
the machine's time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mfa_simulators.http_date import http_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mfa_simulators.clock import Clock

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine, which browsers treat as secure without TLS."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:  # an unfinished IPv6 address
        return False
    return host in _LOOPBACK or host.endswith(".localhost")


@dataclass(frozen=True, slots=True)
class _Cookie:
    value: str
    secure: bool
    expires_at: float | None


class CookieJar:
    """Keeps what one host sets (RFC 6265 5.3 and 5.4): path, Secure, Max-Age and Expires are minded."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._cookies: dict[tuple[str, str], _Cookie] = {}

    def take(self, set_cookie: Iterable[str], url: str) -> None:
        """Takes in the Set-Cookie headers of the answer from a URL; what is no cookie is left out."""
        for header in set_cookie:
            pair, *attributes = header.split(";")
            name, equals, value = pair.partition("=")
            if not equals or not name.strip():
                continue
            said = {
                key.strip().lower(): text.strip() for key, _, text in (a.partition("=") for a in attributes)
            }
            path = said.get("path", "")
            if not path.startswith("/"):
                path = urlsplit(url).path.rpartition("/")[0] or "/"
            self._cookies[name.strip(), path] = _Cookie(
                value=value.strip(), secure="secure" in said, expires_at=self._expiry(said)
            )

    def header(self, url: str) -> str | None:
        """The Cookie header for a request to a URL, or None."""
        now = self._clock.now()
        parts = urlsplit(url)
        secure = parts.scheme == "https" or is_loopback(url)
        sent = [
            f"{name}={cookie.value}"
            for (name, path), cookie in self._cookies.items()
            if (cookie.expires_at is None or cookie.expires_at > now)
            and (secure or not cookie.secure)
            and _within(path, parts.path)
        ]
        return "; ".join(sent) or None

    def clear(self) -> None:
        """Forgets every cookie."""
        self._cookies.clear()

    def _expiry(self, said: Mapping[str, str]) -> float | None:
        """Max-Age before Expires; None, the end of the session, for what cannot be read."""
        try:
            if "max-age" in said:
                return self._clock.now() + int(said["max-age"])
            if "expires" in said:
                return http_date(said["expires"])
        except (ValueError, OverflowError):
            return None
        return None


def _within(cookie_path: str, path: str) -> bool:
    return path == cookie_path or path.startswith(cookie_path.removesuffix("/") + "/")
