"""First contact: what is the matter with a target that does not answer as an account-MFA API does.

One table, most telling sign first. Each row says how to recognise an ailment, what was found, and what to do
about it.
"""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import httpx
import msgspec

from mfa_harness.targets.bounds import AnswerTooLong
from mfa_harness.targets.target import TargetError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SELF_SIGNED: Final = (18, 19)
_UNKNOWN_ISSUER: Final = (2, 20, 21)
_EXPIRED: Final = (9, 10)
_WRONG_HOST: Final = (62, 64)
_QUOTED: Final = 80


@dataclass(frozen=True)
class Sight:
    """What first contact saw: an error, or an answer."""

    url: str
    error: Exception | None = None
    response: httpx.Response | None = None

    def chain(self) -> Iterator[BaseException]:
        """The error and what caused it."""
        error: BaseException | None = self.error
        while error is not None:
            yield error
            error = error.__cause__ or error.__context__

    def caused_by(self, *kinds: type[BaseException]) -> bool:
        """Whether an error of these kinds is at the bottom of it."""
        return any(isinstance(error, kinds) for error in self.chain())

    def says(self, *words: str) -> bool:
        """Whether the errors say one of these, in lower case."""
        return any(word in str(error).lower() for error in self.chain() for word in words)

    @property
    def certificate_fault(self) -> int | None:
        """OpenSSL's number of what is wrong with the certificate."""
        for error in self.chain():
            if isinstance(error, ssl.SSLCertVerificationError):
                return error.verify_code
            code = _code_in_text(str(error))
            if code is not None:
                return code
        return None

    @property
    def status(self) -> int:
        """The answer's status; 0 without one."""
        return self.response.status_code if self.response is not None else 0

    @property
    def text(self) -> str:
        """The beginning of the answer, on one line."""
        content = self.response.content[: 8 * _QUOTED] if self.response is not None else b""
        return " ".join(content.decode("utf-8", "replace").split())[:_QUOTED]

    @property
    def is_html(self) -> bool:
        """Whether a web page answered."""
        kind = self.response.headers.get("content-type", "") if self.response is not None else ""
        return "html" in kind or self.text[:15].lower().startswith(("<!doctype", "<html"))

    @property
    def json(self) -> Any:
        """The answer as JSON; an `Unreadable` when it is none."""
        if self.response is None or not self.response.content:
            return Unreadable
        try:
            return msgspec.json.decode(self.response.content)
        except (ValueError, RecursionError):
            return Unreadable


class Unreadable:
    """Stands for a body that is no JSON."""


def _code_in_text(text: str) -> int | None:
    """Of httpcore, which keeps only the words of a certificate error."""
    words = {
        "self-signed certificate": 18,
        "self signed certificate": 18,
        "unable to get local issuer": 20,
        "certificate has expired": 10,
        "hostname mismatch": 62,
        "ip address mismatch": 64,
    }
    return next((code for word, code in words.items() if word in text), None)


def lacks_mfa(value: Any) -> bool:
    """Whether JSON that should be public settings has no `security.mfa` (D-09)."""
    security = value.get("security") if isinstance(value, dict) else None
    return not isinstance(security, dict) or not isinstance(security.get("mfa"), dict)


@dataclass(frozen=True)
class Ailment:
    """One row: a name, its sign, what to tell. `{...}` in the texts are fields of `_facts`."""

    name: str
    sign: Callable[[Sight], bool]
    found: str
    mend: str


