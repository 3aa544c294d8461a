"""What proves something once or for a while: codes sent, MFA and elevated tokens, nonces; and attempts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import and_, bindparam, case, delete, exists, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from mfa_simulators.server.store.base import StoreBase, here, value
from mfa_simulators.server.store.records import Verification
from mfa_simulators.server.store.tables import (
    ASSERTIONS,
    ATTEMPTS,
    ELEVATED_TOKENS,
    MFA_TOKENS,
    NONCES,
    SESSIONS,
    VERIFICATIONS,
)

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.sql import ColumnElement


def _session_lives(tokens: Table) -> ColumnElement[bool]:
    return exists().where(
        SESSIONS.c.environment_id == tokens.c.environment_id,
        SESSIONS.c.id == tokens.c.session_id,
        SESSIONS.c.revoked_at.is_(None),
    )


_ADD_VERIFICATION = insert(VERIFICATIONS)
_VERIFICATION = select(*(VERIFICATIONS.c[name] for name in Verification.__struct_fields__)).where(
    here(VERIFICATIONS), VERIFICATIONS.c.id == value("verification_id")
)
_SPEND_VERIFICATION = (
    update(VERIFICATIONS)
    .where(
        here(VERIFICATIONS),
        VERIFICATIONS.c.id == value("verification_id"),
        VERIFICATIONS.c.digest == value("code_digest"),
        VERIFICATIONS.c.spent_at.is_(None),
        VERIFICATIONS.c.expires_at > value("now"),
    )
    .values(spent_at=value("now"))
)
_RENEW_VERIFICATION = (
    update(VERIFICATIONS)
    .where(
        here(VERIFICATIONS),
        VERIFICATIONS.c.id == value("verification_id"),
        VERIFICATIONS.c.spent_at.is_(None),
    )
    .values(digest=value("new_digest"), expires_at=value("new_expiry"))
)
_ADD_MFA_TOKEN = insert(MFA_TOKENS)
_SPEND_MFA_TOKEN = (
    update(MFA_TOKENS)
    .where(
        here(MFA_TOKENS),
        MFA_TOKENS.c.digest == value("token_digest"),
        MFA_TOKENS.c.user_id == value("owner"),
        MFA_TOKENS.c.session_id == value("session"),
        or_(MFA_TOKENS.c.single_use.is_(False), MFA_TOKENS.c.uses == 0),
        or_(MFA_TOKENS.c.expires_at.is_(None), MFA_TOKENS.c.expires_at > value("now")),
        _session_lives(MFA_TOKENS),
    )
    .values(uses=MFA_TOKENS.c.uses + 1)
)
_MFA_TOKEN_OWNER = select(MFA_TOKENS.c.user_id, MFA_TOKENS.c.session_id).where(
    here(MFA_TOKENS), MFA_TOKENS.c.digest == value("token_digest")
)
_ADD_ELEVATED = insert(ELEVATED_TOKENS)
_SPEND_ELEVATED = (
    update(ELEVATED_TOKENS)
    .where(
        here(ELEVATED_TOKENS),
        ELEVATED_TOKENS.c.id == value("token_id"),
        ELEVATED_TOKENS.c.user_id == value("owner"),
        ELEVATED_TOKENS.c.session_id == value("session"),
        or_(value("single_use").is_(False), ELEVATED_TOKENS.c.uses == 0),
        _session_lives(ELEVATED_TOKENS),
    )
    .values(uses=ELEVATED_TOKENS.c.uses + 1)
)
_ELEVATED_OWNER = select(ELEVATED_TOKENS.c.user_id, ELEVATED_TOKENS.c.session_id).where(
    here(ELEVATED_TOKENS), ELEVATED_TOKENS.c.id == value("token_id")
)
_ADD_NONCES = insert(NONCES)
_DROP_NONCES = delete(NONCES).where(here(NONCES), NONCES.c.expires_at <= value("now"))
_SPEND_NONCE = (
    update(NONCES)
    .where(
        here(NONCES),
        NONCES.c.value == value("nonce"),
        NONCES.c.spent_at.is_(None),
        NONCES.c.expires_at > value("now"),
    )
    .values(spent_at=value("now"))
)
_ADD_ASSERTION = upsert(ASSERTIONS).on_conflict_do_nothing()

_ONE_COUNT = and_(here(ATTEMPTS), ATTEMPTS.c.subject == value("subject"), ATTEMPTS.c.path == value("path"))
_over = ATTEMPTS.c.opened_at <= value("horizon")  # the window of the count has ended
_TAKE_ATTEMPT = (
    upsert(ATTEMPTS)
    .values(
        environment_id=bindparam("env"),
        subject=value("subject"),
        path=value("path"),
        count=1,
        opened_at=value("now"),
    )
    .on_conflict_do_update(
        index_elements=[ATTEMPTS.c.environment_id, ATTEMPTS.c.subject, ATTEMPTS.c.path],
        set_={
            "count": case((_over, 1), else_=ATTEMPTS.c.count + 1),
            "opened_at": case((_over, value("now")), else_=ATTEMPTS.c.opened_at),
        },
        where=or_(_over, ATTEMPTS.c.count < value("limit")),
    )
    .returning(ATTEMPTS.c.count)
)
_COUNT_OPENED = select(ATTEMPTS.c.opened_at).where(_ONE_COUNT)
_GIVE_BACK = update(ATTEMPTS).where(_ONE_COUNT, ATTEMPTS.c.count > 0).values(count=ATTEMPTS.c.count - 1)


class ProofStore(StoreBase):
    """Single-use things. Each is used up by one conditional update: true for one caller only."""

    def add_verification(self, verification: Verification) -> None:
        """Stores a code that was sent."""
        columns = msgspec.structs.asdict(verification)
        with self.database.write() as connection:
            connection.execute(_ADD_VERIFICATION, {"environment_id": self.environment_id, **columns})

    def verification(self, verification_id: str) -> Verification | None:
        """A code that was sent, used or not."""
        with self.database.read() as connection:
            row = self._row(connection, _VERIFICATION, verification_id=verification_id)
        return None if row is None else Verification(*row)

    def renew_verification(self, verification_id: str, digest: bytes, expires_at: float) -> bool:
        """Puts a new code in place of one sent and not used."""
        with self.database.write() as connection:
            changed = self._run(
                connection,
                _RENEW_VERIFICATION,
                verification_id=verification_id,
                new_digest=digest,
                new_expiry=expires_at,
            )
            return changed == 1

    def spend_verification(self, verification_id: str, digest: bytes, now: float) -> bool:
        """Uses up a code by e-mail or SMS."""
        with self.database.write() as connection:
            changed = self._run(
                connection,
                _SPEND_VERIFICATION,
                verification_id=verification_id,
                code_digest=digest,
                now=now,
            )
            return changed == 1

    def add_mfa_token(
        self, digest: bytes, user_id: str, session_id: str, *, single_use: bool, expires_at: float | None
    ) -> None:
        """Stores an MFA token by its digest."""
        row = {"digest": digest, "user_id": user_id, "session_id": session_id}
        row |= {"single_use": single_use, "expires_at": expires_at}  # type: ignore[dict-item]
        with self.database.write() as connection:
            connection.execute(_ADD_MFA_TOKEN, {"environment_id": self.environment_id, **row})

    def spend_mfa_token(self, digest: bytes, user_id: str, session_id: str, now: float) -> bool:
        """Uses an MFA token of this user and session, which still lives (D-77, D-78)."""
        with self.database.write() as connection:
            changed = self._run(
                connection,
                _SPEND_MFA_TOKEN,
                token_digest=digest,
                owner=user_id,
                session=session_id,
                now=now,
            )
            return changed == 1

    def mfa_token_owner(self, digest: bytes) -> tuple[str, str] | None:
        """The user and the session that an MFA token was issued to, used or not."""
        with self.database.read() as connection:
            row = self._row(connection, _MFA_TOKEN_OWNER, token_digest=digest)
        return None if row is None else (row[0], row[1])

    def add_elevated_token(self, token_id: str, user_id: str, session_id: str) -> None:
        """Stores that an elevated token was given out."""
        with self.database.write() as connection:
            connection.execute(
                _ADD_ELEVATED,
                {
                    "environment_id": self.environment_id,
                    "id": token_id,
                    "user_id": user_id,
                    "session_id": session_id,
                },
            )

    def spend_elevated_token(self, token_id: str, user_id: str, session_id: str, *, single_use: bool) -> bool:
        """Uses an elevated token of this user and session, which still lives; once, if single-use (D-79)."""
        with self.database.write() as connection:
            changed = self._run(
                connection,
                _SPEND_ELEVATED,
                token_id=token_id,
                owner=user_id,
                session=session_id,
                single_use=single_use,
            )
            return changed == 1

    def elevated_token_owner(self, token_id: str) -> tuple[str, str] | None:
        """The user and the session that an elevated token was issued to, used or not."""
        with self.database.read() as connection:
            row = self._row(connection, _ELEVATED_OWNER, token_id=token_id)
        return None if row is None else (row[0], row[1])

    def add_nonces(self, nonces: list[str], now: float, expires_at: float) -> None:
        """Stores nonces that were given out, and drops those whose time is over."""
        rows = [
            {"environment_id": self.environment_id, "value": nonce, "expires_at": expires_at}
            for nonce in nonces
        ]
        with self.database.write() as connection:
            self._run(connection, _DROP_NONCES, now=now)
            connection.execute(_ADD_NONCES, rows)

    def spend_nonce(self, nonce: str, now: float) -> bool:
        """Uses up a nonce."""
        with self.database.write() as connection:
            return self._run(connection, _SPEND_NONCE, nonce=nonce, now=now) == 1

    def first_sight_of(self, assertion_id: str) -> bool:
        """Whether an external assertion's jti was never seen; true for one caller only."""
        with self.database.write() as connection:
            result = connection.execute(
                _ADD_ASSERTION, {"environment_id": self.environment_id, "id": assertion_id}
            )
            return result.rowcount == 1

    def take_attempt(self, subject: str, path: str, *, limit: int, window: float, now: float) -> float | None:
        """Counts an attempt before it is judged, so that no number of parallel ones gets past the limit.

        Returns None when it may be judged, else the seconds until the window ends.
        """
        names: dict[str, object] = {"subject": subject, "path": path}
        with self.database.write() as connection:
            taken = self._row(connection, _TAKE_ATTEMPT, **names, limit=limit, horizon=now - window, now=now)
            if taken is not None:
                return None
            opened = self._row(connection, _COUNT_OPENED, **names)
            return window if opened is None else max(0.0, opened[0] + window - now)

    def give_attempt_back(self, subject: str, path: str) -> None:
        """Takes an attempt that succeeded out of the count."""
        with self.database.write() as connection:
            self._run(connection, _GIVE_BACK, subject=subject, path=path)
