"""A server reached through a client SDK's driver: each ceremony is one call there, and two halves here.

The first half has the client begin, and holds on to what its authenticator is asked. The second gives the client its
answer. A client has one ceremony under way at a time: another that is begun ends the one before, as a user does who
closes the prompt; its challenge stays issued.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final

from mfa_harness.passkey_audit.sequence import NotOffered
from mfa_harness.passkey_audit.wire import WireParty
from mfa_harness.verdicts import NotApplicable
from mfa_simulators.passkey import WebAuthnError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfa_harness.scenario.actor import Actor

_CLOSED: Final = "the prompt was closed"


class Ceremony:
    """One call of a client, in a thread of its own, and the authenticator that it asks.

    Args:
        call: makes the client go through it, with this as its authenticator.
    """

    def __init__(self, call: Callable[[Ceremony], Any]) -> None:
        self._asked: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        self._answers: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, args=(call,), daemon=True)
        self._thread.start()

    def _run(self, call: Callable[[Ceremony], Any]) -> None:
        try:
            call(self)
        except Exception as error:  # noqa: BLE001 - raised again by who waits for it
            self._error = error
        self._asked.put(None)

    def create(
        self,
        options: Mapping[str, Any],
        /,
        *,
        origin: str,  # noqa: ARG002
        fault: str | None = None,  # noqa: ARG002
    ) -> dict[str, Any]:
        """What the client is told that its authenticator said, whose origin and faults are in it already."""
        return self._ask(options)

    get = create

    def _ask(self, options: Mapping[str, Any]) -> dict[str, Any]:
        self._asked.put(dict(options))
        answer = self._answers.get()
        if answer is None:
            raise WebAuthnError("NotAllowedError", _CLOSED)
        return answer

    def options(self) -> dict[str, Any]:
        """What the authenticator is asked.

        Raises:
            Exception: the client's own: it ended before it asked anything.
            NotOffered: it asked nothing and succeeded.
        """
        asked = self._asked.get()
        if asked is not None:
            return asked
        self._thread.join()
        raise self._error or NotOffered(
            "this client registers and authenticates without asking for a passkey"
        )

    def finish(self, response: dict[str, Any] | None) -> None:
        """Gives the answer, or closes the prompt, and waits for what comes of it.

        Raises:
            Exception: the client's own.
        """
        self._answers.put(response)
        self._thread.join()
        if self._error is not None:
            raise self._error


class Stage:
    """The one ceremony that a client has under way."""

    ceremony: Ceremony | None = None

    def clear(self) -> None:
        """Closes the prompt, if there is one."""
        under_way, self.ceremony = self.ceremony, None
        if under_way is not None:
            with suppress(Exception):  # what a client says of a prompt that was closed
                under_way.finish(None)


class DrivenParty(WireParty):
    """One new user of a server, through a client SDK or an adapter to another wire."""

    def __init__(self, actor: Actor, *, ours: bool = False, stage: Stage | None = None) -> None:
        super().__init__(actor, ours=ours)
        self._stage = stage or Stage()

    def _of(self, actor: Actor) -> WireParty:
        return DrivenParty(actor, ours=self._ours, stage=self._stage)

    def close(self) -> None:
        """Closes the prompt, if there is one."""
        self._stage.clear()

    def another(self) -> WireParty:
        """Another user of the same server."""
        self.close()
        return super().another()

    def again(self) -> WireParty:
        """The same user, signed in from another browser."""
        self.close()
        return super().again()

    def delete(self, credential_id: str) -> None:
        """Deletes a passkey, with what the server asks for before that."""
        self.close()
        super().delete(credential_id)

    def creation_options(self) -> dict[str, Any]:
        """Begins a registration."""
        return self._begin(self._registration)

    def register(self, response: dict[str, Any]) -> None:
        """Ends it."""
        self._end(self._registration, response)

    def request_options(self) -> dict[str, Any]:
        """Begins an authentication."""
        return self._begin(self._authentication)

    def authenticate(self, response: dict[str, Any]) -> None:
        """Ends it."""
        self._end(self._authentication, response)

    def _registration(self, authenticator: Ceremony) -> None:
        self._client.register_passkey(passkey=authenticator)

    def _authentication(self, authenticator: Ceremony) -> None:
        self._client.authenticate_passkey_mfa(passkey=authenticator)

    def _begin(self, call: Callable[[Ceremony], Any]) -> dict[str, Any]:
        self.close()
        ceremony = Ceremony(call)
        asked = ceremony.options()
        self._stage.ceremony = ceremony
        return asked

    def _end(self, call: Callable[[Ceremony], Any], response: dict[str, Any]) -> None:
        """Ends what is under way; where nothing is, begins anew and gives the answer to that."""

        def finish() -> None:
            if self._stage.ceremony is None:
                self._begin(call)
            under_way, self._stage.ceremony = self._stage.ceremony, None
            assert under_way is not None
            try:
                under_way.finish(response)
            except NotApplicable as error:
                raise NotOffered(str(error)) from error

        self._sent(finish)