AILMENTS: Final = (
    Ailment(
        "unknown host",
        lambda s: (
            s.caused_by(socket.gaierror) or s.says("name or service not known", "nodename nor servname")
        ),
        "the host name {host!r} is not known",
        "Is it spelt right, and is the VPN on that knows it?",
    ),
    Ailment(
        "proxy",
        lambda s: s.caused_by(httpx.ProxyError),
        "the proxy refused ({error})",
        "See `proxy` in the profile",
    ),
    Ailment(
        "self-signed",
        lambda s: s.certificate_fault in (*_SELF_SIGNED, *_UNKNOWN_ISSUER),
        "its certificate is signed by itself, or by an authority that this machine does not know",
        'Name the authority\'s file in the profile: ca = "ca.pem"',
    ),
    Ailment(
        "expired certificate",
        lambda s: s.certificate_fault in _EXPIRED,
        "its certificate is out of date, or this machine's clock is wrong",
        "Renew the certificate, or set the clock",
    ),
    Ailment(
        "other host's certificate",
        lambda s: s.certificate_fault in _WRONG_HOST,
        "its certificate is for another host than {host!r}",
        "Use the name that the certificate has",
    ),
    Ailment(
        "https to http",
        lambda s: s.says("wrong version number", "record layer failure", "packet length too long"),
        "it does not speak TLS there",
        "Is it plain http? Then write http:// in place of https://",
    ),
    Ailment(
        "tls",
        lambda s: s.caused_by(ssl.SSLError) or s.says("ssl:", "tlsv1", "[ssl"),
        "TLS failed ({error})",
        "Does the server speak TLS 1.2 or newer there?",
    ),
    Ailment(
        "refused",
        lambda s: s.caused_by(ConnectionRefusedError) or s.says("connection refused", "actively refused"),
        "nothing listens there",
        "Is the server started, and is the port right?",
    ),
    Ailment(
        "unreachable",
        lambda s: s.caused_by(httpx.ConnectTimeout) or s.says("unreachable", "no route to host"),
        "the host cannot be reached",
        "Is a firewall between, or the VPN off?",
    ),
    Ailment(
        "silent",
        lambda s: s.caused_by(httpx.TimeoutException),
        "it took the request and did not answer in time",
        "Is the server stuck? Else raise `timeout` in the profile",
    ),
    Ailment(
        "endless",
        lambda s: s.caused_by(AnswerTooLong),
        "{error}: no answer of the API's is",
        "Is it the API's address? See the server, or a proxy between",
    ),
    Ailment(
        "half an answer",
        lambda s: s.says(
            "without sending complete message body", "incomplete chunked read", "peer closed connection"
        ),
        "it broke off in the middle of its answer",
        "See the server's log; a proxy between may have cut it off",
    ),
    Ailment(
        "hung up",
        lambda s: (
            s.says("disconnected without sending") or s.caused_by(ConnectionResetError, httpx.ReadError)
        ),
        "it closed the connection without an answer",
        "Does it speak https there? Else see the server's log",
    ),
    Ailment(
        "not http",
        lambda s: s.caused_by(httpx.RemoteProtocolError),
        "what answers there does not speak HTTP ({error})",
        "Is the port right?",
    ),
    Ailment(
        "not decodable",
        lambda s: s.caused_by(httpx.DecodingError),
        "its answer is not compressed as it says ({error})",
        "See the server, or a proxy between",
    ),
    Ailment(
        "no answer",
        lambda s: s.error is not None,
        "no answer came ({error})",
        "Is the server well, and the address right?",
    ),
    Ailment(
        "http to https",
        lambda s: s.status == 400 and "https" in s.text.lower(),  # noqa: PLR2004
        "it speaks TLS there ({text!r})",
        "Write https:// in place of http://",
    ),
    Ailment(
        "moved",
        lambda s: 300 <= s.status < 400,  # noqa: PLR2004
        "it sends on to {location} ({status})",
        "Use that address, if it is the API's; redirects are not followed",
    ),
    Ailment(
        "locked door",
        lambda s: s.status in (401, 403, 407),
        "something in front of it asks who we are ({status}, {kind})",
        "Give what it asks for as [headers] in the profile",
    ),
    Ailment(
        "limited",
        lambda s: s.status == 429,  # noqa: PLR2004
        "it limits our requests already (429)",
        "Wait, and set `rate` in the profile",
    ),
    Ailment(
        "gateway",
        lambda s: s.status in (502, 503, 504),
        "a gateway answers, and the server behind it does not ({status})",
        "Is the server itself up?",
    ),
    Ailment(
        "broken",
        lambda s: s.status >= 500,  # noqa: PLR2004
        "the server failed ({status}, beginning {text!r})",
        "See the server's log",
    ),
    Ailment(
        "unknown environment",
        lambda s: s.status == 404 and s.json is not Unreadable,  # noqa: PLR2004
        "it does not know this environment ({text!r})",
        "Is the environment's id right, and does the base end where the API's does?",
    ),
    Ailment(
        "web page",
        lambda s: s.is_html,
        "a web page answers ({status}, beginning {text!r})",
        "Is it the API's address, and not that of the site?",
    ),
    Ailment(
        "nothing there",
        lambda s: s.status in (404, 405),
        "there is no such path ({status})",
        "Is it an account-MFA API, and does the base end where the API's does?",
    ),
    Ailment(
        "refused request",
        lambda s: s.status >= 400,  # noqa: PLR2004
        "it refuses the request ({status}, beginning {text!r})",
        "Is it an account-MFA API?",
    ),
    Ailment(
        "empty",
        lambda s: s.response is not None and not s.response.content,
        "it answers {status} and nothing else",
        "Is it an account-MFA API?",
    ),
    Ailment(
        "half json",
        lambda s: s.json is Unreadable and s.text[:1] in ("{", "["),
        "its JSON breaks off, or is none (beginning {text!r})",
        "See the server's log; a proxy between may have cut it off",
    ),
    Ailment(
        "not json",
        lambda s: s.json is Unreadable,
        "it answers with something that is no JSON ({kind}, beginning {text!r})",
        "Is it an account-MFA API?",
    ),
    Ailment(
        "other api",
        lambda s: lacks_mfa(s.json),
        "it answers with JSON that holds no security.mfa (beginning {text!r})",
        "Is it an account-MFA API? PROTOCOL: GET settings tells the environment's MFA settings",
    ),
)
"""Every ailment, first match wins."""


def diagnose(
    tried: str, url: str, *, error: Exception | None = None, response: httpx.Response | None = None
) -> TargetError:
    """The error to show for what first contact saw.

    Args:
        tried: the request, "GET http://...".
        url: the target's, for its host.
        error: why no answer came.
        response: or the answer that was not what it should be.
    """
    sight = Sight(url, error, response)
    ailment = next((ailment for ailment in AILMENTS if ailment.sign(sight)), None)
    if ailment is None:
        return TargetError(tried, f"an unexpected answer ({sight.status})", "Is it an account-MFA API?")
    facts = {
        "host": httpx.URL(url).host,
        "error": str(error) or type(error).__name__,
        "status": sight.status,
        "text": sight.text,
        "kind": response.headers.get("content-type", "no content type") if response is not None else "",
        "location": response.headers.get("location", "nowhere") if response is not None else "",
    }
    return TargetError(tried, ailment.found.format(**facts), ailment.mend)


def ails(response: httpx.Response) -> bool:
    """Whether an answer to GET settings is not what it should be."""
    sight = Sight("", response=response)
    return any(ailment.sign(sight) for ailment in AILMENTS)
