"""Recovery codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, update

from mfa_simulators.server.store.base import here, value
from mfa_simulators.server.store.methods import MethodSteps
from mfa_simulators.server.store.tables import RECOVERY_CODES, USERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from mfa_simulators.server.store.records import RecoveryCode

_ONE = and_(
    here(RECOVERY_CODES),
    RECOVERY_CODES.c.user_id == value("user_id"),
    RECOVERY_CODES.c.digest == value("digest"),
)
_SPEND = update(RECOVERY_CODES).where(_ONE, RECOVERY_CODES.c.spent_at.is_(None)).values(spent_at=value("now"))
_SET_ACKNOWLEDGEMENT = (
    update(USERS)
    .where(here(USERS), USERS.c.id == value("user_id"))
    .values(acknowledgement=value("acknowledgement"))
)


class RecoveryStore(MethodSteps):
    """Sets of recovery codes."""

    def recovery_codes(self, user_id: str) -> list[RecoveryCode]:
        """A user's set in its order, used codes too; empty when there is none."""
        with self.database.read() as connection:
            return self._codes(connection, user_id)

    def spend_recovery_code(self, user_id: str, digest: bytes, now: float) -> bool:
        """Uses up a code: one conditional update, true for one caller only (D-39)."""
        with self.database.write() as connection:
            spent = self._run(connection, _SPEND, user_id=user_id, digest=digest, now=now) == 1
            if spent:
                self._note(connection, user_id, "recovery-code-used", now)
            return spent

    def replace_recovery_codes(
        self, user_id: str, codes: Sequence[RecoveryCode], acknowledgement: str
    ) -> list[RecoveryCode]:
        """Stores a new set in place of the old one, which is invalid from now on (D-41)."""
        with self.database.write() as connection:
            self._retire_codes(connection, user_id)
            self._add_codes(connection, user_id, codes)
            self._run(connection, _SET_ACKNOWLEDGEMENT, user_id=user_id, acknowledgement=acknowledgement)
            return self._codes(connection, user_id)

    def add_recovery_codes(
        self, user_id: str, codes: Sequence[RecoveryCode], acknowledgement: str
    ) -> list[RecoveryCode]:
        """Stores a set unless a request in parallel already has, and returns the one that stands (D-40)."""
        with self.database.write() as connection:
            standing = self._codes(connection, user_id)
            if standing:
                return standing
            self._add_codes(connection, user_id, codes)
            self._run(connection, _SET_ACKNOWLEDGEMENT, user_id=user_id, acknowledgement=acknowledgement)
            return self._codes(connection, user_id)

    def _retire_codes(self, connection: Connection, user_id: str) -> None:
        self._discard_codes(connection, user_id)
