"""Session tokens as an outsider sees them: read, and forged."""

from __future__ import annotations

import base64
import json
from typing import Any

from mfa_harness.verdicts import Breach


def claims(token: str) -> dict[str, Any]:
    """The payload of a JWT, unverified.

    Raises:
        Breach: it is not a JWT.
    """
    return _part(token, 1)


def header(token: str) -> dict[str, Any]:
    """The header of a JWT, unverified.

    Raises:
        Breach: it is not a JWT.
    """
    return _part(token, 0)


def _part(token: str, index: int) -> dict[str, Any]:
    parts = token.split(".")
    try:
        value = json.loads(_unpad(parts[index])) if len(parts) == 3 else None  # noqa: PLR2004 - RFC 7515 3.1
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Breach("a session token that is a JWT (RFC 7519)", "something else")
    return value


def encode(part: dict[str, Any]) -> str:
    """One part of a JWT."""
    text = json.dumps(part, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def _unpad(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
