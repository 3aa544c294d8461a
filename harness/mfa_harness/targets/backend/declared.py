"""What a profile says of a backend: how it is asked, and how its answers are read."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

TOKEN = "{token}"  # noqa: S105 - no password
"""Where the token goes in `send`."""
DEFAULT_PORT = 8765

_Status = Annotated[int, msgspec.Meta(ge=100, le=599)]
_Seconds = Annotated[float, msgspec.Meta(ge=0, le=86_400)]


class Backend(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The `[backend]` table."""

    requests: tuple[str, ...] = ()
    """What needs a full session, each as `GET /me` or `POST /orders {"n": 1}`; `--request` goes before them."""
    send: str = f"authorization: Bearer {TOKEN}"
    """The header that carries the token."""
    headers: dict[str, str] = {}
    """Headers added to every request."""
    let_in_statuses: tuple[_Status, ...] = (200, 201, 202, 204)
    """Statuses of an answer to somebody who was let in."""
    let_in_text: str = ""
    """What such an answer holds besides; "" for nothing in particular."""
    refused_statuses: tuple[_Status, ...] = (400, 401, 403, 413, 422, 431)
    """Statuses of a refusal."""
    refused_text: str = ""
    """What makes an answer a refusal, whatever its status; "" for nothing."""
    audience: str = ""
    """The `aud` that it asks for; "" for the issuer's own."""
    claims: dict[str, Any] = {}
    """Claims that it asks for besides, in every token."""
    leeway_seconds: _Seconds = 60.0
    """How far its clock may be off: a token is good for so much longer."""
    checks_revocation: bool = False
    """Whether it claims to notice that a session was signed out."""
    keys_seconds: _Seconds = 0.0
    """How long it may hold the issuer's keys before it reads them again."""
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = DEFAULT_PORT
    """Where the issuer of the tokens is, or is served for the length of a run, when no TARGET says so."""
