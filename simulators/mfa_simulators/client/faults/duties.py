"""Defects of what a client believes, keeps, sends and says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from mfa_simulators.client.core import ELEVATED_TOKEN_HEADER
from mfa_simulators.client.errors import ClientError
from mfa_simulators.client.faults.fault import client_fault
from mfa_simulators.client.sdk import MfaClient
from mfa_simulators.client.values import (
    REQUIRES_ADDITIONAL_AUTH,
    MfaMethods,
    Session,
    StepUp,
    TotpRegistration,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mfa_simulators.client.values import User
    from mfa_simulators.client.wire import Answer


@client_fault(
    "C01",
    "scope-as-text",
    "Whether MFA is due is looked for in the scope's text, not in its list",
    requirement="client.scope-as-list",
    sources=("D-16", "RFC 8693 4.2", "CWE-697"),
)
class ScopeAsText(MfaClient):
    """A scope that only contains the word asks for MFA."""

    def _owes_mfa(self, user: User) -> bool:
        return REQUIRES_ADDITIONAL_AUTH in (user.scope or "")


@client_fault(
    "C04",
    "old-token-kept",
    "After MFA the token of before is still sent",
    requirement="client.token-swap",
    sources=("D-14",),
)
class OldTokenKept(MfaClient):
    """The first token of a session stays."""

    def _remember(self, session: Session, endpoint: str) -> None:
        before = self.memory.token
        super()._remember(session, endpoint)
        self.memory.token = before or self.memory.token


@client_fault(
    "C07",
    "unverified-counted",
    "An app that was never verified counts as a method",
    requirement="client.right-prompt",
    sources=("D-22", "D-32"),
)
class UnverifiedCounted(MfaClient):
    """A user with a pending app is asked for a code."""

    def get_mfa_methods(self, *, verified_only: bool = True) -> MfaMethods:  # noqa: ARG002 - the defect
        """Devices of every state."""
        methods = super().get_mfa_methods(verified_only=False)
        some = bool(methods.devices or methods.passkeys)
        return msgspec.structs.replace(methods, user_has_verified_mfa_methods=some)


@client_fault(
    "C11",
    "mfa-token-kept",
    "An MFA token that was handed out is kept, and handed out again",
    requirement="client.mfa-token-consumed",
    sources=("D-77",),
)
class MfaTokenKept(MfaClient):
    """Consuming reads and does not forget."""

    def _spend_mfa_token(self) -> str | None:
        return self.memory.mfa_token


@client_fault(
    "C12",
    "code-repeated",
    "A code that was refused is sent once more by itself",
    requirement="client.no-blind-retry",
    sources=("RFC 6238 5.2",),
)
class CodeRepeated(MfaClient):
    """A retry loop around everything."""

    def _authenticate(
        self,
        path: str,
        body: dict[str, Any],
        create_mfa_token: bool | None,
        requested_scopes: Sequence[str],
        *,
        device_id: str | None = None,
    ) -> Session:
        try:
            return super()._authenticate(
                path, dict(body), create_mfa_token, requested_scopes, device_id=device_id
            )
        except ClientError:
            return super()._authenticate(path, body, create_mfa_token, requested_scopes, device_id=device_id)


@client_fault(
    "C13",
    "failed-check-opens",
    "A step-up check that fails counts as: none is needed",
    requirement="client.failed-check-required",
    sources=("D-83", "CWE-636"),
)
class FailedCheckOpens(MfaClient):
    """The safe default is the other one."""

    def check_step_up_auth(self, scope: str) -> StepUp:
        """Not needed, when the server gave no answer."""
        try:
            return self._call("POST", "stepUp/check", StepUp, body={"scope": scope})
        except ClientError:
            return StepUp(is_required=False)


@client_fault(
    "C14",
    "limit-told-as-wrong-code",
    "Too many attempts are told as a wrong code",
    requirement="client.error-kinds",
    sources=("D-89", "D-90"),
)
class LimitToldAsWrongCode(MfaClient):
    """Every refusal of a code is one."""

    def _refusal(self, answer: Answer) -> ClientError:
        error = super()._refusal(answer)
        if error.kind == "rate_limited":
            error.kind = "invalid_code"
        return error


@client_fault(
    "C17",
    "sign-out-leaves-token",
    "After signing out the MFA token is still there",
    requirement="client.signs-out-clean",
    sources=("D-77", "CWE-922"),
)
class SignOutLeavesToken(MfaClient):
    """The session goes, the token stays."""

    def _forget(self, reason: str, error: ClientError | None = None) -> None:
        kept = self.memory.mfa_token
        super()._forget(reason, error)
        self.memory.mfa_token = kept


@client_fault(
    "C20",
    "no-refresh-after-deletion",
    "After a device was deleted the old session token is kept",
    requirement="client.refreshes-after-deletion",
    sources=("D-69",),
)
class NoRefreshAfterDeletion(MfaClient):
    """Deleting is all it does."""

    def _after_deletion(self) -> None:
        pass


@client_fault(
    "C21",
    "elevated-token-for-anything",
    "An elevated token goes along with every call, whatever its scope",
    requirement="client.elevated-token-choice",
    sources=("D-80", "D-81"),
)
class ElevatedTokenForAnything(MfaClient):
    """A header for all calls."""

    def _session_headers(self) -> dict[str, str]:
        held = next(iter(self.memory.elevated), None)
        return super()._session_headers() | ({ELEVATED_TOKEN_HEADER: held.token} if held else {})


@client_fault(
    "C22",
    "reading-renews-codes",
    "Showing the recovery codes makes new ones",
    requirement="client.reading-keeps-codes",
    sources=("D-40", "D-43"),
)
class ReadingRenewsCodes(MfaClient):
    """One call for both."""

    def get_mfa_recovery_codes(self) -> tuple[str, ...]:
        """New ones each time."""
        return self.create_new_mfa_recovery_codes()


@client_fault(
    "C23",
    "refusal-signs-out",
    "Any 401 signs the user out, that of a second authenticator app too",
    requirement="client.stays-signed-in",
    sources=("D-30", "D-31"),
)
class RefusalSignsOut(MfaClient):
    """An interceptor that knows one reason for a 401."""

    def _refusal(self, answer: Answer) -> ClientError:
        error = super()._refusal(answer)
        if error.status == 401:  # noqa: PLR2004 - HTTP's own
            self._forget("unauthorized")
        return error


@client_fault(
    "C24",
    "missing-token-unsaid",
    "Asked for an MFA token that it does not hold, a client hands out an empty one",
    requirement="client.missing-token-told",
    sources=("D-77", "D-87"),
)
class MissingTokenUnsaid(MfaClient):
    """The app goes on with nothing in its hand."""

    def consume_mfa_token(self) -> str:
        """Empty rather than an error."""
        return self._spend_mfa_token() or ""


@client_fault(
    "C19",
    "uri-rebuilt",
    "The otpauth address is built anew from the secret, without algorithm, digits and period",
    requirement="client.uri-honoured",
    sources=("RFC 6238 1.2", "D-99"),
)
class UriRebuilt(MfaClient):
    """What most servers choose is taken for granted."""

    def register_totp_mfa_device(self) -> TotpRegistration:
        """An address of its own."""
        made = super().register_totp_mfa_device()
        return msgspec.structs.replace(made, uri=f"otpauth://totp/account?secret={made.secret}")


@client_fault(
    "C30",
    "refusal-swallowed",
    "A passkey that the server refuses is told to the app as accepted",
    requirement="client.refusal-told",
    sources=("CWE-392",),
)
class RefusalSwallowed(MfaClient):
    """The error is shown somewhere else, and the call returns."""

    def register_passkey(self, **how: Any) -> Session:
        """The session as it was."""
        return _undisturbed(self, lambda: super(RefusalSwallowed, self).register_passkey(**how))

    def authenticate_passkey_mfa(self, **how: Any) -> Session:
        """The session as it was."""
        return _undisturbed(self, lambda: super(RefusalSwallowed, self).authenticate_passkey_mfa(**how))


@client_fault(
    "C31",
    "second-app-swallowed",
    "An authenticator app that the server refuses is an empty screen, and no error",
    requirement="client.refusal-told",
    sources=("CWE-392",),
)
class SecondAppSwallowed(MfaClient):
    """There is nothing to scan, and nobody says why."""

    def register_totp_mfa_device(self) -> TotpRegistration:
        """Nothing to scan."""
        try:
            return super().register_totp_mfa_device()
        except ClientError:
            return TotpRegistration(id="", type="totp", secret="", uri="")


def _undisturbed(client: MfaClient, call: Callable[[], Session]) -> Session:
    try:
        return call()
    except ClientError as error:
        before = client.state
        if error.status is None or before.user is None:
            raise
        return Session(user=before.user, expires_at=before.expires_at or 0.0, token=before.token)
