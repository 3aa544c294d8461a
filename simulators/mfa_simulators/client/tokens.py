"""Elevated access tokens: read, kept by scope, dropped when expired, spent when single-use (D-79, D-80)."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import msgspec

from mfa_simulators.client.errors import MalformedAnswerError
from mfa_simulators.client.values import ElevatedToken

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mfa_simulators.clock import Clock


def claims_of(token: str) -> dict[str, Any]:
    """The claims of a JWT, unverified: enough to know what to send where. Empty when it is no JWT."""
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 -- header, claims, signature (RFC 7515 7.1)
        return {}
    try:
        claims = msgspec.json.decode(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):  # not base64, not UTF-8, not JSON
        return {}
    return claims if isinstance(claims, dict) else {}


def read_elevated(token: str, endpoint: str) -> ElevatedToken | None:
    """An elevated token as the wire carries it; None for one without scope or expiry, as the vendor does.

    Raises:
        MalformedAnswerError: its scope is not one string (D-16), or its expiry no number.
    """
    claims = claims_of(token)
    scope, expiry = claims.get("scope"), claims.get("exp")
    if scope is None or expiry is None:
        return None
    for name, value, kinds, expected in (
        ("scope", scope, (str,), "one string, its scopes separated by spaces"),
        ("exp", expiry, (int, float), "unix seconds"),
    ):
        if not isinstance(value, kinds) or isinstance(value, bool):
            raise MalformedAnswerError(
                endpoint,
                field=f"elevatedAccessToken.{name}",
                expected=expected,
                found=f"{type(value).__name__} {value!r}",
                status=200,
            )
    return ElevatedToken(
        token=token,
        scopes=frozenset(scope.split()),
        expires_at=float(expiry),
        single_use=claims.get("singleUse") is True,
    )


class ElevatedTokens:
    """The elevated tokens that a client holds, one for each set of scopes; the newest wins."""

    def __init__(self, clock: Clock, held: Iterable[ElevatedToken] = ()) -> None:
        self._clock = clock
        self._held: dict[frozenset[str], ElevatedToken] = {token.scopes: token for token in held}

    def __iter__(self) -> Any:
        return iter(tuple(self._held.values()))

    def keep(self, token: ElevatedToken) -> None:
        """Keeps a token in place of one with the same scopes; an expired one, or one for nothing, is left."""
        if token.scopes and token.expires_at > self._clock.now():
            self._held[token.scopes] = token

    def holding(self, scope: str) -> ElevatedToken | None:
        """The token for a scope; expired ones are dropped on the way."""
        now = self._clock.now()
        self._held = {scopes: token for scopes, token in self._held.items() if token.expires_at > now}
        return next((token for token in self._held.values() if scope in token.scopes), None)

    def spend(self, scope: str) -> str | None:
        """The token to send for a scope. A single-use one is gone with that, all its scopes with it."""
        token = self.holding(scope)
        if token is None:
            return None
        if token.single_use:
            del self._held[token.scopes]
        return token.token

    def clear(self) -> None:
        """Forgets them all."""
        self._held.clear()
