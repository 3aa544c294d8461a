"""A server made of prepared answers, and a client that talks to it without a socket."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from mfa_simulators import VirtualClock
from mfa_simulators.client import MfaClient

BASE_URL = "http://localhost:4317/api/v0"
ENVIRONMENT = "11111111-2222-4333-8444-555555555555"
DEVICE = "d0000000-0000-4000-8000-000000000001"


@dataclass(frozen=True)
class Seen:
    """One request as the server saw it."""

    endpoint: str
    query: dict[str, str]
    headers: httpx.Headers
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


class FakeApi:
    """Answers by endpoint ("POST users/mfa/auth/totp"); what it was not told to answer is a 404."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.seen: list[Seen] = []
        self._answers: dict[str, httpx.Response | Exception] = {}
        self.settings()
        self.answer("GET nonces", {"nonces": [f"nonce-{n}" for n in range(5)]})
        self.answer("POST emailVerifications/create", {"verificationUUID": "v-1", "email": "ann@example.org"})
        self.answer("POST revoke", status=204)

    def answer(
        self,
        endpoint: str,
        body: object = None,
        *,
        status: int = 200,
        raw: bytes | None = None,
        headers: dict[str, str] | list[tuple[str, str]] | None = None,
    ) -> None:
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        kind = [] if raw is not None or body is None else [("content-type", "application/json")]
        listed = list(headers.items()) if isinstance(headers, dict) else headers or []
        self._answers[endpoint] = httpx.Response(status, content=content, headers=kind + listed)

    def fail(self, endpoint: str, error: Exception) -> None:
        self._answers[endpoint] = error

    def settings(self, *, storage: str = "localstorage", **mfa: Any) -> None:
        methods = mfa.pop("methods", {"totp": True, "passkey": True})
        self.answer(
            "GET settings",
            {
                "chains": [],
                "kyc": [],
                "sdk": {"minApiVersion": "2026_01_01"},
                "security": {
                    "auth": {"storage": [storage]},
                    "mfa": {
                        "methods": [{"type": name, "enabled": on} for name, on in methods.items()],
                        **mfa,
                    },
                },
            },
        )

    def user(self, **members: Any) -> dict[str, Any]:
        return {
            "id": "u-1",
            "projectEnvironmentId": ENVIRONMENT,
            "verifiedCredentials": [{"id": "c-1", "format": "email", "signInEnabled": True}],
            "scope": "user:basic",
            **members,
        }

    def session(
        self, token: str | None = "token-1", *, user: dict[str, Any] | None = None, **members: Any
    ) -> Any:
        session = {"user": user or self.user(), "expiresAt": int(self.clock.now()) + 3600, **members}
        return session if token is None else {**session, "jwt": token, "minifiedJwt": token}

    def elevated(self, scope: object, *, seconds: float = 300, single_use: bool = False) -> str:
        claims = {"scope": scope, "exp": int(self.clock.now() + seconds), "singleUse": single_use}
        return ".".join(
            base64.urlsafe_b64encode(part).decode().rstrip("=")
            for part in (b"{}", json.dumps(claims).encode(), b"signature")
        )

    def connect(self, **options: Any) -> MfaClient:
        http = httpx.Client(transport=httpx.MockTransport(self._handle))
        return MfaClient(BASE_URL, ENVIRONMENT, **{"http": http, "clock": self.clock, **options})

    def signed_in(self, client: MfaClient | None = None, **session: Any) -> MfaClient:
        """A client whose user has just signed in by e-mail."""
        client = client or self.connect()
        self.answer("POST emailVerifications/signin", self.session(**session))
        client.verify_otp(client.send_email_otp("ann@example.org"), "123456")
        return client

    def endpoints(self) -> list[str]:
        return [seen.endpoint for seen in self.seen]

    def last(self, endpoint: str) -> Seen:
        return next(seen for seen in reversed(self.seen) if seen.endpoint == endpoint)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix(f"/api/v0/sdk/{ENVIRONMENT}/")
        endpoint = f"{request.method} {path}"
        self.seen.append(Seen(endpoint, dict(request.url.params), request.headers, request.content))
        answer = self._answers.get(endpoint)
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            return httpx.Response(404, json={"error": f"no {endpoint}", "code": "not_found"})
        return httpx.Response(answer.status_code, content=answer.content, headers=answer.headers)


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()
