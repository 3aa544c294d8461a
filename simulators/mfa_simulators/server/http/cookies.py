"""The session as a cookie."""

from __future__ import annotations

from typing import Final

TOKEN_COOKIE: Final = "DYNAMIC_JWT_TOKEN"  # noqa: S105  (a name)


def read_cookies(header: str) -> dict[str, str]:
    """The cookies of a Cookie header (RFC 6265 5.4); of two with one name the first counts."""
    found: dict[str, str] = {}
    for pair in header.split(";"):
        name, separator, text = pair.strip().partition("=")
        if separator:
            found.setdefault(name, text.strip('"'))
    return found


def session_cookie(token: str, seconds: int) -> str:
    """Set-Cookie for a session.

    Max-Age, since Expires means nothing on a virtual clock; not Secure, since this server is on http and
    clients would drop it.
    """
    return f"{TOKEN_COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax"


def no_cookie() -> str:
    """Set-Cookie that ends a session."""
    return session_cookie("", 0)
