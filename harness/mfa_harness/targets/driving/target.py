"""A target seen through a client SDK: its environments are the target's own, its clients are driven.

Time is real then: an SDK compares expiry with the machine's clock. Our reference server is served on loopback, and
the clock of each environment is real time plus an offset, at first so much that a time step has just begun.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

import msgspec

from mfa_harness.targets.driving.driver_client import DriverClient
from mfa_harness.targets.reference import ReferenceTarget
from mfa_harness.targets.target import Revivable
from mfa_harness.targets.transcript import Transcript
from mfa_harness.verdicts import Blocked, NotApplicable
from mfa_simulators.client.errors import ClientError
from mfa_simulators.clock import OffsetClock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfa_harness.events import Exchange
    from mfa_harness.targets.command import CommandTarget
    from mfa_harness.targets.driving.driver import Driver
    from mfa_harness.targets.driving.messages import Hello
    from mfa_harness.targets.environment import WireEnvironment
    from mfa_harness.targets.profile import Profile
    from mfa_harness.targets.url import UrlTarget
    from mfa_simulators.client.protocol import Client
    from mfa_simulators.client.wire import Answer
    from mfa_simulators.clock import Clock
    from mfa_simulators.passkey import VirtualPasskey
    from mfa_simulators.server import ReferenceServer

_INTO_A_STEP: Final = 7  # seconds: as far from the step before as people usually are
_ACTIONS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "totp": ("register_totp_mfa_device", "authenticate_totp_mfa_device"),
    "passkeys": ("register_passkey", "authenticate_passkey_mfa"),
    "recovery-codes": ("get_mfa_recovery_codes", "authenticate_mfa_recovery_code"),
    "acknowledgement": ("acknowledge_recovery_codes",),
    "default-device": ("set_default_mfa_device",),
    "passkey-sign-in": ("sign_in_with_passkey",),
    "email-sign-in": ("send_email_otp", "verify_otp"),
    "external-jwt": ("sign_in_with_external_jwt",),
    "email-mfa": ("authenticate_mfa_email",),
    "delete-user": ("delete_user",),
    "step-up": ("check_step_up_auth",),
    "enrolment-auth-route": ("authenticate_totp_mfa_device",),
    "enrolment-register-route": ("verify_totp_mfa_device",),
}
"""What a driver must declare for the target to have a capability."""


class ServedReferenceTarget(ReferenceTarget):
    """The reference server on loopback, in real time."""

    may_be_copied = False

    def open(self) -> None:
        """Start serving.

        Raises:
            TargetError: a fault is not known; names the nearest.
        """
        super().open()
        self._running()

    def _running(self) -> ReferenceServer:
        if self._server is None:
            from mfa_simulators.server import ReferenceServer  # noqa: PLC0415

            self._server = ReferenceServer(seed=self._seed).__enter__()
        return self._server

    def new_clock(self, settings: Mapping[str, Any]) -> Clock:
        """Real time, and a little: a time step has just begun."""
        clock = OffsetClock()
        clock.advance(until_a_step_has_begun(clock, settings))
        return clock

    def close(self) -> list[str]:
        """Stop serving."""
        if self._server is not None:
            self._server.__exit__(None, None, None)
        return super().close()


def until_a_step_has_begun(clock: Clock, settings: Mapping[str, Any]) -> float:
    """How many seconds it is until the next time step is seven seconds old."""
    period = float(settings.get("totp_period", 30))
    return (_INTO_A_STEP - clock.now()) % period


class ClientTarget:
    """`--client COMMAND` or `--client listen:PORT`, in front of any target.

    Args:
        inner: the target itself; not opened yet.
        driver: of the client; not started yet.
    """

    def __init__(self, inner: ReferenceTarget | UrlTarget | CommandTarget, driver: Driver) -> None:
        self._inner = inner
        self.driver = driver
        self.name = inner.name
        self.label = f"the client SDK behind {driver.spec!r}, on {inner.label}"
        self.profile = inner.profile

    def open(self) -> None:
        """Open the target, then the driver.

        Raises:
            TargetError: one of them cannot be used.
        """
        self._inner.open()
        try:
            hello = self.driver.open()
        except BaseException:
            self.close()
            raise
        self.label = f"the client SDK {self.driver.title}, on {self._inner.label}"
        self.profile = as_driven(self._inner.profile, hello)

    def arrange(self, settings: Mapping[str, Any], *, scenario: str, locks_out: bool) -> DrivenEnvironment:
        """As the target's own; the people reach it by the driver."""
        environment = self._inner.arrange(settings, scenario=scenario, locks_out=locks_out)
        if isinstance(environment.clock, OffsetClock) and not isinstance(self._inner, ReferenceTarget):
            environment.advance(until_a_step_has_begun(environment.clock, settings))
        return DrivenEnvironment(environment, self.driver)

    def would_refuse(self, settings: Mapping[str, Any], *, locks_out: bool, scenario: str = "") -> str:
        """As the target's own."""
        return self._inner.would_refuse(settings, locks_out=locks_out, scenario=scenario)

    def revive(self) -> bool:
        """As the target's own; the driver stays."""
        return isinstance(self._inner, Revivable) and self._inner.revive()

    def close(self) -> list[str]:
        """Stop the driver, then the target."""
        self.driver.close()
        return self._inner.close()


