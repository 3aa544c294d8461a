"""Who is calling: the session token of a request, verified. Needs PyJWT and cryptography, and no framework."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 16_384


class NotSignedInError(Exception):
    """Answer 401, and nothing more: the reason is for your log."""


class SessionTokens:
    """Verifies the session tokens of one environment.

    Args:
        jwks_url: where the environment's keys are: .../sdk/ENVIRONMENT/.well-known/jwks
        issuer: the `iss` of its tokens, exactly.
        audience: the `aud` of its tokens: your app's origin, exactly.
        keys_seconds: how long keys are held: so long a withdrawn one is still believed.
        is_alive: asks whether a session is not signed out; None where waiting for its expiry will do.
    """

    def __init__(
        self,
        jwks_url: str,
        issuer: str,
        audience: str,
        *,
        keys_seconds: float = 300,
        is_alive: Callable[[str], bool] | None = None,
    ) -> None:
        # Never cache_keys=True: what it holds, it holds for as long as the process lives.
        self.keys = jwt.PyJWKClient(jwks_url, cache_keys=False, lifespan=keys_seconds, timeout=5)
        self.issuer = issuer
        self.audience = audience
        self.is_alive = is_alive

    def claims(self, authorization: str | None) -> dict[str, Any]:
        """The claims of a full session.

        Raises:
            NotSignedInError: there is no token, or it is not good here and now.
        """
        token = self.token_of(authorization)
        try:
            claims = self.verified(token)
        except jwt.PyJWTError as error:
            raise NotSignedInError(str(error)) from error
        if not self.is_full(claims):
            raise NotSignedInError("the session is not signed in fully: MFA may be due")
        if self.is_alive is not None and not self.is_alive(token):
            raise NotSignedInError("the session was signed out")
        return claims

    def token_of(self, authorization: str | None) -> str:
        """The token of an Authorization header."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not 0 < len(token) <= LONGEST:
            raise NotSignedInError("no session token")
        return token

    def verified(self, token: str) -> dict[str, Any]:
        """The claims, once signature, issuer, audience and time have been checked."""
        key = self.keys.get_signing_key_from_jwt(token)
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["RS256"],  # what you configured, never what the token says
            issuer=self.issuer,
            audience=self.audience,
            leeway=30,
            options={"require": ["iss", "aud", "sub", "iat", "exp"]},
        )
        return claims

    def is_full(self, claims: dict[str, Any]) -> bool:
        """Whether MFA is done: `user:basic` is one of the words of the scope."""
        return "user:basic" in str(claims.get("scope", "")).split()
