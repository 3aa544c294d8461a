"""Passkeys and the challenges of their ceremonies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from mfa_simulators.server.store.base import here, value
from mfa_simulators.server.store.methods import MethodSteps
from mfa_simulators.server.store.records import Passkey
from mfa_simulators.server.store.tables import CHALLENGES, PASSKEYS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mfa_simulators.server.store.records import RecoveryCode

_ONE = and_(here(PASSKEYS), PASSKEYS.c.id == value("passkey_id"))
_COLUMNS = tuple(PASSKEYS.c[name] for name in Passkey.__struct_fields__)
_BY_CREDENTIAL = select(*_COLUMNS).where(here(PASSKEYS), PASSKEYS.c.credential_id == value("credential_id"))
_BY_ID = select(*_COLUMNS).where(_ONE)
_ADD = insert(PASSKEYS)
_USED = (
    update(PASSKEYS)
    .where(_ONE)
    .values(
        sign_count=value("sign_count"), backup_state=value("backup_state"), flagged_at=value("flagged_at")
    )
)
_RENAME = update(PASSKEYS).where(_ONE).values(alias=value("alias"), updated_at=value("now"))
_DELETE = delete(PASSKEYS).where(_ONE)
_ADD_CHALLENGE = insert(CHALLENGES)
_SPEND_CHALLENGE = (
    update(CHALLENGES)
    .where(
        here(CHALLENGES),
        CHALLENGES.c.value == value("challenge"),
        CHALLENGES.c.purpose == value("purpose"),
        CHALLENGES.c.session_id == value("session_id"),
        CHALLENGES.c.spent_at.is_(None),
        CHALLENGES.c.expires_at > value("now"),
    )
    .values(spent_at=value("now"))
)


class PasskeyStore(MethodSteps):
    """Passkeys."""

    def passkeys_of(self, user_id: str) -> list[Passkey]:
        """A user's own passkeys, oldest first."""
        with self.database.read() as connection:
            return self._passkeys(connection, user_id)

    def passkey_of(self, user_id: str, passkey_id: str) -> Passkey | None:
        """A user's own passkey by its id; None when it is unknown or somebody else's."""
        with self.database.read() as connection:
            row = self._row(connection, _BY_ID, passkey_id=passkey_id)
        return None if row is None or row.user_id != user_id else Passkey(*row)

    def passkey_answering(self, user_id: str | None, credential_id: bytes) -> Passkey | None:
        """The passkey of a credential id, of this user or (None, signing in) of anybody (7.2 steps 5, 6)."""
        with self.database.read() as connection:
            row = self._row(connection, _BY_CREDENTIAL, credential_id=credential_id)
        return None if row is None or user_id not in (None, row.user_id) else Passkey(*row)

    def add_passkey(
        self,
        passkey: Passkey,
        *,
        codes: Sequence[RecoveryCode],
        acknowledgement: str,
        now: float,
        room: Callable[[int], bool] = lambda _count: True,
        beside: int | None = None,
    ) -> bool:
        """Stores a passkey, recovery codes with it if it is the first method.

        False when its id is known, there is no `room` beside so many passkeys, or the user has not as many methods
        `beside` it as she is to have.
        """
        try:
            with self.database.write() as connection:
                if not room(len(self._passkeys(connection, passkey.user_id))):
                    return False
                if not self._methods_are(connection, passkey.user_id, beside):
                    return False
                columns = msgspec.structs.asdict(passkey)
                connection.execute(_ADD, {"environment_id": self.environment_id, **columns})
                self._first_set(connection, passkey.user_id, codes, acknowledgement, now)
                self._note(connection, passkey.user_id, "passkey-added", now)
        except IntegrityError:  # 7.1 step 26
            return False
        return True

    def passkey_used(
        self, passkey: Passkey, *, sign_count: int, backup_state: bool, flagged_at: float | None
    ) -> None:
        """Stores what an assertion told (7.2 step 24)."""
        with self.database.write() as connection:
            self._run(
                connection,
                _USED,
                passkey_id=passkey.id,
                sign_count=sign_count,
                backup_state=backup_state,
                flagged_at=flagged_at,
            )

    def rename_passkey(self, passkey: Passkey, alias: str | None, now: float) -> None:
        """Gives a passkey a name (D-56)."""
        with self.database.write() as connection:
            self._run(connection, _RENAME, passkey_id=passkey.id, alias=alias, now=now)

    def delete_passkey(self, passkey: Passkey, *, codes_go: bool, now: float) -> bool:
        """Deletes a passkey; true for one caller only (ASVS 5.0 6.5.6)."""
        with self.database.write() as connection:
            gone = self._run(connection, _DELETE, passkey_id=passkey.id) == 1
            if gone:
                self._after_deletion(connection, passkey.user_id, codes_go)
                self._note(connection, passkey.user_id, "passkey-removed", now)
            return gone

    def add_challenge(self, challenge: bytes, purpose: str, session_id: str, expires_at: float) -> None:
        """Stores a challenge for a purpose, bound to a session ("" where nobody is signed in)."""
        with self.database.write() as connection:
            connection.execute(
                _ADD_CHALLENGE,
                {
                    "environment_id": self.environment_id,
                    "value": challenge,
                    "purpose": purpose,
                    "session_id": session_id,
                    "expires_at": expires_at,
                },
            )

    def spend_challenge(self, challenge: bytes, purpose: str, session_id: str, now: float) -> bool:
        """Uses up a challenge: one conditional update, true for one caller only (7.2 step 11, 13.4.3)."""
        with self.database.write() as connection:
            spent = self._run(
                connection,
                _SPEND_CHALLENGE,
                challenge=challenge,
                purpose=purpose,
                session_id=session_id,
                now=now,
            )
            return spent == 1
