"""The public settings of an environment, as `GET settings` tells them (D-09)."""

from __future__ import annotations

import msgspec


class MethodSettings(msgspec.Struct, frozen=True, rename="camel"):
    """One MFA method of the environment."""

    type: str
    enabled: bool = False
    allow_backup_codes: bool | None = None


class ActionSettings(msgspec.Struct, frozen=True, rename="camel"):
    """One action that may need MFA."""

    action: str
    required: bool = False
    token_behavior: str | None = None
    token_expiry_seconds: float | None = None


class MfaSettings(msgspec.Struct, frozen=True, rename="camel"):
    """`security.mfa`: `enabled` is session MFA, `required` that enrolment is."""

    enabled: bool = False
    required: bool = False
    enrollment: str | None = None
    available_methods: tuple[str, ...] = ()
    methods: tuple[MethodSettings, ...] = ()
    actions: tuple[ActionSettings, ...] = ()

    def allows(self, method: str) -> bool:
        """Whether a method ("totp", "passkey", "email") is switched on."""
        return any(known.type == method and known.enabled for known in self.methods)

    def requires_mfa_for(self, action: str) -> bool:
        """Whether an action is listed as one that needs MFA."""
        return any(known.action == action and known.required for known in self.actions)


class AuthSettings(msgspec.Struct, frozen=True):
    """`security.auth`: where the session token is kept."""

    storage: tuple[str, ...] = ()


class ExternalAuthSettings(msgspec.Struct, frozen=True, rename="camel"):
    """`security.externalAuth`."""

    enabled: bool | None = None
    cookie_name: str | None = None


class SecuritySettings(msgspec.Struct, frozen=True, rename="camel"):
    """`security`."""

    mfa: MfaSettings = MfaSettings()
    auth: AuthSettings = AuthSettings()
    external_auth: ExternalAuthSettings | None = None


class SdkSettings(msgspec.Struct, frozen=True, rename="camel"):
    """`sdk`."""

    min_api_version: str | None = None


class ProjectSettings(msgspec.Struct, frozen=True, rename="camel"):
    """What a client may know about its environment before anybody signs in."""

    security: SecuritySettings
    sdk: SdkSettings = SdkSettings()

    @property
    def mfa(self) -> MfaSettings:
        """`security.mfa`."""
        return self.security.mfa

    @property
    def cookie_mode(self) -> bool:
        """Whether the session token travels in a cookie instead of the body (D-24)."""
        external = self.security.external_auth
        return "cookie" in self.security.auth.storage or bool(external and external.cookie_name)
