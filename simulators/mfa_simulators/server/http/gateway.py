"""The gateway: finds the environment, reads the request, sees to CORS, CSRF, caching and the transcript."""

from __future__ import annotations

from email.utils import formatdate
from typing import TYPE_CHECKING, Any, Final

import msgspec

from mfa_simulators.server.http.cookies import TOKEN_COOKIE, read_cookies
from mfa_simulators.server.http.exchange import SCOPE_KEY, Exchange
from mfa_simulators.server.operations import Call
from mfa_simulators.server.rules.refusal import Refusal, bad_request
from mfa_simulators.server.transcript import Exchanged
from mfa_simulators.server.wire.requests import LONGEST_SESSION_KEY

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, MutableMapping

    from mfa_simulators.server.environment import Environment
    from mfa_simulators.server.registry import Registry

    Scope = MutableMapping[str, Any]
    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    Application = Callable[[Any, Any, Any], Awaitable[None]]

_PREFIX: Final = "/api/v0/sdk/"
_CONTROL: Final = "/control"
_LARGEST_BODY: Final = 1_000_000
_LOOPBACK_HOSTS: Final = ("localhost", "127.0.0.1", "[::1]")
_SESSION_KEY: Final = "x-dyn-session-public-key"
_METHODS: Final = b"GET, POST, PUT, PATCH, DELETE"
_STATE_CHANGING_READS: Final = ("/users/mfa/register/totp", "/users/mfa/recovery")


