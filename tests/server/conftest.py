"""A reference server in process, and people who use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import jwt
import pytest

from mfa_simulators.clock import VirtualClock
from mfa_simulators.passkey import VirtualPasskey
from mfa_simulators.server import ReferenceServer
from mfa_simulators.totp import TotpAuthenticator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mfa_simulators.server import Environment

ORIGIN = "http://localhost:3000"
START = "2026-01-01T00:00:07Z"
STEP = 30


class Site:
    """One environment and the way to it."""

    def __init__(self, environment: Environment, http: httpx.Client, clock: VirtualClock) -> None:
        self.environment = environment
        self.http = http
        self.clock = clock
        self.url = f"{environment.base_url}/sdk/{environment.id}"

    def call(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, **headers: str
    ) -> httpx.Response:
        """One request; header names with underscores."""
        sent = {"origin": ORIGIN, **{name.replace("_", "-"): text for name, text in headers.items()}}
        if token is not None:
            sent["authorization"] = f"Bearer {token}"
        return self.http.request(method, self.url + path, json=body, headers=sent)

    def sign_in(self, email: str = "ada@example.org", **body: Any) -> Visitor:
        """Signs in with a code by e-mail."""
        sent = self.call("POST", "/emailVerifications/create", {"email": email})
        assert sent.status_code == 200, sent.text
        code = self.environment.mailbox(email)[-1].code
        answer = self.call(
            "POST",
            "/emailVerifications/signin",
            {"verificationUUID": sent.json()["verificationUUID"], "verificationToken": code, **body},
        )
        assert answer.status_code == 200, answer.text
        return Visitor(self, email, answer.json())

    def visitor(self, answer: dict[str, Any], email: str = "ada@example.org") -> Visitor:
        """Somebody who has signed in by another way."""
        return Visitor(self, email, answer)

    def enrolled(self, email: str = "ada@example.org") -> Visitor:
        """Somebody signed in who has enrolled an authenticator app, with the code of the step before."""
        visitor = self.sign_in(email)
        visitor.enrol()
        return visitor


class Visitor:
    """A person in one session."""

    def __init__(self, site: Site, email: str, answer: dict[str, Any]) -> None:
        self.site = site
        self.email = email
        self.answer = answer
        self.app: TotpAuthenticator | None = None
        self.device_id = ""
        self.key = VirtualPasskey(clock=site.clock, seed=email)

    @property
    def token(self) -> str:
        return str(self.answer["minifiedJwt"])

    @property
    def id(self) -> str:
        return str(self.answer["user"]["id"])

    @property
    def scopes(self) -> set[str]:
        """Of the token; the user's must agree."""
        claims = jwt.decode(self.token, options={"verify_signature": False})
        assert claims["scope"] == self.answer["user"]["scope"]
        return set(str(claims["scope"]).split())

    @property
    def gated(self) -> bool:
        return self.scopes == {"requiresAdditionalAuth"}

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return self.site.call(method, path, body, token=self.token, **headers)

    def take(self, answer: httpx.Response) -> httpx.Response:
        """Goes on with the session of an answer, if it is one."""
        if answer.status_code == 200 and "minifiedJwt" in answer.json():
            self.answer = answer.json()
        return answer

    def register(self) -> TotpAuthenticator:
        """Asks for an authenticator app."""
        registered = self.call("GET", "/users/mfa/register/totp")
        assert registered.status_code == 200, registered.text
        self.device_id = registered.json()["id"]
        self.app = TotpAuthenticator.from_uri(registered.json()["uri"], clock=self.site.clock)
        return self.app

    def enrol(self, *, route: str = "auth", step: int = -1, **body: Any) -> httpx.Response:
        """Enrols an authenticator app."""
        code = self.register().code(step=step)
        path = f"/users/mfa/{route}/totp"
        more = {"type": "totp"} if route == "register" else {}
        done = self.take(self.call("POST", path, {"code": code, **more, **body}))
        assert done.status_code == 200, done.text
        return done

    def answer_totp(self, code: str | None = None, **body: Any) -> httpx.Response:
        """Answers the challenge with the app's code of now, or another."""
        if code is None:
            assert self.app is not None
            code = self.app.code()
        return self.take(self.call("POST", "/users/mfa/auth/totp", {"code": code, **body}))

    def codes(self) -> list[str]:
        """The recovery codes."""
        read = self.call("GET", "/users/mfa/recovery")
        assert read.status_code == 200, read.text
        return list(read.json()["recoveryCodes"])

    def answer_recovery(self, code: str, **body: Any) -> httpx.Response:
        return self.take(self.call("POST", "/users/mfa/auth/recovery", {"code": code, **body}))

    def again(self) -> Visitor:
        """The same person in a new session."""
        visitor = self.site.sign_in(self.email)
        visitor.app, visitor.device_id, visitor.key = self.app, self.device_id, self.key
        return visitor

    def new_passkey(self, **headers: str) -> httpx.Response:
        """Registers a passkey."""
        options = self.call("GET", "/users/passkeys/register")
        if options.status_code != 200:
            return options
        return self.take(
            self.call("POST", "/users/passkeys/register", self.attest(options.json()), **headers)
        )

    def attest(self, options: dict[str, Any], **fault: Any) -> dict[str, Any]:
        """What a registration sends: the wire spells clientDataJson."""
        made = self.key.create(options, origin=ORIGIN, **fault)
        response = {
            "attestationObject": made["response"]["attestationObject"],
            "clientDataJson": made["response"]["clientDataJSON"],
        }
        kept = ("id", "rawId", "type", "clientExtensionResults")
        return {**{name: made[name] for name in kept}, "response": response}

    def answer_passkey(self, **body: Any) -> httpx.Response:
        """Answers the challenge with the passkey."""
        options = self.call("GET", "/users/passkeys/authenticate")
        if options.status_code != 200:
            return options
        made = self.key.get(options.json(), origin=ORIGIN, fault=body.pop("fault", None))
        return self.take(self.call("POST", "/users/mfa/auth/passkey", {**made, **body}))

    def devices(self) -> list[dict[str, Any]]:
        listed = self.call("GET", "/users/mfa").json()
        assert listed["count"] == len(listed["devices"])
        return list(listed["devices"])

    def fresh_code(self) -> str:
        """A code never used: the clock moves on by a step."""
        assert self.app is not None
        self.site.clock.advance(STEP)
        return self.app.code()

    def mfa_token(self, *, single_use: bool = True) -> str:
        done = self.answer_totp(self.fresh_code(), createMfaToken={"singleUse": single_use})
        assert done.status_code == 200, done.text
        return str(done.json()["mfaToken"])

    def elevated(self, *scopes: str) -> str:
        done = self.answer_totp(self.fresh_code(), requestedScopes=list(scopes))
        assert done.status_code == 200, done.text
        return str(done.json()["elevatedAccessToken"])


