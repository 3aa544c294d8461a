"""Authenticator apps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from mfa_simulators.server.store.base import here, value
from mfa_simulators.server.store.methods import MethodSteps
from mfa_simulators.server.store.records import Device
from mfa_simulators.server.store.tables import (
    CHALLENGES,
    DEVICES,
    ELEVATED_TOKENS,
    MFA_TOKENS,
    PASSKEYS,
    SESSIONS,
    USERS,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from mfa_simulators.server.store.records import Methods, RecoveryCode

_ONE = and_(here(DEVICES), DEVICES.c.id == value("device_id"))
_MINE = and_(here(DEVICES), DEVICES.c.user_id == value("user_id"))
_DEVICE = select(*(DEVICES.c[name] for name in Device.__struct_fields__)).where(_ONE)
_ADD = insert(DEVICES)
_DROP_UNVERIFIED = delete(DEVICES).where(_MINE, DEVICES.c.verified_at.is_(None))
_VERIFY = (
    update(DEVICES)
    .where(_ONE, DEVICES.c.verified_at.is_(None))
    .values(
        verified_at=value("now"), last_step=value("step"), slot=value("slot"), is_default=value("is_default")
    )
)
_SPEND_STEP = update(DEVICES).where(_ONE, DEVICES.c.last_step < value("step")).values(last_step=value("step"))
_NO_DEFAULT = update(DEVICES).where(_MINE).values(is_default=False)
_DEFAULT = update(DEVICES).where(_ONE).values(is_default=True)
_DELETE = delete(DEVICES).where(_ONE)
_DROP_ALL = delete(DEVICES).where(_MINE)
_DROP_PASSKEYS = delete(PASSKEYS).where(here(PASSKEYS), PASSKEYS.c.user_id == value("user_id"))
_MY_SESSIONS = select(SESSIONS.c.id).where(here(SESSIONS), SESSIONS.c.user_id == value("user_id"))
_DROP_CHALLENGES = delete(CHALLENGES).where(here(CHALLENGES), CHALLENGES.c.session_id.in_(_MY_SESSIONS))
_DROP_PROOFS = [
    delete(table).where(here(table), table.c.user_id == value("user_id"))
    for table in (MFA_TOKENS, ELEVATED_TOKENS)
]
_FORGET_MFA = (
    update(SESSIONS).where(here(SESSIONS), SESSIONS.c.user_id == value("user_id")).values(mfa_at=None)
)
_NO_CODES = (
    update(USERS)
    .where(here(USERS), USERS.c.id == value("user_id"))
    .values(acknowledgement=None, enrolled_at=None)
)


class DeviceStore(MethodSteps):
    """Authenticator apps, and the reset of all methods."""

    def methods(self, user_id: str) -> Methods:
        """All that a user has registered."""
        with self.database.read() as connection:
            return self._methods(connection, user_id)

    def devices_of(self, user_id: str) -> list[Device]:
        """A user's own authenticator apps, oldest first."""
        with self.database.read() as connection:
            return self._devices(connection, user_id)

    def device_of(self, user_id: str, device_id: str) -> Device | None:
        """A user's own device by id; None when it is unknown or somebody else's (D-64, D-72)."""
        with self.database.read() as connection:
            row = self._row(connection, _DEVICE, device_id=device_id)
        return None if row is None or row.user_id != user_id else Device(*row)

    def owner_of_device(self, device_id: str) -> str | None:
        """Whose device this is."""
        with self.database.read() as connection:
            row = self._row(connection, _DEVICE, device_id=device_id)
        return None if row is None else row.user_id

    def register_device(self, device: Device) -> bool:
        """Stores a new registration in place of the one not completed; false when its place is taken."""
        try:
            with self.database.write() as connection:
                self._run(connection, _DROP_UNVERIFIED, user_id=device.user_id)
                columns = msgspec.structs.asdict(device)
                connection.execute(_ADD, {"environment_id": self.environment_id, **columns})
        except IntegrityError:
            return False
        return True

    def spend_step(self, device: Device, step: int, session_id: str) -> bool:  # noqa: ARG002
        """Uses up a time step: one conditional update, true for one caller only, never for an older step."""
        with self.database.write() as connection:
            return self._run(connection, _SPEND_STEP, device_id=device.id, step=step) == 1

    def verify_device(
        self,
        device: Device,
        *,
        step: int,
        slot: int,
        codes: Sequence[RecoveryCode],
        acknowledgement: str,
        now: float,
        beside: int | None = None,
    ) -> bool | None:
        """Completes a registration, with recovery codes if it is the first method.

        True for one caller only; false when the registration is gone or complete already, or the user has not
        as many methods `beside` it as she is to have; None when her one place is taken (the index says so).
        """
        try:
            with self.database.write() as connection:
                if not self._methods_are(connection, device.user_id, beside):
                    return False
                default = not any(each.is_default for each in self._devices(connection, device.user_id))
                changed = self._run(
                    connection,
                    _VERIFY,
                    device_id=device.id,
                    now=now,
                    step=step,
                    slot=slot,
                    is_default=default,
                )
                if changed:
                    self._first_set(connection, device.user_id, codes, acknowledgement, now)
                    self._note(connection, device.user_id, "totp-added", now)
        except IntegrityError:
            return None
        return changed == 1

    def set_default(self, device: Device) -> None:
        """Makes a device the only default (D-65)."""
        with self.database.write() as connection:
            self._clear_default(connection, device.user_id)
            self._run(connection, _DEFAULT, device_id=device.id)

    def delete_device(self, device: Device, *, codes_go: bool, now: float) -> bool:
        """Deletes a device; true for one caller only. The newest verified one left becomes the default."""
        with self.database.write() as connection:
            gone = self._run(connection, _DELETE, device_id=device.id) == 1
            if gone:
                left = [each for each in self._devices(connection, device.user_id) if each.verified]
                if device.is_default and left:
                    self._run(connection, _DEFAULT, device_id=left[-1].id)
                self._after_deletion(connection, device.user_id, codes_go)
                self._note(connection, device.user_id, "totp-removed", now)
            return gone

    def reset_mfa(self, user_id: str, now: float) -> None:
        """Removes every method, code and trace of MFA of a user (D-70)."""
        with self.database.write() as connection:
            self._run(connection, _DROP_ALL, user_id=user_id)
            self._discard_passkeys(connection, user_id)
            self._discard_codes(connection, user_id)
            for statement in (_DROP_CHALLENGES, *_DROP_PROOFS, _FORGET_MFA, _NO_CODES):
                self._run(connection, statement, user_id=user_id)
            self._note(connection, user_id, "mfa-reset", now)

    def _clear_default(self, connection: Connection, user_id: str) -> None:
        self._run(connection, _NO_DEFAULT, user_id=user_id)

    def _discard_passkeys(self, connection: Connection, user_id: str) -> None:
        self._run(connection, _DROP_PASSKEYS, user_id=user_id)
