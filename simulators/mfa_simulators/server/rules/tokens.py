"""Session tokens and elevated tokens: claims, life, and when a presented one counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from mfa_simulators.server.rules.base import RuleBook

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

SINGLE_USE_SECONDS: Final = 300  # D-79
TIME_BOUND_SECONDS: Final = 600  # D-79
SESSION_TYPE: Final = "JWT"
ELEVATED_TYPE: Final = "elevated+jwt"  # explicit typing, RFC 8725 3.11


class Grant(msgspec.Struct, frozen=True):
    """How an elevated token is to be made: once or until it expires, `seconds` from now."""

    single_use: bool
    seconds: int


class SessionFacts(msgspec.Struct, frozen=True):
    """What a session token says."""

    user_id: str
    email: str | None
    session_id: str
    session_public_key: str | None
    credential_id: str | None
    scopes: tuple[str, ...]
    issuer: str
    audience: str
    environment_id: str
    issued_at: int
    key_id: str


class TokenRules(RuleBook):
    """RFC 7519, RFC 8725 and the vendor's claims (D-17 to D-20)."""

    def signature_algorithms(self) -> tuple[str, ...]:
        """The algorithms that a session token may be signed with: the one we sign with (RFC 8725 3.1)."""
        return (self.settings.token_algorithm,)

    def session_seconds(self) -> int:
        """Life of a session token."""
        return self.settings.session_seconds

    def audience(self, origin: str | None, first_origin: str) -> str:
        """Whom a token is for: the client's origin, else the environment's first (decision 6)."""
        return origin or first_origin

    def session_claims(self, facts: SessionFacts) -> dict[str, Any]:
        """The claims of a session token; scope is one string (RFC 8693 4.2, D-16)."""
        claims: dict[str, Any] = {
            "kid": facts.key_id,
            "aud": facts.audience,
            "iss": facts.issuer,
            "sub": facts.user_id,
            "sid": facts.session_id,
            "environment_id": facts.environment_id,
            "scope": " ".join(facts.scopes),
            "iat": facts.issued_at,
            "exp": facts.issued_at + self.session_seconds(),
        }
        if facts.email is not None:
            claims["email"] = facts.email
        if facts.credential_id is not None:
            claims["last_verified_credential_id"] = facts.credential_id
        if facts.session_public_key is not None:
            claims["session_public_key"] = facts.session_public_key
        return claims

    def token_is_ours(self, claims: dict[str, Any], issuer: str, environment_id: str) -> bool:
        """Whether a token was issued by this environment (D-17, D-20)."""
        return claims.get("iss") == issuer and claims.get("environment_id") == environment_id

    def token_is_current(self, claims: dict[str, Any], now: float) -> bool:
        """Whether a token's time is now: before exp (RFC 7519 4.1.4), not before iat or nbf."""
        issued, expires, not_before = claims.get("iat"), claims.get("exp"), claims.get("nbf", 0)
        return (
            isinstance(issued, int | float)
            and isinstance(expires, int | float)
            and isinstance(not_before, int | float)
            and int(max(issued, not_before)) <= now < expires
        )

    def scopes_of(self, claims: dict[str, Any]) -> frozenset[str]:
        """The scopes that a token carries (D-16)."""
        scope = claims.get("scope")
        return frozenset(scope.split()) if isinstance(scope, str) else frozenset()

    # Elevated tokens.

    def scope_opens(self, held: Collection[str], needed: str) -> bool:
        """Whether an elevated token with these scopes opens what asks for `needed` (D-81)."""
        return needed in held

    def elevated_is_current(self, claims: dict[str, Any], now: float) -> bool:
        """Whether an elevated token is still alive (D-79)."""
        return self.token_is_current(claims, now)

    def elevated_is_single_use(self, claims: dict[str, Any]) -> bool:
        """Whether using an elevated token uses it up (D-79)."""
        return claims.get("singleUse") is True

    def grant_for(self, scopes: Iterable[str]) -> Grant:
        """How a token of these scopes is made; with several scopes the strictest counts (D-79)."""
        grants = [self._grant_for_one(scope) for scope in scopes]
        return Grant(any(each.single_use for each in grants), min(each.seconds for each in grants))

    def _grant_for_one(self, scope: str) -> Grant:
        behaviour = "single_use" if scope.startswith("wallet:") else "time_bound"
        seconds = None
        for action in self.settings.actions:
            if ACTION_SCOPES[action.action] == scope:
                behaviour = action.token_behavior or behaviour
                seconds = action.token_expiry_seconds
        single = behaviour == "single_use"
        return Grant(single, seconds or (SINGLE_USE_SECONDS if single else TIME_BOUND_SECONDS))

    def mfa_token_wanted(self, asked: bool) -> bool:
        """Whether success brings an MFA token: when asked for (D-76)."""
        return asked


ACTION_SCOPES: Final = {
    "wallet.waas.sign": "wallet:sign",
    "wallet.waas.export": "wallet:export",
    "wallet.waas.refresh": "wallet:delegate",
    "wallet.waas.reshare": "wallet:delegate",
    "user.update": "user:update",
}
