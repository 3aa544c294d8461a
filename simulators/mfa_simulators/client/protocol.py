"""The vocabulary of a client: what steps, people and drivers may ask of one.

`MfaClient` speaks it over the wire; a driver speaks it through somebody's SDK. The words are the
vendor's, in snake_case. A call that does not succeed raises `ClientError`; a client that has no such
word raises one of kind `not_supported`. A client never repeats a code by itself (RFC 6238 5.2).
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mfa_simulators.client.project import ProjectSettings
    from mfa_simulators.client.values import (
        ClientState,
        MfaDevice,
        MfaMethods,
        OtpVerification,
        ScreenContent,
        Session,
        StepUp,
        TotpRegistration,
        User,
        UserPasskey,
    )


class Held(enum.Enum):
    """A choice between what the client holds and what the caller gives."""

    TOKEN = "held"  # noqa: S105 -- a word, not a secret


HELD: Final = Held.TOKEN
MfaTokenChoice = str | None | Literal[Held.TOKEN]
"""An MFA token to send, None to send none, or `HELD`: what the client holds, consumed by sending it."""


class PasskeyAuthenticator(Protocol):
    """What makes passkey responses: WebAuthn Level 3 JSON in and out.

    It refuses as `navigator.credentials` does, with `passkey.errors.WebAuthnError`.
    """

    def create(self, options: dict[str, Any], /, *, origin: str, fault: str | None = None) -> dict[str, Any]:
        """Makes a credential for PublicKeyCredentialCreationOptionsJSON."""
        ...

    def get(self, options: dict[str, Any], /, *, origin: str, fault: str | None = None) -> dict[str, Any]:
        """Signs an assertion for PublicKeyCredentialRequestOptionsJSON."""
        ...


class SessionWords(Protocol):
    """Signing in and out, and the user."""

    @property
    def state(self) -> ClientState:
        """What the client knows of its session now."""
        ...

    def initialize(self) -> ProjectSettings:
        """Reads the environment's settings."""
        ...

    def send_email_otp(self, email: str) -> OtpVerification:
        """Has a code sent to an e-mail address."""
        ...

    def verify_otp(
        self,
        verification: OtpVerification,
        code: str,
        *,
        requested_scopes: Sequence[str] = (),
        allow_new_mfa_linking: bool = False,
    ) -> Session:
        """Signs in with an e-mail code; signed in already, proves the address again."""
        ...

    def sign_in_with_external_jwt(self, jwt: str) -> Session:
        """Signs in with a token of an identity provider of the customer's."""
        ...

    def refresh_user(self) -> User:
        """Reads the user again."""
        ...

    def refresh_auth(self) -> Session:
        """Has the session's token made anew."""
        ...

    def logout(self) -> None:
        """Ends the session, here and at the server."""
        ...

    def update_user(self, **fields: object) -> Session:
        """Changes fields of the user; names in snake_case."""
        ...

    def delete_user(self) -> None:
        """Deletes the user, for good."""
        ...


class MfaWords(Protocol):
    """Devices, TOTP and recovery codes. `create_mfa_token`: None for none, else whether it is single-use."""

    def get_mfa_devices(self) -> tuple[MfaDevice, ...]:
        """All devices, unverified ones included."""
        ...

    def get_mfa_device(self, device_id: str) -> MfaDevice:
        """One device."""
        ...

    def get_mfa_methods(self, *, verified_only: bool = True) -> MfaMethods:
        """Devices and passkeys that can meet a challenge."""
        ...

    def register_totp_mfa_device(self) -> TotpRegistration:
        """Begins the enrolment of an authenticator app."""
        ...

    def verify_totp_mfa_device(self, code: str) -> MfaDevice:
        """Ends it as native SDKs do: the session stays as it was."""
        ...

    def authenticate_totp_mfa_device(
        self,
        code: str,
        *,
        device_id: str | None = None,
        create_mfa_token: bool | None = None,
        requested_scopes: Sequence[str] = (),
    ) -> Session:
        """Meets a challenge with an app's code; for a fresh app this also ends its enrolment."""
        ...

    def authenticate_mfa_recovery_code(
        self, code: str, *, create_mfa_token: bool | None = None, requested_scopes: Sequence[str] = ()
    ) -> Session:
        """Meets a challenge with a recovery code."""
        ...

    def authenticate_mfa_email(
        self,
        verification: OtpVerification,
        code: str,
        *,
        create_mfa_token: bool | None = None,
        requested_scopes: Sequence[str] = (),
    ) -> Session:
        """Meets a challenge with an e-mail code."""
        ...

    def get_mfa_recovery_codes(self) -> tuple[str, ...]:
        """The set of recovery codes; made if there is none."""
        ...

    def create_new_mfa_recovery_codes(self) -> tuple[str, ...]:
        """A new set, in place of the old."""
        ...

    def acknowledge_recovery_codes(self) -> Session:
        """Says that the codes were written down."""
        ...

    def set_default_mfa_device(self, device_id: str) -> None:
        """Makes a device the default."""
        ...

    def delete_mfa_device(self, device_id: str, *, mfa_token: MfaTokenChoice = HELD) -> None:
        """Deletes a device; an elevated token for `credential:unlink` goes before an MFA token."""
        ...


