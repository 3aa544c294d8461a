"""What a gated token opens, and which endpoints a switched-off method closes."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from mfa_simulators.server.rules.base import RuleBook
from mfa_simulators.server.rules.refusal import Refusal


class Endpoint(Enum):
    """Endpoints that ask for a session, named by what they do."""

    USER_READ = auto()
    USER_UPDATE = auto()
    USER_ACKNOWLEDGE = auto()
    USER_DELETE = auto()
    REFRESH = auto()
    REVOKE = auto()
    STEP_UP_CHECK = auto()
    REAUTHENTICATE = auto()
    EXTERNAL_VERIFY = auto()
    DEVICES_LIST = auto()
    DEVICE_READ = auto()
    DEVICE_UPDATE = auto()
    DEVICE_DELETE = auto()
    METHODS = auto()
    TOTP_REGISTER = auto()
    TOTP_VERIFY = auto()
    MFA_TOTP = auto()
    MFA_RECOVERY = auto()
    MFA_PASSKEY = auto()
    MFA_EMAIL = auto()
    RECOVERY_READ = auto()
    RECOVERY_RENEW = auto()
    PASSKEY_OPTIONS = auto()
    PASSKEY_REGISTER = auto()
    PASSKEYS_LIST = auto()
    PASSKEY_RENAME = auto()
    PASSKEY_DELETE = auto()
    WALLET_ACTION = auto()


class Opening(Enum):
    """How far an endpoint is open to a gated token."""

    CLOSED = auto()
    OPEN = auto()
    ENROLMENT = auto()  # open while the user has no verified method


# Decision 2 of the wire. What is not here is closed.
GATED_OPENINGS: Final[dict[Endpoint, Opening]] = {
    **dict.fromkeys(
        (
            Endpoint.USER_READ,
            Endpoint.USER_ACKNOWLEDGE,
            Endpoint.REFRESH,
            Endpoint.REVOKE,
            Endpoint.STEP_UP_CHECK,
            Endpoint.REAUTHENTICATE,
            Endpoint.DEVICES_LIST,
            Endpoint.METHODS,
            Endpoint.PASSKEY_OPTIONS,
            Endpoint.MFA_TOTP,
            Endpoint.MFA_RECOVERY,
            Endpoint.MFA_PASSKEY,
            Endpoint.MFA_EMAIL,
        ),
        Opening.OPEN,
    ),
    Endpoint.TOTP_REGISTER: Opening.ENROLMENT,
    Endpoint.TOTP_VERIFY: Opening.ENROLMENT,
    Endpoint.PASSKEY_REGISTER: Opening.ENROLMENT,
}

_NAMES: Final = {"totp": "Authenticator apps", "passkey": "Passkeys", "email": "E-mail as a second factor"}


class AllowanceRules(RuleBook):
    """Who may call what."""

    def gated_opening(self, endpoint: Endpoint) -> Opening:
        """How far an endpoint is open to a gated token (D-18)."""
        return GATED_OPENINGS.get(endpoint, Opening.CLOSED)

    def gated_may_enrol(self, kind: str, has_method: bool) -> bool:  # noqa: ARG002
        """Whether a gated session may bind a new method: only as the first one (SP 800-63B-4 4.1.2.1)."""
        return not has_method

    def method_enabled(self, kind: str) -> bool:
        """Whether a kind of method (totp, passkey, email) is switched on (D-01)."""
        settings = self.settings
        return {"totp": settings.totp, "passkey": settings.passkeys, "email": settings.email_mfa}[kind]

    def method_refusal(self, kind: str) -> Refusal:
        """The answer for a method that is switched off."""
        return Refusal(403, "mfa_method_disabled", f"{_NAMES[kind]} are switched off in this environment")

    def passkey_signin_open(self) -> bool:
        """Whether people may sign in with a passkey (D-52)."""
        return self.settings.passkeys and self.settings.passkey_signin

    def cors_allows(self, origin: str) -> bool:
        """Whether pages of an origin may read answers; `scheme://host:*` stands for any port (D-11)."""
        return self._is_ours(origin)

    def csrf_allows(self, origin: str | None, cross_site: bool) -> bool:
        """Whether a request that brings the session as a cookie may change state (CWE-352)."""
        return self._is_ours(origin) if origin is not None else not cross_site

    def _is_ours(self, origin: str) -> bool:
        return any(origin_matches(origin, pattern) for pattern in self.settings.origins)

    def unreadable(self, refusal: Refusal) -> Refusal:
        """The answer to a body that cannot be read (CWE-755)."""
        return refusal

    def cache_control(self) -> str:
        """How long an answer may be kept: never, answers hold secrets (CWE-525)."""
        return "no-store"


def origin_matches(origin: str, pattern: str) -> bool:
    """Whether an origin is the pattern, or differs from a pattern ending in `:*` in the port only."""
    if not pattern.endswith(":*"):
        return origin == pattern
    host = pattern[:-2]
    port = origin[len(host) + 1 :]
    return origin == host or (origin.startswith(f"{host}:") and port.isascii() and port.isdigit())
