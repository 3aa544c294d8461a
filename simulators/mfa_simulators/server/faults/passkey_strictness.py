"""Faults of passkeys: sign-in that checks less than MFA, options that tell too much, refusals for no reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mfa_simulators.server.faults.fault import fault
from mfa_simulators.server.faults.leniency import Lenient
from mfa_simulators.server.operations import Operations
from mfa_simulators.server.operations.passkey_json import base64url
from mfa_simulators.webauthn import VerificationError

if TYPE_CHECKING:
    from mfa_simulators.server.operations import Call
    from mfa_simulators.server.store.records import Passkey
    from mfa_simulators.webauthn import Authentication

_COUNTER = "7.2 step 22"


@fault(
    *("P52", "passkey-counter-equal-accepted", "A counter that stands still is taken for one that grew"),
    requirement="passkey.counter",
    sources=("WebAuthn L3 7.2 step 22",),
)
class _EqualAccepted(Lenient):
    left_out = (_COUNTER,)

    def verified_assertion(
        self, response: dict[str, Any], passkey: Passkey, challenge: bytes, *, identified: bool
    ) -> Authentication:
        told = super().verified_assertion(response, passkey, challenge, identified=identified)
        if told.sign_count < passkey.sign_count:
            raise VerificationError(_COUNTER, "the counter went back")
        return told


@fault(
    *("P53", "passkey-counter-jump-refused", "A counter must grow by exactly one"),
    requirement="passkey.counter",
    sources=("WebAuthn L3 7.2 step 22", "WebAuthn L3 6.1.1"),
)
class _JumpRefused(Operations):
    def verified_assertion(
        self, response: dict[str, Any], passkey: Passkey, challenge: bytes, *, identified: bool
    ) -> Authentication:
        told = super().verified_assertion(response, passkey, challenge, identified=identified)
        if told.sign_count > passkey.sign_count + 1:
            raise VerificationError(_COUNTER, "the counter grew by more than one")
        return told


@fault(
    *("P54", "passkey-backup-state-pinned", "A passkey that is backed up later than it was made is refused"),
    requirement="passkey.backup-flags",
    sources=("WebAuthn L3 6.1.3", "WebAuthn L3 7.2 step 24"),
)
class _StatePinned(Operations):
    def verified_assertion(
        self, response: dict[str, Any], passkey: Passkey, challenge: bytes, *, identified: bool
    ) -> Authentication:
        told = super().verified_assertion(response, passkey, challenge, identified=identified)
        if told.backup_state != passkey.backup_state:
            raise VerificationError("7.2 step 19", "BS is not what it was")
        return told


@fault(
    *("P55", "passkey-user-handle-is-address", "The user handle is the user's e-mail address"),
    requirement="passkey.options",
    sources=("WebAuthn L3 5.4.3", "WebAuthn L3 14.6.1"),
)
class _AddressAsHandle(Lenient):
    left_out = ("7.2 step 6",)

    def passkey_creation_options(self, call: Call) -> dict[str, Any]:
        options = super().passkey_creation_options(call)
        user = options["user"]
        return {**options, "user": {**user, "id": base64url(user["name"].encode())}}


@fault(
    *("P56", "passkey-options-without-algorithms", "Registration options name no algorithm"),
    requirement="passkey.options",
    sources=("D-57", "WebAuthn L3 5.4"),
)
class _NoAlgorithms(Operations):
    def passkey_creation_options(self, call: Call) -> dict[str, Any]:
        return {**super().passkey_creation_options(call), "pubKeyCredParams": []}


class _LenientAtSignIn(Lenient):
    """As strict as the clean server when MFA is at stake, and lenient when somebody signs in."""

    def verified_assertion(
        self, response: dict[str, Any], passkey: Passkey, challenge: bytes, *, identified: bool
    ) -> Authentication:
        if identified:
            return super(Lenient, self).verified_assertion(
                response, passkey, challenge, identified=identified
            )
        return super().verified_assertion(response, passkey, challenge, identified=identified)


@fault(
    *("P57", "sign-in-origin-unchecked", "Signing in with a passkey may be done on any website"),
    requirement="passkey.origin",
    sources=("WebAuthn L3 7.2 step 12", "CWE-346"),
)
class _SignInAnywhere(_LenientAtSignIn):
    left_out = ("7.2 step 12",)


@fault(
    *("P58", "sign-in-signature-unchecked", "Signing in with a passkey takes any signature"),
    requirement="passkey.signature",
    sources=("WebAuthn L3 7.2 step 21", "CWE-347"),
)
class _SignInUnsigned(_LenientAtSignIn):
    left_out = ("7.2 step 21",)
    checks_signature = False


@fault(
    *("P59", "sign-in-verification-unchecked", "Signing in with a passkey takes no user verification"),
    requirement="passkey.user-verified",
    sources=("WebAuthn L3 7.2 step 17",),
)
class _SignInUnverified(_LenientAtSignIn):
    left_out = ("7.2 step 17",)
