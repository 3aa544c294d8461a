"""Users and their sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import and_, delete, insert, select, update

from mfa_simulators.server.store.base import StoreBase, here, value
from mfa_simulators.server.store.methods import MethodSteps
from mfa_simulators.server.store.records import Methods, Session, User
from mfa_simulators.server.store.tables import (
    ATTEMPTS,
    DEVICES,
    ELEVATED_TOKENS,
    MFA_TOKENS,
    PASSKEYS,
    RECOVERY_CODES,
    SESSIONS,
    USERS,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

_USER_COLUMNS = tuple(USERS.c[name] for name in User.__struct_fields__)
_SESSION_COLUMNS = tuple(SESSIONS.c[name] for name in Session.__struct_fields__)
_ONE_USER = and_(here(USERS), USERS.c.id == value("user_id"))
_ONE_SESSION = and_(here(SESSIONS), SESSIONS.c.id == value("session_id"))

_USER = select(*_USER_COLUMNS).where(_ONE_USER)
_BY_KEY: Final = {
    "email": select(*_USER_COLUMNS).where(here(USERS), USERS.c.email_key == value("key")),
    "sms": select(*_USER_COLUMNS).where(here(USERS), USERS.c.phone == value("key")),
    "external": select(*_USER_COLUMNS).where(here(USERS), USERS.c.external_id == value("key")),
}
_KEY_COLUMN: Final = {"email": "email_key", "sms": "phone", "external": "external_id"}
_ADD_USER = insert(USERS)
_ADD_SESSION = insert(SESSIONS)
_VISIT = update(USERS).where(_ONE_USER).values(last_visit=value("now"))
_PRESENCE = (
    select(*_SESSION_COLUMNS, *_USER_COLUMNS)
    .join_from(
        SESSIONS,
        USERS,
        and_(USERS.c.environment_id == SESSIONS.c.environment_id, USERS.c.id == SESSIONS.c.user_id),
    )
    .where(_ONE_SESSION)
)
_MARK_MFA = update(SESSIONS).where(_ONE_SESSION).values(mfa_at=value("now"))
_REVOKE = update(SESSIONS).where(_ONE_SESSION).values(revoked_at=value("now"))
_SET_ACKNOWLEDGEMENT = update(USERS).where(_ONE_USER).values(acknowledgement=value("acknowledgement"))
_SET_PROFILE = update(USERS).where(_ONE_USER).values(profile=value("profile"))
_SET_EMAIL = update(USERS).where(_ONE_USER).values(email=value("email"), email_key=value("email_key"))
_SET_PHONE = update(USERS).where(_ONE_USER).values(phone=value("phone"))
_FORGET_USER = delete(USERS).where(_ONE_USER)
_FORGET: Final = tuple(
    delete(table).where(here(table), table.c.user_id == value("user_id"))
    for table in (SESSIONS, DEVICES, RECOVERY_CODES, PASSKEYS, MFA_TOKENS, ELEVATED_TOKENS)
)
_FORGET_ATTEMPTS = delete(ATTEMPTS).where(here(ATTEMPTS), ATTEMPTS.c.subject == value("user_id"))
_SESSION_FIELDS = len(_SESSION_COLUMNS)


class AccountStore(MethodSteps, StoreBase):
    """Users and sessions."""

    def user(self, user_id: str) -> User | None:
        """A user by id."""
        with self.database.read() as connection:
            row = self._row(connection, _USER, user_id=user_id)
        return None if row is None else User(*row)

    def user_by(self, method: str, key: str) -> User | None:
        """The user who signs in with a method (email, sms, external) and a key (address, number, id)."""
        with self.database.read() as connection:
            row = self._row(connection, _BY_KEY[method], key=key)
        return None if row is None else User(*row)

    def sign_in(
        self, method: str, key: str, newcomer: User, session: Session
    ) -> tuple[User, Session, Methods, bool]:
        """Opens a session for the user with this key, who is made from `newcomer` if there is none.

        Returns the user, the session, the user's methods, and whether the user is new.
        """
        with self.database.write() as connection:
            row = self._row(connection, _BY_KEY[method], key=key)
            user = newcomer if row is None else User(*row)
            if row is None:
                self._add_user(connection, newcomer, method, key)
            else:
                self._run(connection, _VISIT, user_id=user.id, now=session.created_at)
            session = self._open_session(connection, session, user)
            return user, session, self._methods(connection, user.id), row is None

    def open_session(self, user: User, session: Session) -> tuple[Session, Methods]:
        """Opens a session for a known user."""
        with self.database.write() as connection:
            session = self._open_session(connection, session, user)
            return session, self._methods(connection, user.id)

    def presence(self, session_id: str) -> tuple[Session, User] | None:
        """A session that is neither revoked nor its user gone, and that user."""
        with self.database.read() as connection:
            row = self._row(connection, _PRESENCE, session_id=session_id)
        if row is None:
            return None
        session = Session(*row[:_SESSION_FIELDS])
        return None if session.revoked_at is not None else (session, User(*row[_SESSION_FIELDS:]))

    def complete_mfa(self, session: Session, now: float) -> tuple[User, Methods]:
        """Notes that a session has passed MFA, and returns the user as of now."""
        with self.database.write() as connection:
            self._mark_mfa(connection, session, now)
            return self._user(connection, session.user_id), self._methods(connection, session.user_id)

    def revoke_session(self, session: Session, now: float) -> None:
        """Ends a session, and with it its tokens (ASVS 5.0 7.4.1)."""
        with self.database.write() as connection:
            self._run(connection, _REVOKE, session_id=session.id, now=now)

    def account(self, user_id: str) -> tuple[User, Methods]:
        """A user as of now, and his methods."""
        with self.database.read() as connection:
            return self._user(connection, user_id), self._methods(connection, user_id)

    def set_acknowledgement(self, user_id: str, acknowledgement: str | None) -> None:
        """Stores whether the recovery codes were acknowledged (D-44)."""
        with self.database.write() as connection:
            self._acknowledge(connection, user_id, acknowledgement)

    def set_profile(self, user_id: str, profile: str) -> None:
        """Stores what a user says about himself, a JSON object."""
        with self.database.write() as connection:
            self._run(connection, _SET_PROFILE, user_id=user_id, profile=profile)

    def set_email(self, user_id: str, email: str, key: str) -> None:
        """Stores a verified e-mail address.

        Raises:
            sqlalchemy.exc.IntegrityError: another user has it.
        """
        with self.database.write() as connection:
            self._run(connection, _SET_EMAIL, user_id=user_id, email=email, email_key=key)

    def set_phone(self, user_id: str, phone: str) -> None:
        """Stores a verified phone number.

        Raises:
            sqlalchemy.exc.IntegrityError: another user has it.
        """
        with self.database.write() as connection:
            self._run(connection, _SET_PHONE, user_id=user_id, phone=phone)

    def delete_user(self, user_id: str) -> None:
        """Deletes a user and all that is his (ASVS 5.0 7.4.2)."""
        with self.database.write() as connection:
            self._forget(connection, user_id)

    def _user(self, connection: Connection, user_id: str) -> User:
        row = self._row(connection, _USER, user_id=user_id)
        if row is None:  # deleted by a request in parallel
            raise LookupError(user_id)
        return User(*row)

    def _add_user(self, connection: Connection, user: User, method: str, key: str) -> None:
        columns = {**msgspec.structs.asdict(user), "email_key": None, _KEY_COLUMN[method]: key}
        connection.execute(_ADD_USER, {"environment_id": self.environment_id, **columns})

    def _open_session(self, connection: Connection, session: Session, user: User) -> Session:
        opened = msgspec.structs.replace(session, user_id=user.id)
        columns = msgspec.structs.asdict(opened)
        connection.execute(_ADD_SESSION, {"environment_id": self.environment_id, **columns})
        return opened

    def _mark_mfa(self, connection: Connection, session: Session, now: float) -> None:
        self._run(connection, _MARK_MFA, session_id=session.id, now=now)

    def _acknowledge(self, connection: Connection, user_id: str, acknowledgement: str | None) -> None:
        self._run(connection, _SET_ACKNOWLEDGEMENT, user_id=user_id, acknowledgement=acknowledgement)

    def _forget(self, connection: Connection, user_id: str) -> None:
        for statement in (*_FORGET, _FORGET_ATTEMPTS, _FORGET_USER):
            self._run(connection, statement, user_id=user_id)