@pytest.fixture(scope="session")
def server() -> ReferenceServer:
    return ReferenceServer(seed="tests")


@pytest.fixture(scope="session")
def http(server: ReferenceServer) -> Iterator[httpx.Client]:
    with httpx.Client(transport=server.transport) as client:
        yield client


@pytest.fixture
def make(server: ReferenceServer, http: httpx.Client) -> Callable[..., Site]:
    """Makes a site from settings."""

    def make_site(**settings: Any) -> Site:
        clock = VirtualClock(START)
        return Site(server.environment(clock=clock, **settings), http, clock)

    return make_site


@pytest.fixture
def make_on() -> Callable[..., Site]:
    """Makes a site from an environment, a client and a clock."""
    return Site


@pytest.fixture
def site(make: Callable[..., Site]) -> Site:
    """A site with the settings' defaults."""
    return make()


def refused(answer: httpx.Response, status: int, code: str) -> None:
    """Asserts a refusal in the wire's form, with no session in it."""
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert isinstance(answer.json()["error"], str)
    assert not {"jwt", "minifiedJwt", "mfaToken", "elevatedAccessToken", "user"} & answer.json().keys()
    assert "set-cookie" not in answer.headers


@pytest.fixture(name="refused")
def refused_fixture() -> Callable[[httpx.Response, int, str], None]:
    return refused
