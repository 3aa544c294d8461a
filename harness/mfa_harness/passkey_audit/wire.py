"""The reference server, and any server of the default profile, as relying parties: a new user for each case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mfa_harness.passkey_audit.party import BACKUP, COUNTER, FRAMES, PORT, STATE, STRICT
from mfa_harness.passkey_audit.sequence import NotOffered
from mfa_harness.scenario import permits
from mfa_harness.scenario.actor import Actor
from mfa_harness.verdicts import Blocked, NotApplicable
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
    served = True

    def __init__(self, actor: Actor, *, ours: bool = False) -> None:
        environment, profile = actor.environment, actor.profile
        self.origin = environment.origin
        claims = [STATE, FRAMES, STRICT]
        if ours:  # of another server nobody knows whether it goes by what BE was
            claims.append(BACKUP)
        if "://localhost" not in environment.origin:  # whose default takes any port
            claims.append(PORT)
        if profile.tolerances.counter == "refuse":
            claims.append(COUNTER)
        self.claims = tuple(claims)
        self._ours = ours
        self._actor = actor
        self._client: Any = actor.client

    def another(self) -> WireParty:
        """Another user of the same server."""
        return self._of(_newcomer(self._actor.environment, self._actor.profile, "the other user"))

    def again(self) -> WireParty:
        """The same user, signed in from another browser."""
        self._actor.sign_in()
        return self._of(self._actor)

    def _of(self, actor: Actor) -> WireParty:
        return type(self)(actor, ours=self._ours)

    def delete(self, credential_id: str) -> None:
        """Deletes a passkey, with what the server asks for before that.

        Raises:
            NotOffered: the user could not be given an authenticator app to prove herself with.
        """
        actor, client = self._actor, self._client
        (passkey,) = (each.id for each in client.get_passkeys() if each.credential_id == credential_id)
        try:
            actor.enrol_app()
            permit = permits.for_removal(actor)
        except (ClientError, Blocked, NotApplicable) as error:
            raise NotOffered(f"nobody can prove herself here without a passkey: {error}") from error
        client.delete_passkey(passkey, mfa_token=permit.mfa_token)

    def wait(self, seconds: float) -> None:
        """Lets time pass.

        Raises:
            NotOffered: the server's time is real.
        """
        try:
            self._actor.environment.advance(seconds)
        except NotApplicable as error:
            raise NotOffered(str(error)) from error

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

    def close(self) -> None:
        """Nothing is open between two calls."""

    @staticmethod
    def _sent(call: Any) -> None:
        try:
            call()
        except ClientError as error:
            status = error.status
            text = f"{status or error.kind} {error.message}"
            if error.kind == "network" or (status or 0) >= _SERVER_ERROR:
                raise Broken(text) from error
            raise Refused(text) from error


def _newcomer(environment: Environment, profile: Profile, name: str) -> Actor:
    actor = Actor("she", methods=(), email_name="audit")
    actor.enter(environment, profile, seed=name)
    return actor


def _kind_of(client: str) -> type[WireParty]:
    if not client:
        return WireParty
    from mfa_harness.passkey_audit.driven import DrivenParty  # noqa: PLC0415 - which is one of these

    return DrivenParty


class WireSource:
    """Parties of one target.

    Args:
        spec: TARGET as `check` takes it; empty for the profile's url.
        profile: its profile's file.
        client: a driver to reach it by.
    """

    def __init__(self, spec: str, profile: Path | None, client: str = "") -> None:
        from mfa_harness.targets.parse import open_target  # noqa: PLC0415

        self._target: Target = open_target(spec or None, profile, seed="passkey audit", client=client)
        self._target.open()
        self._ours = spec.partition(":")[0] == "reference"
        self._kind = _kind_of(client)
        self.name = self._target.name
        self.label = self._target.label
        self._open: Environment | None = None
        self._party: WireParty | None = None
        self._left: list[str] = []

    def fresh(self, case: str) -> RelyingParty:
        """A new user in a new environment."""
        self._shut()
        self._open = self._target.arrange({}, scenario=f"passkey audit {case}", locks_out=False)
        person = _newcomer(self._open, self._target.profile, f"passkey audit {case}")
        self._party = self._kind(person, ours=self._ours)
        return self._party

    def close(self) -> list[str]:
        """Deletes what was made; what could not be is returned."""
        self._shut()
        return [*self._left, *self._target.close()]

    def _shut(self) -> None:
        if self._party is not None:
            self._party.close()
            self._party = None
        if self._open is not None:
            self._left += self._open.close()
            self._open = None
