"""Faults of passkeys: whose they are, how many, and what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from mfa_simulators.server.faults.fault import fault
from mfa_simulators.server.faults.meeting import meet
from mfa_simulators.server.faults.notes import notes
from mfa_simulators.server.operations import Operations
from mfa_simulators.server.operations.passkey_json import base64url
from mfa_simulators.server.rules.allowance import Endpoint
from mfa_simulators.server.store import Store

if TYPE_CHECKING:
    from mfa_simulators.server.operations import Call
    from mfa_simulators.server.store.records import Passkey


class _Noted(Store):
    """Remembers every passkey that was ever added, by its id."""

    def add_passkey(self, passkey: Passkey, **named: Any) -> bool:
        added = super().add_passkey(passkey, **named)
        if added:
            notes(self, "passkeys")[passkey.id] = passkey
        return added


@fault(
    *("P42", "other-users-passkey", "A passkey is renamed and deleted by whoever knows its id"),
    requirement="passkey.own-credential",
    sources=("ASVS 5.0 8.2.2", "CWE-639"),
)
class _AnyOwner(_Noted):
    def passkey_of(self, user_id: str, passkey_id: str) -> Passkey | None:
        known: Passkey | None = notes(self, "passkeys").get(passkey_id)
        return super().passkey_of(user_id if known is None else known.user_id, passkey_id)


@fault(
    *("P43", "passkey-id-unchecked", "The id of a response is not looked at: her newest passkey is tried"),
    requirement="passkey.own-credential",
    sources=("WebAuthn L3 7.2 step 5", "WebAuthn L3 7.2 step 6"),
)
class _AnyId(Store):
    def passkey_answering(self, user_id: str | None, credential_id: bytes) -> Passkey | None:
        found = super().passkey_answering(user_id, credential_id)
        own = self.passkeys_of(user_id) if found is None and user_id is not None else ()
        return msgspec.structs.replace(own[-1], credential_id=credential_id) if own else found


@fault(
    *("P44", "passkey-taken-over", "A passkey that is registered under the id of another takes its place"),
    requirement="passkey.own-credential",
    sources=("WebAuthn L3 7.1 step 26", "CWE-694"),
)
class _TakenOver(Store):
    def add_passkey(self, passkey: Passkey, **named: Any) -> bool:
        before = self.passkey_answering(None, passkey.credential_id)
        if before is not None:
            super().delete_passkey(before, codes_go=False, now=named["now"])
        return super().add_passkey(passkey, **named)


@fault(
    *("P45", "passkey-replaces-passkey", "A user has one passkey: another replaces it"),
    requirement="passkey.several-bounded",
    sources=("D-55",),
)
class _Replaces(Store):
    def add_passkey(self, passkey: Passkey, **named: Any) -> bool:
        before = self.passkeys_of(passkey.user_id)
        added = super().add_passkey(passkey, **named)
        for each in before if added else ():
            super().delete_passkey(each, codes_go=False, now=named["now"])
        return added


@fault(
    *("P64", "passkey-oldest-only", "Of several passkeys only the one that was registered first is known"),
    requirement="passkey.several-bounded",
    sources=("D-55", "WebAuthn L3 7.2 step 6"),
)
class _OldestOnly(_Noted):
    def passkey_answering(self, user_id: str | None, credential_id: bytes) -> Passkey | None:
        found = super().passkey_answering(user_id, credential_id)
        if found is None:
            return None
        hers = (each for each in notes(self, "passkeys").values() if each.user_id == found.user_id)
        return found if next(hers).id == found.id else None


@fault(
    *("P46", "passkey-never-deleted", "Deleting a passkey is answered as done, and is not"),
    requirement="passkey.deleted-refused",
    sources=("D-59", "ASVS 5.0 6.5.6"),
)
class _NeverDeleted(Store):
    def delete_passkey(self, passkey: Passkey, *, codes_go: bool, now: float) -> bool:  # noqa: ARG002
        return True


@fault(
    *("P47", "passkey-deletion-takes-all", "Deleting one passkey deletes all that the user has"),
    requirement="passkey.several-bounded",
    sources=("D-55", "D-59"),
)
class _TakesAll(Store):
    def delete_passkey(self, passkey: Passkey, *, codes_go: bool, now: float) -> bool:
        for each in self.passkeys_of(passkey.user_id):
            super().delete_passkey(each, codes_go=codes_go, now=now)
        return True


@fault(
    *("P48", "passkey-limit-race", "The limit of passkeys is checked, and several at once get past it"),
    requirement="passkey.several-bounded",
    sources=("D-55", "CWE-367"),
)
class _LimitRace(Store):
    def add_passkey(self, passkey: Passkey, **named: Any) -> bool:
        meet(self)
        return super().add_passkey(passkey, **{**named, "room": lambda _count: True})


_counts_deleted = fault(
    *("P49", "passkey-limit-counts-deleted", "Passkeys that were deleted count towards the limit"),
    requirement="passkey.several-bounded",
    sources=("D-55",),
)


@_counts_deleted
class _CountsDeleted(_Noted):
    def add_passkey(self, passkey: Passkey, **named: Any) -> bool:
        return super().add_passkey(passkey, **named)


@_counts_deleted
class _RefusesByHistory(Operations):
    def passkey_creation_options(self, call: Call) -> dict[str, Any]:
        caller = self.admit(call, Endpoint.PASSKEY_REGISTER)
        ever = [each for each in notes(self.store, "passkeys").values() if each.user_id == caller.user.id]
        if not self.rules.another_passkey_allowed(len(ever)):
            raise self.rules.too_many_passkeys()
        return super().passkey_creation_options(call)


_everybody = fault(
    *("P50", "passkey-allow-list-of-everybody", "The challenge names the passkeys of all users"),
    requirement="passkey.own-credential",
    sources=("WebAuthn L3 7.2 step 1", "WebAuthn L3 14.6.3"),
)


@_everybody
class _AllNoted(_Noted):
    def add_passkey(self, passkey: Passkey, **named: Any) -> bool:
        return super().add_passkey(passkey, **named)


@_everybody
class _NamesAll(Operations):
    def passkey_request_options(self, call: Call, related: str | None = None) -> dict[str, Any]:
        options = super().passkey_request_options(call, related)
        ids = [base64url(each.credential_id) for each in notes(self.store, "passkeys").values()]
        return {**options, "allowCredentials": [{"type": "public-key", "id": each} for each in ids]}


@fault(
    *("P51", "passkey-counter-not-kept", "The counter is compared with that of the registration for ever"),
    requirement="passkey.counter",
    sources=("WebAuthn L3 7.2 step 24",),
)
class _CounterForgotten(Store):
    def passkey_used(self, passkey: Passkey, **told: Any) -> None:
        super().passkey_used(passkey, **{**told, "sign_count": passkey.sign_count})
