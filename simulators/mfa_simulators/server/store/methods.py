"""Steps of transactions about what a user has: methods, recovery codes, acknowledgement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, func, insert, select, update

from mfa_simulators.server.store.base import StoreBase, here, value
from mfa_simulators.server.store.records import Device, Methods, Notice, Passkey, RecoveryCode
from mfa_simulators.server.store.tables import DEVICES, EVENTS, PASSKEYS, RECOVERY_CODES, USERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

_MY_DEVICES = and_(here(DEVICES), DEVICES.c.user_id == value("user_id"))
_MY_PASSKEYS = and_(here(PASSKEYS), PASSKEYS.c.user_id == value("user_id"))
_MY_CODES = and_(here(RECOVERY_CODES), RECOVERY_CODES.c.user_id == value("user_id"))
_DEVICES = (
    select(*(DEVICES.c[name] for name in Device.__struct_fields__))
    .where(_MY_DEVICES)
    .order_by(DEVICES.c.created_at, DEVICES.c.id)
)
_PASSKEYS = (
    select(*(PASSKEYS.c[name] for name in Passkey.__struct_fields__))
    .where(_MY_PASSKEYS)
    .order_by(PASSKEYS.c.created_at, PASSKEYS.c.id)
)
_CODES = (
    select(*(RECOVERY_CODES.c[name] for name in RecoveryCode.__struct_fields__))
    .where(_MY_CODES)
    .order_by(RECOVERY_CODES.c.position)
)
_ADD_CODES = insert(RECOVERY_CODES)
_DISCARD_CODES = delete(RECOVERY_CODES).where(_MY_CODES)
_METHODS_LEFT = select(
    select(func.count())
    .select_from(DEVICES)
    .where(_MY_DEVICES, DEVICES.c.verified_at.is_not(None))
    .scalar_subquery()
    + select(func.count()).select_from(PASSKEYS).where(_MY_PASSKEYS).scalar_subquery()
)
_ENROLLED = (
    update(USERS)
    .where(here(USERS), USERS.c.id == value("user_id"))
    .values(enrolled_at=func.coalesce(USERS.c.enrolled_at, value("now")))
)
_SET_ACKNOWLEDGEMENT = (
    update(USERS)
    .where(here(USERS), USERS.c.id == value("user_id"))
    .values(acknowledgement=value("acknowledgement"))
)
_ADD_EVENT = insert(EVENTS)
_EVENTS = (
    select(EVENTS.c.kind, EVENTS.c.at)
    .where(here(EVENTS), EVENTS.c.user_id == value("user_id"))
    .order_by(EVENTS.c.number)
)


class MethodSteps(StoreBase):
    """Steps that several transactions take, and what they note."""

    def notices(self, user_id: str) -> list[Notice]:
        """What a user is to be told of, oldest first (ASVS 5.0 6.3.6)."""
        with self.database.read() as connection:
            return [Notice(*row) for row in self._rows(connection, _EVENTS, user_id=user_id)]

    def _methods(self, connection: Connection, user_id: str) -> Methods:
        return Methods(self._devices(connection, user_id), self._passkeys(connection, user_id))

    def _devices(self, connection: Connection, user_id: str) -> list[Device]:
        return [Device(*row) for row in self._rows(connection, _DEVICES, user_id=user_id)]

    def _passkeys(self, connection: Connection, user_id: str) -> list[Passkey]:
        return [Passkey(*row) for row in self._rows(connection, _PASSKEYS, user_id=user_id)]

    def _codes(self, connection: Connection, user_id: str) -> list[RecoveryCode]:
        return [RecoveryCode(*row) for row in self._rows(connection, _CODES, user_id=user_id)]

    def _add_codes(self, connection: Connection, user_id: str, codes: Sequence[RecoveryCode]) -> None:
        connection.execute(
            _ADD_CODES,
            [
                {
                    "environment_id": self.environment_id,
                    "user_id": user_id,
                    "digest": code.digest,
                    "sealed": code.sealed,
                    "position": position,
                }
                for position, code in enumerate(codes)
            ],
        )

    def _discard_codes(self, connection: Connection, user_id: str) -> None:
        self._run(connection, _DISCARD_CODES, user_id=user_id)

    def _first_set(
        self,
        connection: Connection,
        user_id: str,
        codes: Sequence[RecoveryCode],
        acknowledgement: str,
        now: float,
    ) -> None:
        """Notes an enrolment; recovery codes come with it, unless there is a set or none are handed out."""
        self._run(connection, _ENROLLED, user_id=user_id, now=now)
        if codes and not self._codes(connection, user_id):
            self._add_codes(connection, user_id, codes)
            self._run(connection, _SET_ACKNOWLEDGEMENT, user_id=user_id, acknowledgement=acknowledgement)

    def _methods_are(self, connection: Connection, user_id: str, expected: int | None) -> bool:
        """Whether a user has as many methods as a decision was made for; None: any number will do."""
        found = self._row(connection, _METHODS_LEFT, user_id=user_id)
        return expected is None or (found is not None and found[0] == expected)

    def _after_deletion(self, connection: Connection, user_id: str, codes_go: bool) -> None:
        """With the last method go the recovery codes, and there is nothing left to acknowledge."""
        left = self._row(connection, _METHODS_LEFT, user_id=user_id)
        if codes_go and left is not None and left[0] == 0:
            self._discard_codes(connection, user_id)
            self._run(connection, _SET_ACKNOWLEDGEMENT, user_id=user_id, acknowledgement=None)

    def _note(self, connection: Connection, user_id: str, kind: str, now: float) -> None:
        """Notes an event for the user to be told of (ASVS 5.0 6.3.6)."""
        connection.execute(
            _ADD_EVENT, {"environment_id": self.environment_id, "user_id": user_id, "kind": kind, "at": now}
        )