class Gateway:
    """An ASGI application in front of the routes.

    Args:
        application: the routes.
        registry: the environments.
        control: whether `/control` is served.
    """

    def __init__(self, application: Application, registry: Registry, *, control: bool) -> None:
        self._application = application
        self._registry = registry
        self._control = control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await _not_http(scope, receive, send)
            return
        # Routed by what the gateway has judged, and by nothing else: the routes behind it would fold `//` and a
        # closing slash away, and so answer paths that were taken for others here.
        path = _folded(scope["path"])
        scope = {**scope, "path": path, "raw_path": path.encode()}
        if path.startswith(_PREFIX):
            environment = self._registry.get(path[len(_PREFIX) :].partition("/")[0])
            if environment is None:
                await _nowhere(scope, send)
            else:
                await self._in_environment(environment, scope, receive, send)
        elif path == _CONTROL or path.startswith(f"{_CONTROL}/"):
            await self._in_control(scope, receive, send)
        else:
            await self._application(scope, receive, send)

    async def _in_environment(
        self, environment: Environment, scope: Scope, receive: Receive, send: Send
    ) -> None:
        headers = _headers(scope)
        rules = environment.operations.rules
        origin = headers.get("origin")
        # The environment's time, not this machine's: who compares clocks would be told what is not so.
        date = formatdate(environment.clock.now(), usegmt=True)
        more = [(b"cache-control", rules.cache_control().encode()), (b"date", date.encode())]
        allowed = origin is not None and rules.cors_allows(origin)
        if origin is not None:
            more.append((b"vary", b"origin"))
            if allowed:
                more += _cors(origin)
        if scope["method"] == "OPTIONS":
            if allowed:
                more += _preflight(headers)
            await _send(send, 204, b"", more)
            return
        body = await _read(receive)
        if body is None:
            await _refuse(_Reply(send, more), Refusal(413, "payload_too_large", "The body is too large"))
        else:
            call = _call(environment, scope, headers)

            def keep(reply: _Reply) -> None:
                environment.exchanges.add(
                    Exchanged(
                        at=call.now,
                        method=scope["method"],
                        path=scope["path"],
                        query=scope["query_string"].decode("latin-1"),
                        headers=list(scope["headers"]),
                        body=body,
                        status=reply.status,
                        answer_headers=reply.headers,
                        answer=reply.body,
                    )
                )

            reply = _Reply(send, more, keep)
            exchange = Exchange(environment, call, body, scope["query_string"])
            if not _csrf_safe(exchange, scope, headers):
                await _refuse(
                    reply, Refusal(403, "origin_not_allowed", "This origin may not act with the cookie")
                )
            elif len(call.session_public_key or "") > LONGEST_SESSION_KEY:
                await _refuse(reply, bad_request(f"{_SESSION_KEY}: at most {LONGEST_SESSION_KEY} characters"))
            else:
                scope[SCOPE_KEY] = exchange
                refusal = environment.address_refusal(call)
                if refusal is None:
                    await self._application(scope, receive, reply)
                else:
                    await _refuse(reply, refusal)

    async def _in_control(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = _headers(scope)
        origin = headers.get("origin")
        if not self._control:
            await _refuse(send, Refusal(404, "not_found", "The control plane is off: serve with --control"))
        elif _host_name(headers.get("host", "")) not in _LOOPBACK_HOSTS:
            await _refuse(send, Refusal(403, "forbidden", "The control plane answers to loopback names only"))
        elif origin is not None and _host_name(origin.partition("://")[2]) not in _LOOPBACK_HOSTS:
            await _refuse(
                send, Refusal(403, "forbidden", "The control plane answers no website but loopback's")
            )
        else:
            body = await _read(receive)
            if body is None:
                await _refuse(send, Refusal(413, "payload_too_large", "The body is too large"))
                return
            scope[SCOPE_KEY] = body
            await self._application(scope, receive, _Reply(send, [(b"cache-control", b"no-store")]))


def _folded(path: str) -> str:
    """A path without empty segments, as the routes behind read it."""
    return "/" + "/".join(segment for segment in path.split("/") if segment)


def _host_name(authority: str) -> str:
    """The host of `host:port`, in lower case."""
    authority = authority.lower()
    return authority if authority.endswith("]") else authority.rpartition(":")[0] or authority


async def _nowhere(scope: Scope, send: Send) -> None:
    """The answer where no environment has the id; any page may read it, or a typing error looks like a dead server."""
    anybody = [(b"access-control-allow-origin", b"*"), (b"cache-control", b"no-store")]
    if scope["method"] == "OPTIONS":
        await _send(send, 204, b"", [*anybody, *_preflight(_headers(scope))])
    else:
        await _refuse(_Reply(send, anybody), Refusal(404, "not_found", "There is no such environment"))


class _Reply:
    """Passes an answer on with more headers, and has it kept before whoever asked has got the whole of it."""

    __slots__ = ("_keep", "_more", "_send", "body", "headers", "status")

    def __init__(
        self,
        send: Send,
        more: Iterable[tuple[bytes, bytes]],
        keep: Callable[[_Reply], None] = lambda _reply: None,
    ) -> None:
        self._send = send
        self._keep = keep
        self._more = list(more)
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [*message.get("headers", ()), *self._more]
            message = {**message, "headers": self.headers}
        else:
            self.body += message.get("body", b"")
            if not message.get("more_body", False):
                self._keep(self)
        await self._send(message)


def _headers(scope: Scope) -> dict[str, str]:
    """Headers by lower-case name; of several with one name the last."""
    return {name.decode("latin-1").lower(): text.decode("latin-1") for name, text in scope["headers"]}


def _call(environment: Environment, scope: Scope, headers: dict[str, str]) -> Call:
    get = headers.get
    authorization = get("authorization", "")
    token = authorization[7:].strip() if authorization[:7].lower() == "bearer " else None
    from_cookie = False
    external = None
    settings = environment.settings
    if settings.cookie_mode or settings.external_auth_cookie:
        cookies = read_cookies(get("cookie", ""))
        if token is None and settings.cookie_mode and (held := cookies.get(TOKEN_COOKIE)):
            token, from_cookie = held, True
        if settings.external_auth_cookie:
            external = cookies.get(settings.external_auth_cookie)
    client = scope.get("client")
    return Call(
        now=environment.clock.now(),
        origin=get("origin"),
        user_agent=get("user-agent"),
        token=token or None,
        from_cookie=from_cookie,
        mfa_token=get("x-mfa-auth-token") or None,
        elevated_token=get("x-dyn-elevated-access-token") or None,
        nonce=get("x-dynamic-device-nonce"),
        device_key=get("x-dynamic-device-publickey"),
        device_signature=get("x-dynamic-device-signed-nonce"),
        session_public_key=get(_SESSION_KEY),
        external_token=external,
        claimed_time=get("x-time") or get("date"),
        address=client[0] if client else "",
        forwarded=get("x-forwarded-for", ""),
    )


def _csrf_safe(exchange: Exchange, scope: Scope, headers: dict[str, str]) -> bool:
    call = exchange.call
    if not call.from_cookie:
        return True
    if scope["method"] == "GET" and not scope["path"].endswith(_STATE_CHANGING_READS):
        return True
    cross_site = headers.get("sec-fetch-site") == "cross-site"
    needs_origin = scope["method"] != "GET"
    if call.origin is None and needs_origin:
        return False
    return exchange.operations.rules.csrf_allows(call.origin, cross_site)


def _cors(origin: str) -> list[tuple[bytes, bytes]]:
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", b"retry-after"),
    ]


def _preflight(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    more = [(b"access-control-allow-methods", _METHODS), (b"access-control-max-age", b"600")]
    if asked := headers.get("access-control-request-headers"):
        more.append((b"access-control-allow-headers", asked.encode("latin-1")))
    return more


async def _read(receive: Receive) -> bytes | None:
    """The whole body; None when it is too large."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > _LARGEST_BODY:
            return None
        if not message.get("more_body", False):
            return b"".join(parts)


async def _refuse(send: Send, refusal: Refusal) -> None:
    body = msgspec.json.encode({"error": refusal.message, "code": refusal.code})
    headers = [(b"content-type", b"application/json")]
    if refusal.retry_after is not None:
        headers.append((b"retry-after", str(refusal.retry_after).encode()))
    await _send(send, refusal.status, body, headers)


async def _send(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    if status != 204:  # noqa: PLR2004
        headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _not_http(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    while True:  # lifespan: there is nothing to start or stop
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