def as_driven(profile: Profile, hello: Hello) -> Profile:
    """The profile of a target as somebody sees it who has only this client."""
    lacking: dict[str, bool | str] = {
        "client_sdk": True,
        "jwks": "a client SDK has no business with the keys of session tokens",
        "log": "the server's log says nothing about a client SDK",
    }
    for capability, actions in _ACTIONS_OF.items():
        missing = [action for action in actions if action not in hello.capabilities]
        if missing and profile.has(capability):
            lacking[capability.replace("-", "_")] = (
                f"the driver of {hello.name} {hello.version} does not declare {' and '.join(missing)}"
            )
    profile = profile.amended(**lacking)
    if hello.enrolment != "either":
        tolerances = msgspec.structs.replace(profile.tolerances, enrolment_route=hello.enrolment)
        profile = msgspec.structs.replace(profile, tolerances=tolerances)
    return profile


class DrivenEnvironment:
    """An environment whose people have a driven client in front of them; see `targets.target.Environment`."""

    def __init__(self, inner: WireEnvironment, driver: Driver) -> None:
        self._inner = inner
        self._driver = driver
        self._clients: list[DriverClient] = []
        self._said_before = len(driver.stderr)
        self._emails: list[str] = []
        self._transcript = Transcript(
            inner.base_url, inner.id, origin=inner.origin, secrets=inner.profile.secrets
        )
        self._read_to = 0
        self._reading = threading.Lock()
        self.id = inner.id
        self.base_url = inner.base_url
        self.origin = inner.origin
        self.rp_id = inner.rp_id

    @property
    def settings(self) -> Mapping[str, Any]:
        """The settings as asked for."""
        return self._inner.settings

    @settings.setter
    def settings(self, settings: Mapping[str, Any]) -> None:
        self._inner.settings = settings

    @property
    def clock(self) -> Clock:
        """The time as the people's devices see it."""
        return self._inner.clock

    @clock.setter
    def clock(self, clock: Clock) -> None:
        self._inner.clock = clock

    @property
    def exchanges(self) -> list[Exchange]:
        """What the server has seen, masked; nothing where it cannot be asked."""
        with self._reading:  # a race's own threads read it too
            self._read_on(self._inner.seen_by_server() or [])
            return self._transcript.exchanges

    def _read_on(self, seen: list[dict[str, Any]]) -> None:
        for entry in seen[self._read_to :]:
            url = f"{self.base_url.removesuffix('/api/v0')}{entry['path']}"
            if entry["query"]:
                url += f"?{entry['query']}"
            asked, answered = entry["request"], entry["answer"]
            sent = self._transcript.begin(entry["method"], url, asked["headers"], _body(asked["body"]))
            sent.status = entry["status"]
            sent.response_headers = answered["headers"]
            sent.answer = _body(answered["body"])
            sent.done = True
        self._read_to = len(seen)

    @property
    def said_aside(self) -> str:
        """What the driver wrote to stderr meanwhile."""
        lines = self._driver.stderr[self._said_before :]
        return "\n".join([f"stderr of the driver of {self._driver.title}:", *lines]) if lines else ""

    def connect(self, *, passkey: VirtualPasskey | None = None) -> Client:
        """A client of the SDK under test, signed out."""
        client = DriverClient(
            self._driver,
            base_url=self.base_url,
            environment_id=self.id,
            origin=self.origin,
            passkey=passkey,
            inbox=lambda email: self._inner.inbox(email)(),
            seen_retry_after=self._retry_after,
        )
        self._clients.append(client)
        return client

    def _retry_after(self) -> float | None:
        for exchange in reversed(self.exchanges):
            if exchange.status == 429:  # noqa: PLR2004 - HTTP's own
                said = exchange.headers.get("retry-after", "")
                return float(said) if said.isdigit() else None
        return None

    def request(
        self,
        method: str,  # noqa: ARG002 - of the protocol
        path: str,  # noqa: ARG002
        *,
        token: str | None = None,  # noqa: ARG002
        body: bytes | None = None,  # noqa: ARG002
        headers: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> Answer:
        """Not by a client SDK."""
        raise NotApplicable("it takes a request made by hand, and a client SDK forms its own")

    def inbox(self, email: str) -> Callable[[], str]:
        """What reads the newest e-mail code sent to this address."""
        return self._inner.inbox(email)

    def new_email(self, name: str) -> str:
        """An address nobody has used yet in this environment."""
        email = self._inner.new_email(name)
        self._emails.append(email)
        return email

    def new_phone(self) -> tuple[str, str]:
        """Not by a client SDK."""
        raise NotApplicable("the driver protocol has no word for codes by text message")

    def external_jwt(self, email: str, *, scope: str | None = None) -> str:
        """A token that externalAuth/signin accepts, with a scope externalAuth/verify."""
        return self._inner.external_jwt(email, scope=scope)

    def advance(self, seconds: float) -> None:
        """Move the server's clock and the people's; the SDK's own stays where it is."""
        self._inner.advance(seconds)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._inner.wait(seconds)

    def change(self, **settings: Any) -> None:
        """Change settings of the living environment."""
        self._inner.change(**settings)

    def reset_mfa(self, user_id: str) -> None:
        """The administrator's 'Reset MFA'."""
        self._inner.reset_mfa(user_id)

    def log(self) -> str:
        """Not of a client."""
        return self._inner.log()

    def notices(self, user_id: str) -> list[str]:
        """The kinds of notices that a user was sent."""
        return self._inner.notices(user_id)

    def close(self) -> list[str]:
        """Let go of the clients, and on somebody's server have the users deleted by them."""
        left = self._delete_users() if self._inner.seen_by_server() is None else []
        for client in self._clients:
            try:
                client.close()
            except (ClientError, Blocked, NotApplicable):
                break
        return left + self._inner.close()

    def _delete_users(self) -> list[str]:
        """Have every user deleted, by a client of hers or, where she has signed out, by a fresh one."""
        gone: set[str] = set()
        for client in reversed(self._clients[:]):
            if client.begun:
                self._delete(client, gone)
        for email in self._emails:
            if email not in gone:
                fresh = self.connect()
                try:
                    fresh.verify_otp(fresh.send_email_otp(email), self._inner.inbox(email)())
                except (ClientError, Blocked, NotApplicable):
                    continue
                self._delete(fresh, gone)
        return [
            f"{email} (the client SDK could not delete her)" for email in self._emails if email not in gone
        ]

    def _delete(self, client: Client, gone: set[str]) -> None:
        try:
            user = client.state.user
            if user is not None and user.email not in gone:
                client.delete_user()
                gone.add(user.email or "")
        except (ClientError, Blocked, NotApplicable):
            return


def _body(body: Any) -> bytes:
    if body is None:
        return b""
    return body.encode("latin-1", "replace") if isinstance(body, str) else msgspec.json.encode(body)
