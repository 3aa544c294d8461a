"""What an environment tells to anybody: settings, nonces, keys."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from mfa_simulators.server.operations.proofs import Proofs
from mfa_simulators.server.rules.sign_in import MOST_NONCES, NONCE_SECONDS
from mfa_simulators.server.wire.answers import Nonce, Nonces

if TYPE_CHECKING:
    from mfa_simulators.server.operations.call import Call

_NONCE_BYTES: Final = 24
_ENABLED_AT: Final = "2026-01-01T00:00:00.000Z"


class ProjectOperations(Proofs):
    """What is public."""

    def project_settings(self) -> dict[str, Any]:
        """ProjectSettings: what a client needs to start, and what the React login needs to show (D-09)."""
        settings = self.rules.settings
        kinds = {"totp": settings.totp, "passkey": settings.passkeys, "email": settings.email_mfa}
        mfa = {
            "enabled": settings.session_based,
            "required": settings.required,
            "enrollment": settings.enrollment,
            "availableMethods": [kind for kind, on in kinds.items() if on],
            "methods": [
                {"type": kind, "enabled": on, "allowBackupCodes": settings.allow_backup_codes}
                for kind, on in kinds.items()
                if kind != "email" or on
            ],
            "actions": [self._action(number) for number in range(len(settings.actions))],
        }
        security: dict[str, Any] = {
            "mfa": mfa,
            "auth": {"storage": ["cookie" if settings.cookie_mode else "localstorage"]},
            "externalAuth": {
                "enabled": True,
                "iss": f"{self.tools.issuer}/external",
                "aud": self.tools.environment_id,
            },
            "deviceRegistrationRequired": False,
            "environmentLocked": False,
        }
        if settings.external_auth_cookie is not None:
            security["externalAuth"]["cookieName"] = settings.external_auth_cookie
        sections = ["email", "passkey"] if settings.passkeys else ["email"]
        return {
            "environmentName": "sandbox",  # a kind, sandbox or live; the name is general.displayName
            "chains": [],
            "kyc": [],
            "providers": [
                {"id": self.tools.environment_id, "provider": provider, "enabledAt": _ENABLED_AT}
                for provider in ("emailOnly", "dynamic")
            ],
            "sdk": {
                "minApiVersion": settings.min_api_version,
                "emailSignIn": {"signInProvider": "dynamic"},
                "views": [{"type": "login", "sections": [{"type": kind} for kind in sections]}],
            },
            "security": security,
            "design": {},
            "general": {"displayName": settings.environment_name, "supportEmail": "support@example.org"},
            "privacy": {"collectIp": False},
        }

    def _action(self, number: int) -> dict[str, Any]:
        action = self.rules.settings.actions[number]
        shown: dict[str, Any] = {"action": action.action, "required": action.required}
        if action.token_behavior is not None:
            shown["tokenBehavior"] = action.token_behavior
        if action.token_expiry_seconds is not None:
            shown["tokenExpirySeconds"] = action.token_expiry_seconds
        return shown

    def new_nonces(self, call: Call, count: int) -> Nonces:
        """Nonces for device signatures: one to five, good once, for a day."""
        wanted = min(max(count, 1), MOST_NONCES)
        drawn = [self.randomness.bytes(_NONCE_BYTES, "nonce") for _ in range(wanted)]
        nonces = [base64.urlsafe_b64encode(each).decode() for each in drawn]
        self.store.add_nonces(nonces, call.now, call.now + NONCE_SECONDS)
        return Nonces(nonces=tuple(nonces))

    def new_nonce(self, call: Call) -> Nonce:
        """One nonce."""
        return Nonce(nonce=self.new_nonces(call, 1).nonces[0])

    def published_keys(self) -> dict[str, Any]:
        """The environment's keys, for whoever checks its tokens (RFC 7517 5, D-17)."""
        self.tools.keys_read += 1
        return {"keys": [key.jwk() for key in self.keys()]}
