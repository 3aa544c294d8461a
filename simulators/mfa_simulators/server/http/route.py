"""A route: method, path, what it takes and answers; and how one becomes a handler of Litestar's."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec
from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from mfa_simulators.server.http.bodies import read_body
from mfa_simulators.server.http.cookies import no_cookie, session_cookie
from mfa_simulators.server.http.exchange import SCOPE_KEY, Exchange
from mfa_simulators.server.rules.refusal import Refusal, bad_request, unauthorized
from mfa_simulators.server.wire.answers import VerifyResponse

if TYPE_CHECKING:
    from collections.abc import Callable

_OK: Final = 200
_EMPTY: Final = 204


@dataclass(frozen=True, slots=True)
class Route:
    """A route of an environment.

    Attributes:
        method: HTTP method.
        path: below `/api/v0/sdk/{environment_id}`, with Litestar's parameters.
        answer: makes the answer, from the exchange, the body if it takes one, and the path's parameters.
        body: type of the body; None takes none.
        optional: an empty body is taken too.
        answers: type of the answer; None answers 204.
        ends_session: the cookie goes, in cookie mode.
    """

    method: str
    path: str
    answer: Callable[..., Any]
    body: Any
    optional: bool
    answers: Any
    ends_session: bool


class Routes(list[Route]):
    """Routes of a topic, collected by a decorator."""

    def add(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        optional: bool = False,
        answers: Any = None,
        ends_session: bool = False,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Makes a function a route; its docstring is what the OpenAPI document says."""

        def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
            self.append(Route(method, path, function, body, optional, answers, ends_session))
            return function

        return decorate


def handler(route: Route, *, threads: bool) -> HTTPRouteHandler:
    """The handler of a route, in a thread of its own or in the caller's."""

    def handle(request: Request[Any, Any, Any]) -> Any:
        exchange: Exchange = request.scope[SCOPE_KEY]  # type: ignore[literal-required]
        return _answer(route, exchange, request.scope["path_params"])

    handle.__name__ = route.answer.__name__
    handle.__doc__ = inspect.getdoc(route.answer)
    handle.__annotations__["return"] = cast("Any", Response)[route.answers]  # for the OpenAPI document
    return HTTPRouteHandler(
        route.path,
        http_method=route.method,  # type: ignore[arg-type]  # a constant of ours
        status_code=_OK if route.answers else _EMPTY,
        sync_to_thread=threads,
        operation_id=route.answer.__name__,
        summary=(handle.__doc__ or "").partition("\n")[0],
    )(handle)


def _answer(route: Route, exchange: Exchange, path: dict[str, Any]) -> Response[Any]:
    try:
        arguments = dict(path)
        arguments.pop("environment_id", None)
        if route.body is not None:
            arguments["body"] = _body(route, exchange)
        answer = route.answer(exchange, **arguments)
    except Refusal as refusal:
        return refused(refusal)
    except LookupError:  # the caller was deleted by a request in parallel
        return refused(unauthorized())
    except RecursionError:
        return refused(bad_request("the body is nested too deep"))
    headers: dict[str, str] = {}
    if exchange.environment.settings.cookie_mode:
        answer = _with_cookie(route, exchange, answer, headers)
    return Response(answer, status_code=_OK if route.answers else _EMPTY, headers=headers)


def _body(route: Route, exchange: Exchange) -> Any:
    try:
        return read_body(exchange.body, route.body, optional=route.optional)
    except Refusal as refusal:
        raise exchange.operations.rules.unreadable(refusal) from None


def _with_cookie(route: Route, exchange: Exchange, answer: Any, headers: dict[str, str]) -> Any:
    """In cookie mode the token is in no body (D-24)."""
    if isinstance(answer, VerifyResponse):
        seconds = max(0, answer.expires_at - int(exchange.call.now))
        headers["set-cookie"] = session_cookie(answer.minified_jwt or "", seconds)
        return msgspec.structs.replace(answer, jwt=None, minified_jwt=None)
    if route.ends_session:
        headers["set-cookie"] = no_cookie()
    return answer


def refused(refusal: Refusal) -> Response[Any]:
    """A refusal in the wire's form."""
    body: dict[str, Any] = {"error": refusal.message, "code": refusal.code, **(refusal.extra or {})}
    headers = {} if refusal.retry_after is None else {"retry-after": str(refusal.retry_after)}
    return Response(body, status_code=refusal.status, headers=headers)
