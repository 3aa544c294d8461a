"""One HTTP exchange: the request as the wire wants it, and every way in which no answer comes."""

from __future__ import annotations

import ssl
import string
from functools import cache
from typing import TYPE_CHECKING, Final

import httpx

from mfa_simulators.client.cookies import CookieJar, is_loopback
from mfa_simulators.client.errors import NetworkError
from mfa_simulators.client.pool import ConnectionPool
from mfa_simulators.client.wire import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_simulators.clock import Clock
    from mfa_simulators.randomness import Randomness

API_VERSION: Final = "API/0.0.1125"
SDK_VERSION: Final = "ClientSDK/1.27.1"
TIMEOUT_SECONDS: Final = 30.0
_ALPHANUMERIC: Final = string.ascii_letters + string.digits
_LETTER_OF_BYTE: Final = bytes(ord(_ALPHANUMERIC[n % len(_ALPHANUMERIC)]) for n in range(256))
_NAME_UNKNOWN: Final = (
    "name or service not known",
    "nodename nor servname",
    "getaddrinfo",
    "name resolution",
)
_CAUSE_OF_ERROR: Final[tuple[tuple[tuple[type[Exception], ...], str], ...]] = (
    ((httpx.TimeoutException,), "The server is there and slow, or a firewall drops what is sent"),
    (
        (httpx.UnsupportedProtocol, httpx.InvalidURL),
        "A base URL begins with http:// or https://; this one is {base_url!r}",
    ),
    ((httpx.ProxyError,), "The proxy refused: see HTTP_PROXY, HTTPS_PROXY and NO_PROXY"),
    ((httpx.ConnectError,), "Nothing listens there: is the server started, and is the port right?"),
    ((httpx.LocalProtocolError,), "The request cannot be written: does a header hold a line break?"),
    (
        (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError),
        "The server broke off in the middle: see its log",
    ),
    ((httpx.DecodingError,), "The answer is compressed, and not as its Content-Encoding says"),
)


@cache
def shared_http(*, loopback: bool) -> httpx.Client:
    """The connection pool for clients that bring none; making one costs 47 ms of TLS set-up.

    Proxies of the environment are used, except for this machine; certificates of SSL_CERT_FILE are trusted everywhere.
    """
    return ConnectionPool(
        timeout=TIMEOUT_SECONDS, trust_env=not loopback, verify=httpx.create_ssl_context(trust_env=True)
    )


class Transport:
    """Sends the requests of one client instance.

    Args:
        base_url: ends in `/api/v0`.
        environment_id: the tenant.
        origin: of the application; sent as the Origin header.
        http: the pool to use; it is never closed here.
        clock: for cookies.
        randomness: for the ids of the client instance and of its requests.
    """

    def __init__(
        self,
        base_url: str,
        environment_id: str,
        *,
        origin: str,
        http: httpx.Client | None,
        clock: Clock,
        randomness: Randomness,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.environment_id = environment_id
        self.origin = origin
        self.cookies = CookieJar(clock)
        self.http = http or shared_http(loopback=is_loopback(base_url))
        self._root = f"{self.base_url}/sdk/{environment_id}/"
        self._randomness = randomness
        self._standing = {
            "content-type": "application/json",
            "x-dyn-api-version": API_VERSION,
            "x-dyn-version": SDK_VERSION,
            "x-dyn-session-id": self._alphanumerics(32, "client session id"),
            "x-dynamic-platform": "web",
            "origin": origin,
        }

    def send(
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        headers: Mapping[str, str | None] | None = None,
        with_cookies: bool = False,
    ) -> Answer:
        """Sends one request and reads the whole answer, whatever its status.

        Args:
            method: of HTTP.
            path: below the environment, with its query, quoted where it must be.
            body: as it goes on the wire.
            headers: beside the standing ones; None takes a standing one away.
            with_cookies: send cookies, and keep those that are set.

        Raises:
            NetworkError: no answer came.
        """
        endpoint = f"{method} {path.partition('?')[0]}"
        url = self._root + path
        sent: dict[str, str | None] = {
            **self._standing,
            "x-dyn-request-id": self._alphanumerics(50, "request id"),
            "cookie": self.cookies.header(url) if with_cookies else None,
            **{name.lower(): value for name, value in (headers or {}).items()},
        }
        try:
            request = httpx.Request(
                method,
                url,
                headers=_merged(self.http.headers, sent),
                content=body,
                extensions={"timeout": self.http.timeout.as_dict()},
            )
            response = self.http.send(request)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            cause = _likely_cause(error, self.base_url)
            raise NetworkError(endpoint, url=self.base_url, fault=_words_of(error), cause=cause) from error
        if with_cookies:
            self.cookies.take(response.headers.get_list("set-cookie"), url)
        return Answer(endpoint, response.status_code, response.headers, response.content)

    def _alphanumerics(self, length: int, purpose: str) -> str:
        return self._randomness.bytes(length, purpose).translate(_LETTER_OF_BYTE).decode()


def _merged(headers: httpx.Headers, by: Mapping[str, str | None]) -> list[tuple[bytes, bytes]]:
    """The pool's headers with some replaced, or left out for None."""
    kept = [(name, value) for name, value in headers.raw if name.decode().lower() not in by]
    # As bytes: a token that somebody tampered with need not be ASCII.
    sent = [
        (name.encode(), value.encode("utf-8", "surrogatepass"))
        for name, value in by.items()
        if value is not None
    ]
    return kept + sent


def _words_of(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _likely_cause(error: Exception, base_url: str) -> str:
    """What most often lies behind a network fault, and what to do."""
    text = str(error).lower()
    for matches, cause in (
        ("certificate" in text, "Its certificate is not trusted: name the CA, or mend the certificate"),
        (_is_tls(error), "TLS failed: does the server speak plain http there?"),
        (any(words in text for words in _NAME_UNKNOWN), "The host name is not known: is it spelt right?"),
    ):
        if matches:
            return cause
    for kinds, cause in _CAUSE_OF_ERROR:
        if isinstance(error, kinds):
            return cause.format(base_url=base_url)
    return "Is the server well, and the address right?"


def _is_tls(error: Exception) -> bool:
    return isinstance(error.__cause__, ssl.SSLError) or "ssl" in str(error).lower()
