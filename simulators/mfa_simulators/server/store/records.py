"""What the store hands out: rows as values."""

from __future__ import annotations

import msgspec


class User(msgspec.Struct, frozen=True):
    """A user. Times in unix seconds; `profile` is a JSON object."""

    id: str
    email: str | None
    phone: str | None
    external_id: str | None
    created_at: float
    last_visit: float
    profile: str
    acknowledgement: str | None
    enrolled_at: float | None


class Session(msgspec.Struct, frozen=True):
    """One sign-in. `method` is how: email, sms, external or passkey."""

    id: str
    user_id: str
    created_at: float
    mfa_at: float | None
    revoked_at: float | None
    method: str
    credential_id: str | None
    public_key: str | None


class Device(msgspec.Struct, frozen=True):
    """An authenticator app; `secret` is sealed, `last_step` the newest time step used."""

    id: str
    user_id: str
    secret: bytes
    algorithm: str
    digits: int
    period: int
    created_at: float
    verified_at: float | None
    last_step: int
    is_default: bool
    slot: int

    @property
    def verified(self) -> bool:
        """Whether a code has proved that its owner holds it."""
        return self.verified_at is not None


class Passkey(msgspec.Struct, frozen=True):
    """A registered passkey."""

    id: str
    user_id: str
    credential_id: bytes
    public_key: bytes
    sign_count: int
    user_verified: bool
    backup_eligible: bool
    backup_state: bool
    transports: str
    aaguid: bytes
    user_handle: bytes
    format: str
    created_at: float
    updated_at: float | None
    alias: str | None
    user_agent: str | None
    origin: str | None


class Methods(msgspec.Struct, frozen=True):
    """All that a user has registered, verified or not, oldest first."""

    devices: list[Device]
    passkeys: list[Passkey]

    @property
    def verified(self) -> int:
        """How many of them have been proved."""
        return sum(device.verified for device in self.devices) + len(self.passkeys)


class RecoveryCode(msgspec.Struct, frozen=True):
    """A recovery code: found by its keyed digest, shown by opening `sealed`."""

    digest: bytes
    sealed: bytes
    spent_at: float | None = None

    @property
    def spent(self) -> bool:
        """Whether it has been used."""
        return self.spent_at is not None


class Notice(msgspec.Struct, frozen=True):
    """Something that the user is to be told of: a method added or removed, a code used, a reset."""

    kind: str
    at: float


class Verification(msgspec.Struct, frozen=True):
    """A code sent by e-mail or SMS (`channel`) to an address; the code itself only as a keyed digest."""

    id: str
    channel: str
    address: str
    digest: bytes
    expires_at: float
