"""The application: Litestar behind the gateway."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from litestar import Litestar, Request, Response, Router
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.plugins.core import MsgspecDIPlugin

from mfa_simulators.server.http.mfa_routes import MFA_ROUTES
from mfa_simulators.server.http.openapi import openapi_handler
from mfa_simulators.server.http.route import handler, refused
from mfa_simulators.server.http.routes import ROUTES
from mfa_simulators.server.rules.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from litestar.plugins import PluginProtocol
    from litestar.types import ControllerRouterHandler

_LOG: Final = logging.getLogger("mfa_simulators.server")
_CODES: Final = {404: "not_found", 405: "method_not_allowed", 413: "payload_too_large"}
_INTERNAL: Final = 500


class _Application(Litestar):
    """Litestar without its plugins for pydantic and attrs.

    Nothing here speaks either, and pydantic cannot be imported while a user's freezegun holds the date.
    """

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]


def create_app(*, threads: bool, more: Sequence[ControllerRouterHandler] = ()) -> Litestar:
    """The routes as an ASGI application, to be called through the gateway only.

    Args:
        threads: handlers run in threads, for a served application; without them it can be driven by hand.
        more: routes beside those of the wire.
    """
    environments = Router(
        "/api/v0/sdk/{environment_id:str}",
        route_handlers=[handler(route, threads=threads) for route in (*ROUTES, *MFA_ROUTES)],
    )
    return _Application(
        route_handlers=[environments, openapi_handler(threads=threads), *more],
        openapi_config=OpenAPIConfig(
            title="Account MFA reference server", version="0", render_plugins=(), path="/api/v0/openapi"
        ),
        exception_handlers={HTTPException: _http_error, Exception: _internal_error},
        logging_config=None,
    )


def _http_error(_request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """An error of routing, in the wire's form."""
    code = _CODES.get(error.status_code, "bad_request")
    response = refused(Refusal(error.status_code, code, error.detail or code))
    for name, text in (error.headers or {}).items():
        response.headers[name] = text
    return response


def _internal_error(_request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A bug of ours: the log says where, with no value of the request in it."""
    _LOG.error("internal error: %s", type(error).__name__, exc_info=error)
    return refused(Refusal(_INTERNAL, "internal_error", "Internal error of the reference server"))