class PasskeyWords(Protocol):
    """Passkeys. `passkey` replaces the client's own authenticator; `fault` is handed to it."""

    def register_passkey(
        self,
        *,
        passkey: PasskeyAuthenticator | None = None,
        fault: str | None = None,
        create_mfa_token: bool | None = None,
    ) -> Session:
        """Registers a passkey, which also meets the challenge (D-51)."""
        ...

    def authenticate_passkey_mfa(
        self,
        *,
        passkey: PasskeyAuthenticator | None = None,
        fault: str | None = None,
        create_mfa_token: bool | None = None,
        requested_scopes: Sequence[str] = (),
        related_origin_rp_id: str | None = None,
    ) -> Session:
        """Meets a challenge with a passkey."""
        ...

    def sign_in_with_passkey(
        self,
        *,
        passkey: PasskeyAuthenticator | None = None,
        fault: str | None = None,
        related_origin_rp_id: str | None = None,
    ) -> Session:
        """Signs in with a passkey."""
        ...

    def get_passkeys(self) -> tuple[UserPasskey, ...]:
        """The user's passkeys."""
        ...

    def rename_passkey(self, passkey_id: str, alias: str) -> UserPasskey:
        """Gives a passkey a name."""
        ...

    def delete_passkey(self, passkey_id: str, *, mfa_token: MfaTokenChoice = HELD) -> None:
        """Deletes a passkey."""
        ...


class StepUpWords(Protocol):
    """Actions, MFA tokens, and what is still due."""

    def check_step_up_auth(self, scope: str) -> StepUp:
        """Whether a scope needs step-up, and how; a failed check counts as required (D-83)."""
        ...

    def is_mfa_required_for_action(self, action: str) -> bool:
        """Whether an action needs MFA of this user (D-73)."""
        ...

    def consume_mfa_token(self) -> str:
        """Hands out the MFA token and forgets it; `mfa_token_required` when there is none (D-77)."""
        ...

    def perform_action(self, action: str, **details: object) -> Mapping[str, Any]:
        """Does a protected action, with whatever token the client holds for it."""
        ...

    def is_user_missing_mfa_auth(self) -> bool:
        """Whether this session still owes MFA; an error when nobody is signed in (D-21)."""
        ...

    def is_pending_recovery_codes_acknowledgment(self) -> bool:
        """Whether recovery codes wait to be acknowledged."""
        ...


class Client(SessionWords, MfaWords, PasskeyWords, StepUpWords, Protocol):
    """A whole client."""


class SyncWords(Protocol):
    """What a client does by itself when something is still to be done: the vendor's sync flow (D-22, D-23)."""

    def sync_mfa_flow(self) -> None:
        """From now on the client tells its app what is missing and, where it has screens, opens the right one."""
        ...

    @property
    def prompts(self) -> tuple[str, ...]:
        """What it has told its app since then, oldest first: "mfa" or "recovery_codes"."""
        ...

    def reload(self) -> None:
        """Loads the page again, or starts the app again: what the client keeps of its session it takes up."""
        ...


class ScreenWords(SyncWords, Protocol):
    """What a client with screens can do besides (D-94)."""

    @property
    def current_screen(self) -> str | None:
        """The name of the screen that is visible."""
        ...

    def show_screen(self, name: str) -> bool:
        """Opens a screen; False when its method is switched off and nothing happened (D-95)."""
        ...

    def hide_screen(self, name: str) -> bool:
        """Closes a screen; False when it was not the visible one."""
        ...

    def dismiss_screen(self) -> bool:
        """Does what the user can do to be rid of the visible screen; False when that closes nothing."""
        ...

    def prompt_mfa_auth(self) -> None:
        """Opens what this user needs: her newest method's challenge, or the choice of a first method (D-97)."""
        ...

    def read_screen(self) -> ScreenContent:
        """What the visible screen shows."""
        ...

    def submit_screen(self, *, code: str | None = None) -> None:
        """Presses the visible screen's button, a code typed in first where one is given."""
        ...
