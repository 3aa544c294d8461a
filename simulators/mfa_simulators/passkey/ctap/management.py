"""What is stored, listed and tidied up: authenticatorCredentialManagement (CTAP 2.2 section 6.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fido2 import cbor

from mfa_simulators.passkey import large_blobs
from mfa_simulators.passkey.ctap import pins, status
from mfa_simulators.passkey.ctap.requests import member, optional
from mfa_simulators.passkey.ctap.status import CtapRefusal
from mfa_simulators.passkey.vault import User

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_simulators.passkey.cbor import Cbor
    from mfa_simulators.passkey.core import Authenticator
    from mfa_simulators.passkey.ctap.pins import PinState
    from mfa_simulators.passkey.vault import HeldCredential

    Answer = dict[int | str, Cbor]
    Parameters = dict[Any, Any]

_METADATA, _FIRST_PARTY, _NEXT_PARTY, _FIRST, _NEXT, _DELETE, _UPDATE = range(1, 8)
_MOST: Final = 1000  # what a device without a limit says that it has room for


class CredentialManagement:
    """Lists discoverable credentials, deletes them, and renames their users.

    Args:
        core: the authenticator.
    """

    def __init__(self, core: Authenticator) -> None:
        self._core = core
        self._parties: list[Answer] = []
        self._credentials: list[Answer] = []
        self._commands: dict[int, Callable[[Parameters, PinState], Answer]] = {
            _METADATA: self._metadata,
            _FIRST_PARTY: self._list_parties,
            _FIRST: self._list_credentials,
            _DELETE: self._delete,
            _UPDATE: self._update,
        }

    def forget(self) -> None:
        """Another command came: a list that was begun is not gone on with."""
        self._parties.clear()
        self._credentials.clear()

    def command(self, members: dict[int, Any], state: PinState) -> Answer:
        """One request and its answer.

        Raises:
            CtapRefusal: with the reason.
        """
        asked = member(members, 1, int)
        parameters = optional(members, 2, dict, {})
        if asked in (_NEXT_PARTY, _NEXT):
            listed = self._parties if asked == _NEXT_PARTY else self._credentials
            if not listed:
                raise CtapRefusal(status.NOT_ALLOWED)
            return listed.pop(0)
        if asked not in self._commands:
            raise CtapRefusal(status.INVALID_SUBCOMMAND)
        self.forget()
        self._prove(members, asked, state)
        return self._commands[asked](parameters, state)

    @staticmethod
    def _prove(members: dict[int, Any], asked: int, state: PinState) -> None:
        if 4 not in members:  # noqa: PLR2004
            raise CtapRefusal(status.PUAT_REQUIRED)
        message = bytes((asked,))
        if 2 in members:  # noqa: PLR2004
            message += cbor.encode(members[2])
        state.check_token(message, members[4], members.get(3), pins.CREDENTIAL_MANAGEMENT, None)

    def _stored(self) -> list[HeldCredential]:
        return [held for held in self._core.vault.credentials.values() if held.discoverable]

    def _metadata(self, _: Parameters, state: PinState) -> Answer:
        state.check_scope(None)
        stored, capacity = len(self._stored()), self._core.settings.capacity
        return {1: stored, 2: _MOST if capacity is None else max(0, capacity - stored)}

    def _list_parties(self, _: Parameters, state: PinState) -> Answer:
        state.check_scope(None)
        parties = {held.rp_id: held.rp_id_hash for held in self._stored()}
        self._parties = [{3: {"id": rp_id}, 4: hash_} for rp_id, hash_ in parties.items()]
        return _first(self._parties) | {5: len(parties)}

    def _list_credentials(self, parameters: Parameters, state: PinState) -> Answer:
        wanted = member(parameters, 1, bytes)
        found = [held for held in self._stored() if held.rp_id_hash == wanted]
        if found:
            state.check_scope(found[0].rp_id)
        self._credentials = [_told(held) for held in reversed(found)]
        return _first(self._credentials) | {9: len(found)}

    def _delete(self, parameters: Parameters, state: PinState) -> Answer:
        del self._core.vault.credentials[self._named(parameters, state).id]
        return {}

    def _update(self, parameters: Parameters, state: PinState) -> Answer:
        held, user = self._named(parameters, state), member(parameters, 3, dict)
        if member(user, "id", bytes) != held.user.handle:
            raise CtapRefusal(status.INVALID_PARAMETER)
        held.user = User(
            held.user.handle, optional(user, "name", str, ""), optional(user, "displayName", str, "")
        )
        return {}

    def _named(self, parameters: Parameters, state: PinState) -> HeldCredential:
        identifier = member(member(parameters, 2, dict), "id", bytes)
        held = self._core.vault.credentials.get(identifier)
        if held is None or not held.discoverable:
            raise CtapRefusal(status.NO_CREDENTIALS)
        state.check_scope(held.rp_id)
        return held


def _first(listed: list[Answer]) -> Answer:
    if not listed:
        raise CtapRefusal(status.NO_CREDENTIALS)
    return listed.pop(0)


def _told(held: HeldCredential) -> Answer:
    """What is told of a credential."""
    answer: Answer = {
        6: {"id": held.user.handle, "name": held.user.name, "displayName": held.user.display_name},
        7: {"id": held.id, "type": "public-key"},
        8: held.key.members(),
        10: held.protection,
    }
    if held.blobs:
        answer[11] = large_blobs.key_of(held)
    return answer
