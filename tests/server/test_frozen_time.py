"""A user's freezegun moves the server, since only the system clock looks at the time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from freezegun import freeze_time

from mfa_simulators.clock import SystemClock
from mfa_simulators.server import ReferenceServer
from mfa_simulators.totp import TotpAuthenticator

if TYPE_CHECKING:
    from mfa_simulators.server import Environment

ORIGIN = {"origin": "http://localhost:3000"}


class Person:
    """Signs in and answers with codes, over any way of sending."""

    def __init__(self, environment: Environment, send: Any) -> None:
        self.environment = environment
        self.send = send
        self.url = f"{environment.base_url}/sdk/{environment.id}"

    async def call(self, method: str, path: str, token: str | None = None, body: Any = None) -> Any:
        headers = ORIGIN if token is None else {**ORIGIN, "authorization": f"Bearer {token}"}
        answer = self.send(method, self.url + path, json=body, headers=headers)
        return await answer if asyncio.iscoroutine(answer) else answer

    async def scenario(self, frozen: Any) -> None:
        sent = (await self.call("POST", "/emailVerifications/create", body={"email": "a@example.org"})).json()
        code = self.environment.mailbox("a@example.org")[-1].code
        body = {"verificationUUID": sent["verificationUUID"], "verificationToken": code}
        token = (await self.call("POST", "/emailVerifications/signin", body=body)).json()["minifiedJwt"]
        registered = (await self.call("GET", "/users/mfa/register/totp", token)).json()
        app = TotpAuthenticator.from_uri(registered["uri"], clock=SystemClock())
        path = "/users/mfa/auth/totp"
        assert (await self.call("POST", path, token, {"code": app.code()})).status_code == 200
        frozen.tick(60)
        old = app.code()
        frozen.tick(120)
        assert (await self.call("POST", path, token, {"code": old})).status_code == 422
        assert (await self.call("POST", path, token, {"code": app.code()})).status_code == 200
        frozen.tick(7200)
        assert (await self.call("GET", "/users", token)).status_code == 401


@pytest.mark.parametrize("clock", [SystemClock(), None])
def test_in_process(clock: SystemClock | None) -> None:
    server = ReferenceServer(clock=clock)
    with freeze_time("2026-01-01T00:00:07Z") as frozen, httpx.Client(transport=server.transport) as client:
        asyncio_free(Person(server.environment(), client.request).scenario(frozen))


def test_as_an_asgi_application_under_asyncio() -> None:
    server = ReferenceServer()

    async def run() -> None:
        with freeze_time("2026-01-01T00:00:07Z", real_asyncio=True) as frozen:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app=server.asgi)) as client:
                await Person(server.environment(), client.request).scenario(frozen)

    asyncio.run(run())


def test_over_sockets() -> None:
    with (
        ReferenceServer() as server,
        httpx.Client() as client,
        freeze_time("2026-01-01T00:00:07Z", real_asyncio=True) as frozen,
    ):
        asyncio_free(Person(server.environment(), client.request).scenario(frozen))


def test_a_server_stops_while_time_stands_still() -> None:
    server = ReferenceServer()
    server.__enter__()
    with freeze_time("2026-01-01T00:00:07Z"):
        server.__exit__(None, None, None)


def asyncio_free(coroutine: Any) -> None:
    """Runs a coroutine that never waits."""
    with pytest.raises(StopIteration):
        coroutine.send(None)
