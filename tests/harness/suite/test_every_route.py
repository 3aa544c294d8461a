"""The gate is asked after at every route of the OpenAPI document that a session which owes MFA may not call."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
from tests.harness.suite.conftest import misbehaving, real_server

if TYPE_CHECKING:
    from tests.harness.suite.conftest import Run

PREFIX = "/api/v0/sdk/{environment_id}"
PUBLIC = {
    *("GET /settings", "GET /nonces", "GET /nonce", "GET /.well-known/jwks", "GET /.well-known/jwks.json"),
    *("POST /sdkSettings", "POST /emailVerifications/create", "POST /emailVerifications/retry"),
    *("POST /emailVerifications/signin", "POST /smsVerifications/create", "POST /smsVerifications/signin"),
    *("POST /externalAuth/signin", "GET /users/passkeys/signin", "POST /users/passkeys/signin"),
}
LEADS_OUT = {
    *("GET /users", "POST /refresh", "POST /revoke", "POST /stepUp/check", "GET /users/mfa"),
    *("GET /users/mfa/methods", "GET /users/passkeys/authenticate", "POST /users/mfa/auth/totp"),
    *("POST /users/mfa/auth/recovery", "POST /users/mfa/auth/passkey", "POST /users/mfa/auth/email"),
    "POST /smsVerifications/verify",  # as by e-mail, where changing the address is asked after
}


def documented() -> set[str]:
    with httpx.Client(transport=real_server().transport) as http:
        paths = http.get("http://localhost/api/v0/openapi.json").json()["paths"]
    return {
        f"{method.upper()} {path.removeprefix(PREFIX)}"
        for path, methods in paths.items()
        if path.startswith(PREFIX)
        for method in methods
    }


def test_every_route_that_the_gate_shuts_is_asked(run: Run) -> None:
    """Whoever adds a route says that it is public or leads out of the gate, or adds a scenario that tries it."""
    routes = documented()
    patterns = {
        route: re.compile(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(route)))
        for route in sorted(routes, key=len)
    }
    asked: set[str] = set()

    def note(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if response.status_code == 403 and b"requires_additional_auth" in response.content:
            path = request.url.path.partition("/sdk/")[2].partition("/")[2]
            call = f"{request.method} /{path}"
            alike = [route for route, pattern in patterns.items() if pattern.fullmatch(call)]
            asked.update([call] if call in routes else alike)  # /users/mfa/recovery is no /users/mfa/{id}
        return response

    only = ("gate.protects-endpoints", "gate.binding-needs-mfa", "recovery.needs-mfa")
    ran = run(target=misbehaving(note), only=only)
    assert ran.code == 0
    assert routes >= PUBLIC | LEADS_OUT
    assert sorted(routes - PUBLIC - LEADS_OUT - asked) == []
