"""The OpenAPI document: Litestar's, and the bodies of requests, which are decoded by our own code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from mfa_simulators.server.http.mfa_routes import MFA_ROUTES
from mfa_simulators.server.http.routes import ROUTES

if TYPE_CHECKING:
    from litestar import Litestar

_REFERENCE = "#/components/schemas/Request{name}"
_PREFIX = "/api/v0/sdk/{environment_id}"


def openapi_handler(*, threads: bool) -> HTTPRouteHandler:
    """Serves the document."""

    def read_openapi(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
        return Response(document(request.app))

    return HTTPRouteHandler(
        "/api/v0/openapi.json", http_method="GET", sync_to_thread=threads, include_in_schema=False
    )(read_openapi)


def document(app: Litestar) -> dict[str, Any]:
    """OpenAPI 3.1 of all routes of an environment."""
    shown = app.openapi_schema.to_schema()
    routes = [route for route in (*ROUTES, *MFA_ROUTES) if route.body is not None]
    schemas, components = msgspec.json.schema_components(
        [route.body for route in routes], ref_template=_REFERENCE
    )
    for route, schema in zip(routes, schemas, strict=True):
        path = _PREFIX + route.path.replace(":str}", "}")
        shown["paths"][path][route.method.lower()]["requestBody"] = {
            "required": not route.optional,
            "content": {"application/json": {"schema": schema}},
        }
    named = {f"Request{name}": schema for name, schema in components.items()}
    shown.setdefault("components", {}).setdefault("schemas", {}).update(named)
    return shown
