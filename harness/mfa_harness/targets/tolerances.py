"""What a profile may declare where the vendor is silent or contradicts itself.

Every key is a point of the requirements' section L, a decision about what the vendor leaves open, or a
behaviour that must not be reported. The defaults are those for a server that has said nothing: where nothing
is documented, they let pass. `Tolerances.reference()` is what our own server declares, and is held to.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

_Status = Literal[401, 403, 409, 422]
_Steps = Annotated[int, msgspec.Meta(ge=0, le=120)]
_Counted = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
_Seconds = Annotated[int, msgspec.Meta(ge=1, le=31_536_000)]


class Tolerances(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the target declares about itself where the documentation leaves it free."""

    drift_steps: _Steps = 1
    """How many time steps early or late a code may be and is still taken (RFC 6238 5.2)."""
    older_step: Literal["refused", "accepted"] = "accepted"
    """An unused code of a step before the last one used (RFC 6238 forbids only to use one twice)."""
    code_once_scope: Literal["account", "session"] = "account"
    """Within what a code is good once; "session" is a weakness declared (RFC 6238 5.2, ASVS 6.5.1)."""
    second_device_statuses: tuple[_Status, ...] = (401,)
    """How a second authenticator app is refused. The vendor documents 401."""
    second_device_at: Literal["registration", "verification", "either"] = "either"
    """Whether the second app is refused when it is asked for or only when it is verified."""
    enrolment_route: Literal["either", "auth", "register"] = "either"
    """The call that verifies a new app: users/mfa/auth/totp, users/mfa/register/totp, or both."""
    pending_secret: Literal["kept", "renewed", "either"] = "either"  # noqa: S105 - no password
    """What asking for registration again, before verification, does to the secret."""
    default_device_deletion: Literal["allowed", "refused", "either"] = "either"
    """Whether the default device can be deleted (two titles of one API page)."""
    deletion_authority: Literal["either", "mfa-token", "elevated-token"] = "either"
    """What deletes a device: the MFA token, the elevated token, or any of the two."""
    linking_authority: Literal["either", "elevated-token"] = "either"
    """What adds a method where step-up is enforced: an elevated token alone, or an MFA token as well."""
    recovery_codes_after_acknowledgement: Literal["shown", "hidden", "either"] = "either"
    """Whether recovery codes can be read again once acknowledged (two pages contradict each other)."""
    recovery_code_case: Literal["sensitive", "insensitive", "either"] = "either"
    """Whether a recovery code typed in the other case is taken."""
    recovery_code_separators: Literal["ignored", "refused", "either"] = "either"
    """Whether spaces or dashes in a recovery code are overlooked."""
    recovery_codes_after_last_method: Literal["gone", "kept", "either"] = "either"
    """What deleting the last method does to the recovery codes (SP 800-63B-4 4.2 wants them gone)."""
    regenerate_needs_mfa: bool = False
    """Whether a full session needs a fresh challenge to make new recovery codes."""
    passkey_signin_meets_session_mfa: Literal["yes", "no", "either"] = "either"
    """Whether signing in with a passkey is challenge enough under session-based MFA."""
    counter: Literal["refuse", "flag", "ignore"] = "flag"
    """What a signature counter that goes back leads to (WebAuthn L3 7.2 step 22 leaves it open)."""
    user_verification: Literal["required", "preferred", "discouraged"] = "preferred"
    """Whether a passkey must verify its user; only where it is required is its lack a defect."""
    passkeys_per_user: _Counted | None = None
    """The most passkeys a user may have, if there is a limit that can be tried."""
    foreign_device_statuses: tuple[Literal[401, 403, 404, 422], ...] = (403, 404, 422)
    """How a device of somebody else, or of nobody, is refused."""
    attempts: _Counted = 100
    """After how many wrong codes in a row, at most, the account is limited (SP 800-63B-4 3.2.2: 100)."""
    attempts_window_seconds: _Seconds | None = None
    """After how many seconds a limited account is free again, if that is known."""

    @classmethod
    def reference(cls) -> Tolerances:
        """What our reference server declares: a decision on each point, and the strict one."""
        return cls(
            older_step="refused",
            second_device_at="registration",
            pending_secret="renewed",  # noqa: S106 - no password
            default_device_deletion="allowed",
            linking_authority="elevated-token",
            recovery_codes_after_acknowledgement="shown",
            recovery_codes_after_last_method="gone",
            passkey_signin_meets_session_mfa="no",
            counter="refuse",
            user_verification="required",
            foreign_device_statuses=(422,),
            attempts=10,
            attempts_window_seconds=300,
            passkeys_per_user=10,
        )

    def as_settings(self) -> dict[str, Any]:
        """The settings of our reference server under which it behaves as declared here."""
        settings: dict[str, Any] = {
            "totp_drift_steps": self.drift_steps,
            "second_device_status": self.second_device_statuses[0] if self.second_device_statuses else 401,
            "enrolment_route": "both" if self.enrolment_route == "either" else self.enrolment_route,
            "default_device_deletion": self.default_device_deletion != "refused",
            "deletion_proof": _PROOFS[self.deletion_authority],
            "linking_proof": _PROOFS[self.linking_authority],
            "recovery_codes_after_acknowledgement": self.recovery_codes_after_acknowledgement != "hidden",
            "recovery_codes_ignore_case": self.recovery_code_case != "sensitive",
            "recovery_codes_ignore_separators": self.recovery_code_separators != "refused",
            "regenerate_needs_mfa": self.regenerate_needs_mfa,
            "passkey_signin_meets_session_mfa": self.passkey_signin_meets_session_mfa == "yes",
            "passkey_counter": self.counter,
            "user_verification": self.user_verification,
            "attempts": self.attempts,
        }
        if self.passkeys_per_user is not None:
            settings["passkeys_per_user"] = self.passkeys_per_user
        if self.attempts_window_seconds is not None:
            settings["attempts_window_seconds"] = self.attempts_window_seconds
        return settings


_PROOFS = {"either": "either", "mfa-token": "mfa_token", "elevated-token": "elevated"}
