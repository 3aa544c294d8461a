"""What the step definitions know of a target: environments to arrange, people's clients to connect.

`arrange` gives each scenario an environment of its own (DESIGN: one tenant a scenario). What a target cannot do it
refuses with `NotApplicable` and a reason; what it claims and then fails to do is `Blocked`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfa_harness.events import Exchange
    from mfa_harness.targets.profile import Profile
    from mfa_simulators.client.protocol import Client
    from mfa_simulators.client.wire import Answer
    from mfa_simulators.clock import Clock
    from mfa_simulators.passkey import VirtualPasskey


class TargetError(Exception):
    """The target cannot be used at all: not understood, not reachable, or answering something else (exit 2).

    Args:
        tried: what was tried ("GET http://localhost:9/api/v0/... ").
        found: what happened, in words.
        mend: what to do about it.
    """

    def __init__(self, tried: str, found: str, mend: str) -> None:
        super().__init__(f"{tried}: {found}. {mend}")
        self.tried = tried
        self.found = found
        self.mend = mend


class Environment(Protocol):
    """One tenant of the target, arranged for one scenario."""

    id: str
    base_url: str
    origin: str
    """The web origin of the people's browsers, from the settings (PROTOCOL decision 9), never from base_url."""
    rp_id: str
    settings: Mapping[str, Any]
    """The settings as asked for, in the dashboard's words (see `server.settings.Settings`)."""
    clock: Clock
    """The time as the people's devices see it when they are right."""

    @property
    def exchanges(self) -> list[Exchange]:
        """Every request and answer so far, secrets masked, in order."""

    def connect(self, *, passkey: VirtualPasskey | None = None) -> Client:
        """A client SDK, signed out: one browser of one person. Every call makes another."""

    def request(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request below `sdk/{environmentId}/`, sent as it is: for forged tokens and malformed bodies.

        `NotApplicable` where people reach the target through somebody's SDK, which forms its own requests.
        """

    def inbox(self, email: str) -> Callable[[], str]:
        """What reads the newest code sent to this address, or number as +15550001; `Blocked` when none came."""

    def new_email(self, name: str) -> str:
        """An address nobody has used yet in this environment, to sign up with."""

    def new_phone(self) -> tuple[str, str]:
        """A country code and a number nobody has used yet, whose messages `inbox` reads; or `NotApplicable`."""

    def external_jwt(self, email: str, *, scope: str | None = None) -> str:
        """A token that externalAuth/signin accepts, with a `scope` externalAuth/verify; or `NotApplicable`."""

    def advance(self, seconds: float) -> None:
        """Move the target's clock and `clock` on together, or `NotApplicable` where time is real."""

    def wait(self, seconds: float) -> None:
        """Let time pass: advance where the clock is ours, else really wait and say so in a note."""

    def change(self, **settings: Any) -> None:
        """Change settings under the feet of existing users, or `NotApplicable`."""

    def reset_mfa(self, user_id: str) -> None:
        """The administrator's 'Reset MFA' (D-70), or `NotApplicable`."""

    def log(self) -> str:
        """What the server has logged since the environment was made, or `NotApplicable`."""

    def notices(self, user_id: str) -> list[str]:
        """The kinds of notices that a user was sent about her factors, oldest first, or `NotApplicable`."""

    def close(self) -> list[str]:
        """Delete what the scenario made. Returns what could not be deleted, for the report's leftovers."""


class Target(Protocol):
    """What TARGET and the profile stand for."""

    name: str
    """As the user typed it, for `again` lines."""
    label: str
    """What it is, for people: 'our reference server, not yours'."""
    profile: Profile

    def open(self) -> None:
        """First contact.

        Raises:
            TargetError: it cannot be used.
        """

    def arrange(self, settings: Mapping[str, Any], *, scenario: str, locks_out: bool) -> Environment:
        """An environment with these settings (dashboard words; what is not named is at its default).

        Args:
            settings: what the Given steps asked for.
            scenario: the check's id: with the run's seed it fixes every random choice of the environment.
            locks_out: the scenario is tagged @locks-out, which needs leave off loopback.
        """

    def would_refuse(self, settings: Mapping[str, Any], *, locks_out: bool) -> str:
        """Why `arrange` would say n/a to these settings, told without arranging; "" if it would not."""

    def close(self) -> list[str]:
        """Stop what was started. Returns leftovers."""


@runtime_checkable
class Revivable(Protocol):
    """A target that may be started again when it has died or hangs."""

    def revive(self) -> bool:
        """Start it again, whatever state it is in. False where it is not ours to start.

        Raises:
            TargetError: it does not come up again.
        """
