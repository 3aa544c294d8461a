"""What every environment reached over the wire has in common: clients, raw requests, the transcript."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import httpx

from mfa_harness.targets.transcript import Transcript
from mfa_harness.targets.wire import RecordingTransport
from mfa_harness.verdicts import Blocked, NotApplicable
from mfa_simulators.client import MfaClient
from mfa_simulators.client.pool import ConnectionPool
from mfa_simulators.client.wire import Answer
from mfa_simulators.randomness import SeededRandomness, SystemRandomness

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfa_harness.events import Exchange
    from mfa_harness.targets.contact import Contact
    from mfa_harness.targets.profile import Profile
    from mfa_simulators.client import Client
    from mfa_simulators.clock import Clock
    from mfa_simulators.passkey import VirtualPasskey

_FIRST_NUMBER = 99  # of the numbers that are kept for stories, 555-0100 to 555-0199


class WireEnvironment:
    """An environment of a target that speaks the account-MFA API; kinds of target say how it is arranged.

    Args:
        base_url: of the API; ends in `/api/v0`.
        environment_id: the tenant.
        origin: of the people's browsers.
        rp_id: of their passkeys.
        settings: as the scenario asked for them.
        clock: of the people's devices.
        inner: what carries requests; shared, never closed here.
        contact: pace and patience of the run.
        profile: of the target.
        seed: fixes the clients' own random choices; None for the system's randomness.
        locks_out: whether limits are what is tested here.
    """

    def __init__(
        self,
        base_url: str,
        environment_id: str,
        *,
        origin: str,
        rp_id: str,
        settings: Mapping[str, Any],
        clock: Clock,
        inner: httpx.BaseTransport,
        contact: Contact,
        profile: Profile,
        seed: str | None = None,
        locks_out: bool = False,
    ) -> None:
        self.id = environment_id
        self.base_url = base_url
        self.origin = origin
        self.rp_id = rp_id
        self.settings: Mapping[str, Any] = dict(settings)
        self.clock = clock
        self.profile = profile
        self.contact = contact
        self.transcript = Transcript(base_url, environment_id, origin=origin, secrets=profile.secrets)
        carrier = RecordingTransport(
            inner, self.transcript, contact, waits_out_limits=contact.wall_clock and not locks_out
        )
        # No environment proxies and no TLS context here: `inner` decides how the target is reached.
        self._http = ConnectionPool(transport=carrier, trust_env=False, timeout=profile.timeout)
        self._seed = seed
        self._connected = 0
        self._names: Counter[str] = Counter()

    @property
    def exchanges(self) -> list[Exchange]:
        """Every request and answer so far, secrets masked, in order."""
        return self.transcript.exchanges

    def connect(self, *, passkey: VirtualPasskey | None = None) -> Client:
        """A client SDK, signed out: one browser of one person. Every call makes another."""
        self._connected += 1
        randomness = (
            SystemRandomness()
            if self._seed is None
            else SeededRandomness(f"{self._seed}/client {self._connected}")
        )
        return self.client_class(
            self.base_url,
            self.id,
            origin=self.origin,
            http=self._http,
            clock=self.clock,
            passkey=passkey,
            randomness=randomness,
            cookie_mode=bool(self.settings.get("cookie_mode", False)),
            sign_nonces=self.signs_every_device or self._connected == 1,
        )

    client_class: type[MfaClient] = MfaClient
    """The client that people use; another where a faulty one is what is tested."""
    signs_every_device = True
    """Whether every browser proves its device by signed nonces, or, to save time, the first alone."""

    def request(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request below `sdk/{environmentId}/`, sent as it is.

        Raises:
            Blocked: no answer came.
        """
        sent = {"origin": self.origin}
        if body is not None:
            sent["content-type"] = "application/json"
        if token is not None:
            sent["authorization"] = f"Bearer {token}"
        sent |= {name.lower(): value for name, value in (headers or {}).items()}
        url = f"{self.base_url}/sdk/{self.id}/{path.lstrip('/')}"
        # A tampered token need not be ASCII; header values travel as bytes.
        raw = [(name.encode(), value.encode("utf-8", "surrogateescape")) for name, value in sent.items()]
        request = self._http.build_request(method, url, content=body, headers=httpx.Headers(raw))
        try:
            response = self._http.send(request)
        except httpx.RequestError as error:
            raise Blocked(
                f"send {method} {path}", f"no answer came: {type(error).__name__} {error}".strip()
            ) from error
        return Answer(f"{method} {path}", response.status_code, response.headers, response.content)

    def seen_by_server(self) -> list[dict[str, Any]] | None:
        """What the server was asked and has answered, unmasked; None where it cannot be asked for that."""
        return None

    def inbox(self, email: str) -> Callable[[], str]:
        """What reads the newest e-mail code sent to this address."""
        raise NotImplementedError

    def new_email(self, name: str) -> str:
        """An address nobody has used yet in this environment: ada@example.org, then ada-2@example.org.

        Whatever the name holds stays in the local part, which is how hostile addresses are tried.
        """
        local = "-".join(name.lower().split()) if name.isascii() and name.replace(" ", "").isalnum() else name
        self._names[local] += 1
        number = self._names[local]
        return f"{local}@example.org" if number == 1 else f"{local}-{number}@example.org"

    def new_phone(self) -> tuple[str, str]:
        """A country code and a number that nobody has used yet in this environment."""
        raise NotApplicable("nothing reads the text messages that the target sends")

    def next_phone(self) -> tuple[str, str]:
        """For who can read what is sent there: numbers that are nobody's (555-0100 and on)."""
        self._names["a phone"] += 1
        return "1", f"202555{_FIRST_NUMBER + self._names['a phone']:04}"

    def external_jwt(self, email: str, *, scope: str | None = None) -> str:  # noqa: ARG002 - who can, does
        """A token that externalAuth/signin accepts, with a scope externalAuth/verify."""
        raise NotApplicable(f"nothing makes a token of another issuer for {email}")

    def advance(self, seconds: float) -> None:  # noqa: ARG002 - what other kinds of target need
        """Move the target's clock and `clock` on together."""
        raise NotApplicable("the target's clock cannot be moved: its time is real")

    def wait(self, seconds: float) -> None:
        """Let time pass, for a fresh code."""
        self.advance(seconds)

    def change(self, **settings: Any) -> None:
        """Change settings under the feet of existing users."""
        raise NotApplicable(f"settings of the target cannot be changed ({', '.join(sorted(settings))})")

    def reset_mfa(self, user_id: str) -> None:  # noqa: ARG002 - what other kinds of target need
        """The administrator's 'Reset MFA' (D-70)."""
        raise NotApplicable("nothing performs the administrator's 'Reset MFA' at this target")

    def log(self) -> str:
        """What the server has logged."""
        raise NotApplicable("the server's log cannot be read from here")

    def notices(self, user_id: str) -> list[str]:  # noqa: ARG002 - what other kinds of target need
        """The kinds of notices that a user was sent."""
        raise NotApplicable("the notices that the server sends cannot be read from here")

    def close(self) -> list[str]:
        """Delete what the scenario made; what could not be is returned."""
        return []
