"""Where a target may be and what may be done there: addresses, leave, and the transport that gets to it."""

from __future__ import annotations

import ipaddress
import ssl
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import httpx

from mfa_harness.targets.bounds import BoundedTransport
from mfa_harness.targets.target import TargetError
from mfa_harness.targets.web_url import flaw_of, quoted

if TYPE_CHECKING:
    from mfa_harness.targets.profile import Profile

API_PATH: Final = "/api/v0"
_VENDOR_DOMAINS: Final = ("dynamic.xyz", "dynamicauth.com")
_CONNECTIONS: Final = 64  # as many as a race may want at once


def api_base(url: str, *, any_path: bool = False) -> str:
    """The base URL of the API that a user's URL means: with `/api/v0` when it names only a host.

    Args:
        url: as typed.
        any_path: another path is that of another wire.

    Raises:
        TargetError: no http(s) URL, or a path that is not the API's.
    """
    if flaw := flaw_of(url, "http://localhost:8000"):
        raise TargetError(f"target {quoted(url)}", *flaw)
    parts = urlsplit(url)
    if parts.username is not None:  # it would be printed with every name of the target
        mend = "Leave them out, and give them as [headers] in the profile, from an environment variable"
        raise TargetError("the target's URL", "it holds a user name or password", mend)
    if parts.query or parts.fragment:
        raise TargetError(f"target {url!r}", "a base URL has no ? or #", "Leave them out")
    path = parts.path.rstrip("/")
    root = f"{parts.scheme}://{parts.netloc}"
    if not path:
        return root + API_PATH
    if not path.endswith(API_PATH) and not any_path:  # what the vendor's own clients insist on
        mend = f"Did you mean {root}{path}{API_PATH}? An environment's id belongs into the profile"
        raise TargetError(f"target {url!r}", f"the API's base ends in {API_PATH}", mend)
    return root + path


def root_of(base_url: str) -> str:
    """Scheme, host and port of a base URL, and whatever stands before `/api/v0`."""
    return base_url.removesuffix(API_PATH)


def is_loopback(url: str) -> bool:
    """Whether a URL names this machine, by its look alone."""
    host = (urlsplit(url).hostname or "").rstrip(".").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_vendors(url: str) -> bool:
    """Whether a URL names a host of the vendor's."""
    host = (urlsplit(url).hostname or "").rstrip(".").lower()
    return any(host == domain or host.endswith("." + domain) for domain in _VENDOR_DOMAINS)


def demand_leave(url: str, profile: Profile) -> None:
    """Refuse to make users and guess codes at the vendor's own hosts without the profile's word.

    Raises:
        TargetError: the profile does not say that its environments there are sandboxes.
    """
    if is_vendors(url) and not profile.allow.sandbox:
        raise TargetError(
            f"target {url!r}",
            "a host of the vendor's, where others live",
            "Only a sandbox environment may be tested there: say [allow] sandbox = true in the profile",
        )


def demand_leave_to_fuzz(url: str, profile: Profile) -> None:
    """Refuse to fuzz a target that is not on this machine, without the profile's word.

    Raises:
        TargetError: the profile does not allow it.
    """
    demand_leave(url, profile)
    if not is_loopback(url) and not profile.allow.fuzz:
        mend = "Say [allow] fuzz = true in the profile, if its users can stand it"
        raise TargetError(f"target {url!r}", "not on this machine, and fuzzing locks accounts", mend)


def open_transport(base_url: str, profile: Profile, *, keep_alive: bool = True) -> BoundedTransport:
    """The connection pool to a target; making it costs about 50 ms, so there is one for each run.

    Args:
        base_url: where the target is.
        profile: says how it is reached.
        keep_alive: whether connections serve more than one request. A server that crashes over a request may drop
            the connection just as the next one is sent, which would get no answer and take the blame.

    Raises:
        TargetError: the profile's `ca` holds no certificate.
    """
    verify: ssl.SSLContext | bool = True
    if profile.ca is not None:
        try:
            verify = ssl.create_default_context(cafile=profile.ca)
        except (OSError, ssl.SSLError) as error:
            raise TargetError(
                f"{profile.file}: ca",
                f"{profile.ca} holds no certificate ({error})",
                "Name a file in PEM format",
            ) from None
    elif base_url.startswith("http:"):
        verify = False  # no TLS context to make
    kept = _CONNECTIONS if keep_alive else 0
    limits = httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=kept)
    return BoundedTransport(verify=verify, proxy=profile.proxy, limits=limits)


class HeaderTransport(httpx.BaseTransport):
    """Adds the profile's headers below the transcript, so that they are never recorded."""

    def __init__(self, inner: httpx.BaseTransport, headers: dict[str, str]) -> None:
        self._inner = inner
        self._headers = headers

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send with the headers added, unless the request has its own."""
        for name, value in self._headers.items():
            request.headers.setdefault(name, value)
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close the pool."""
        self._inner.close()
