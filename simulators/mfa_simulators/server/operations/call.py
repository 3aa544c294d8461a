"""What a request brings, apart from its body; and who makes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from mfa_simulators.server.store.records import Session, User


class Call(msgspec.Struct, frozen=True):
    """A request, read. Nothing here is believed yet.

    `now` is the environment's time; `token` the session token, `from_cookie` whether it came as a cookie;
    `nonce`, `device_key`, `device_signature` the three headers of a device signature; `claimed_time`,
    `forwarded` what the request says of time and address, only ever ignored.
    """

    now: float
    origin: str | None = None
    user_agent: str | None = None
    token: str | None = None
    from_cookie: bool = False
    mfa_token: str | None = None
    elevated_token: str | None = None
    nonce: str | None = None
    device_key: str | None = None
    device_signature: str | None = None
    session_public_key: str | None = None
    external_token: str | None = None
    claimed_time: str | None = None
    address: str = ""
    forwarded: str = ""


class Caller(msgspec.Struct, frozen=True):
    """Somebody signed in; `gated` by the token that was sent.

    Where the gate was passed only to enrol a method, `beside` says how many she had then: one that is added
    meanwhile shuts it.
    """

    user: User
    session: Session
    gated: bool
    token_id: str
    beside: int | None = None
