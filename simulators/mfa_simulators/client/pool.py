"""A pool of connections for several clients, each of which keeps its own cookies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator


class _NoCookies(httpx.Cookies):
    """A jar that nothing is put into."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Leave them in the response: whoever asked takes them from there."""

    def __bool__(self) -> bool:
        return False

    def __iter__(self) -> Iterator[str]:
        return iter(())


class ConnectionPool(httpx.Client):
    """An `httpx.Client` that remembers no cookies, which would be those of everybody who shares it.

    It is quicker, too: httpx asks the standard library's jar about every answer, and that takes its time.
    """

    _jar = _NoCookies()

    @property
    def cookies(self) -> httpx.Cookies:
        """None."""
        return self._jar

    @cookies.setter
    def cookies(self, _cookies: object) -> None:
        raise AttributeError("a pool keeps no cookies")
