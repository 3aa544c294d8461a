"""The reference server, and any server of the default profile, as relying parties: a new user for each case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mfa_harness.passkey_audit.party import BACKUP, COUNTER, FRAMES, PORT, STATE, STRICT
from mfa_harness.scenario.actor import Actor
from mfa_simulators.client import ClientError

if TYPE_CHECKING:
    from pathlib import Path

    from mfa_harness.passkey_audit.party import RelyingParty
    from mfa_harness.targets.profile import Profile
    from mfa_harness.targets.target import Environment, Target

_SERVER_ERROR: Final = 500


class Refused(Exception):  # noqa: N818 - an answer, not a mistake
    """The server refused."""


class Broken(Exception):  # noqa: N818 - an answer, not a mistake
    """The server answered 5xx, or not at all."""


class WireParty:
    """One new user of a server, over its own protocol."""

    refusals = (Refused,)

    def __init__(self, environment: Environment, profile: Profile, *, seed: str) -> None:
        self.origin = environment.origin
        claims = [STATE, FRAMES, BACKUP, STRICT]
        if "://localhost" not in environment.origin:  # whose default takes any port
            claims.append(PORT)
        if profile.tolerances.counter == "refuse":
            claims.append(COUNTER)
        self.claims = tuple(claims)
        self._actor = Actor("she", methods=(), email_name="audit")
        self._actor.enter(environment, profile, seed=seed)

    def creation_options(self) -> dict[str, Any]:
        """Begins a registration."""
        options: dict[str, Any] = self._client.passkey_creation_options()
        return options

    def register(self, response: dict[str, Any]) -> None:
        """Ends it."""
        self._sent(lambda: self._client.finish_passkey_registration(response))

    def request_options(self) -> dict[str, Any]:
        """Begins an authentication."""
        options: dict[str, Any] = self._client.passkey_request_options()
        return options

    def authenticate(self, response: dict[str, Any]) -> None:
        """Ends it."""
        self._sent(lambda: self._client.finish_passkey_authentication(response))

    @property
    def _client(self) -> Any:
        return self._actor.client

    @staticmethod
    def _sent(call: Any) -> None:
        try:
            call()
        except ClientError as error:
            status = error.status
            text = f"{status or 'no answer'} {error.message}"
            if status is None or status >= _SERVER_ERROR:
                raise Broken(text) from error
            raise Refused(text) from error


class WireSource:
    """Parties of one target.

    Args:
        spec: TARGET as `check` takes it.
        profile: its profile's file.
    """

    def __init__(self, spec: str, profile: Path | None) -> None:
        from mfa_harness.targets.parse import open_target  # noqa: PLC0415

        self._target: Target = open_target(spec, profile, seed="passkey audit")
        self._target.open()
        self.name = self._target.name
        self.label = self._target.label
        self._open: Environment | None = None
        self._left: list[str] = []

    def fresh(self, case: str) -> RelyingParty:
        """A new user in a new environment."""
        self._shut()
        self._open = self._target.arrange({}, scenario=f"passkey audit {case}", locks_out=False)
        return WireParty(self._open, self._target.profile, seed=f"passkey audit {case}")

    def close(self) -> list[str]:
        """Deletes what was made; what could not be is returned."""
        self._shut()
        return [*self._left, *self._target.close()]

    def _shut(self) -> None:
        if self._open is not None:
            self._left += self._open.close()
            self._open = None
