"""The tables. Every key begins with the environment: two environments may well hold equal ids (one seed)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    and_,
    text,
)

if TYPE_CHECKING:
    from sqlalchemy.schema import SchemaItem

METADATA: Final = MetaData()


def _environment() -> Column[str]:
    return Column("environment_id", String, nullable=False)


def _table(name: str, *parts: SchemaItem, key: tuple[str, ...] = ("id",)) -> Table:
    first = _environment()
    primary = PrimaryKeyConstraint("environment_id", *key)
    return Table(name, METADATA, first, *parts, primary, sqlite_with_rowid=False)


USERS: Final = _table(
    "users",
    Column("id", String, nullable=False),
    Column("email", String),
    Column("email_key", String),
    Column("phone", String),
    Column("external_id", String),
    Column("created_at", Float, nullable=False),
    Column("last_visit", Float, nullable=False),
    Column("profile", String, nullable=False),  # JSON
    Column("acknowledgement", String),
    Column("enrolled_at", Float),  # of the first verified method; stays
    Index("one_user_an_email", "environment_id", "email_key", unique=True),
    Index("one_user_a_phone", "environment_id", "phone", unique=True),
    Index("one_user_an_external_id", "environment_id", "external_id", unique=True),
)

SESSIONS: Final = _table(
    "sessions",
    Column("id", String, nullable=False),
    Column("user_id", String, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("mfa_at", Float),
    Column("revoked_at", Float),
    Column("method", String, nullable=False),
    Column("credential_id", String),
    Column("public_key", String),
    Index("sessions_of_user", "environment_id", "user_id"),
)

DEVICES: Final = _table(
    "devices",
    Column("id", String, nullable=False),
    Column("user_id", String, nullable=False),
    Column("secret", LargeBinary, nullable=False),  # sealed
    Column("algorithm", String, nullable=False),
    Column("digits", Integer, nullable=False),
    Column("period", Integer, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("verified_at", Float),
    Column("last_step", Integer, nullable=False),  # the newest time step used; -1 when none was
    Column("is_default", Boolean, nullable=False),
    Column("slot", Integer, nullable=False),
    Index("devices_of_user", "environment_id", "user_id"),
)
# The place for a verified authenticator app is taken once only, even if every rule above failed (D-30).
Index(
    "one_verified_totp_device",
    *(DEVICES.c.environment_id, DEVICES.c.user_id, DEVICES.c.slot),
    unique=True,
    sqlite_where=and_(DEVICES.c.verified_at.is_not(None)),
)

RECOVERY_CODES: Final = _table(
    "recovery_codes",
    Column("user_id", String, nullable=False),
    Column("digest", LargeBinary, nullable=False),  # keyed: how a code is found
    Column("sealed", LargeBinary, nullable=False),  # only because GET returns the set again (D-40)
    Column("position", Integer, nullable=False),
    Column("spent_at", Float),
    key=("user_id", "digest"),
)

PASSKEYS: Final = _table(
    "passkeys",
    Column("id", String, nullable=False),
    Column("user_id", String, nullable=False),
    Column("credential_id", LargeBinary, nullable=False),
    Column("public_key", LargeBinary, nullable=False),  # COSE
    Column("sign_count", Integer, nullable=False),
    Column("user_verified", Boolean, nullable=False),
    Column("backup_eligible", Boolean, nullable=False),
    Column("backup_state", Boolean, nullable=False),
    Column("transports", String, nullable=False),  # comma separated
    Column("aaguid", LargeBinary, nullable=False),
    Column("user_handle", LargeBinary, nullable=False),
    Column("format", String, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("updated_at", Float),
    Column("alias", String),
    Column("user_agent", String),
    Column("origin", String),
    Column("flagged_at", Float),  # when the counter went back under the policy "flag"
    Index("one_passkey_a_credential", "environment_id", "credential_id", unique=True),
    Index("passkeys_of_user", "environment_id", "user_id"),
)

CHALLENGES: Final = _table(
    "challenges",
    Column("value", LargeBinary, nullable=False),
    Column("purpose", String, nullable=False),
    Column("session_id", String, nullable=False),  # "" where nobody is signed in
    Column("expires_at", Float, nullable=False),
    Column("spent_at", Float),
    key=("value",),
)

VERIFICATIONS: Final = _table(
    "verifications",
    Column("id", String, nullable=False),
    Column("channel", String, nullable=False),  # email or sms
    Column("address", String, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("spent_at", Float),
)

MFA_TOKENS: Final = _table(
    "mfa_tokens",
    Column("digest", LargeBinary, nullable=False),
    Column("user_id", String, nullable=False),
    Column("session_id", String, nullable=False),
    Column("single_use", Boolean, nullable=False),
    Column("expires_at", Float),
    Column("uses", Integer, nullable=False, server_default=text("0")),
    key=("digest",),
)

ELEVATED_TOKENS: Final = _table(
    "elevated_tokens",
    Column("id", String, nullable=False),
    Column("user_id", String, nullable=False),
    Column("session_id", String, nullable=False),
    Column("uses", Integer, nullable=False, server_default=text("0")),
)

ATTEMPTS: Final = _table(
    "attempts",
    Column("subject", String, nullable=False),
    Column("path", String, nullable=False),
    Column("count", Integer, nullable=False),
    Column("opened_at", Float, nullable=False),
    key=("subject", "path"),
)

# Values that are good once: nonces we gave out, and ids of external assertions we have seen.
NONCES: Final = _table(
    "nonces",
    Column("value", String, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("spent_at", Float),
    key=("value",),
)
ASSERTIONS: Final = _table("assertions", Column("id", String, nullable=False))

EVENTS: Final = Table(
    "events",
    METADATA,
    Column("number", Integer, primary_key=True),
    _environment(),
    Column("user_id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("at", Float, nullable=False),
)
