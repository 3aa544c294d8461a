"""The six screens of the vendor's UI, without pixels: which is visible, what it asks (D-94, D-95)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mfa_simulators.client.errors import ClientError
from mfa_simulators.client.events import AUTH_FLOW_CANCEL
from mfa_simulators.client.values import MfaDevice, ScreenContent, TotpRegistration, UserPasskey

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mfa_simulators.client.step_up import StepUpCalls
    from mfa_simulators.client.values import Session

CHOOSE_TYPE: Final = "mfa-choose-device"
QR_CODE: Final = "mfa-secure-device"
OTP_VERIFICATION: Final = "mfa-verification"
VIEW_BACKUP_CODES: Final = "mfa-display-backup-codes"
ENTER_BACKUP_CODES: Final = "mfa-recovery"
MANAGE: Final = "manage-totp"

_EITHER: Final = ("totp", "passkey")
_TOTP: Final = ("totp",)
_PASSKEY: Final = ("passkey",)

METHODS_OF_SCREEN: Final[Mapping[str, tuple[str, ...]]] = {
    CHOOSE_TYPE: _EITHER,
    QR_CODE: _TOTP,
    OTP_VERIFICATION: _TOTP,
    VIEW_BACKUP_CODES: _EITHER,
    ENTER_BACKUP_CODES: _EITHER,
    MANAGE: _TOTP,
}
"""Each screen's name, and the methods of which one must be on for it to open."""


class Screens:
    """Shows one screen at a time.

    Args:
        client: whose screens they are; its calls are what a screen makes.
    """

    def __init__(self, client: StepUpCalls) -> None:
        self._client = client
        self._current: str | None = None
        self.content: object = None
        """What the visible screen shows: methods, a registration, codes, devices."""
        self._on_opening: Mapping[str, Callable[[], object]] = {
            CHOOSE_TYPE: client.get_mfa_methods,
            QR_CODE: client.register_totp_mfa_device,  # every opening registers anew
            VIEW_BACKUP_CODES: self._codes_to_view,
            MANAGE: client.get_mfa_devices,
        }

    @property
    def current(self) -> str | None:
        """The visible screen's name."""
        return self._current

    def show(self, name: str) -> bool:
        """Opens a screen in place of the visible one.

        Returns:
            Whether it opened: with its methods switched off nothing happens, as the vendor's setters do.

        Raises:
            ValueError: there is no such screen.
            ClientError: what it asks the server when it opens was refused; it is visible then, and empty.
        """
        methods = _methods_of(name)
        if not self._allowed(methods):
            return False
        self._current, self.content = name, None
        opening = self._on_opening.get(name)
        self.content = opening() if opening else None
        return True

    def hide(self, name: str) -> bool:
        """Closes a screen, which counts as cancelling the flow that it belongs to.

        Returns:
            Whether it was visible; nothing happens otherwise.

        Raises:
            ValueError: there is no such screen.
        """
        _methods_of(name)
        if self._current != name:
            return False
        self.close()
        self._client.events.emit(AUTH_FLOW_CANCEL, screen=name)
        return True

    def dismiss(self) -> bool:
        """The user's own way out: Escape, a cross. While something is due there is none (D-22): only signing out.

        Returns:
            Whether the screen closed.
        """
        if self._current is None or self._client.pending() is not None:
            return False
        return self.hide(self._current)

    def prompt(self) -> None:
        """Opens what this user needs: the challenge of her newest method that is switched on, else the choice.

        A passkey's ceremony begins at once, without a screen.

        Raises:
            ClientError: the methods cannot be read, or the passkey's response was refused.
        """
        methods = self._client.get_mfa_methods()
        devices = methods.devices if self._allowed(_TOTP) else ()
        passkeys = methods.passkeys if self._allowed(_PASSKEY) else ()
        if not methods.user_has_verified_mfa_methods:
            self.show(CHOOSE_TYPE)
        elif passkeys and _newest(passkeys) >= _newest(devices):
            self._client.authenticate_passkey_mfa(create_mfa_token=True)
        else:
            self.show(OTP_VERIFICATION)

    def read(self) -> ScreenContent:
        """What the visible screen shows, as far as her phone or her pen need it."""
        if isinstance(self.content, TotpRegistration):
            return ScreenContent(uri=self.content.uri)
        if self._current == VIEW_BACKUP_CODES and isinstance(self.content, tuple):
            return ScreenContent(recovery_codes=self.content)
        return ScreenContent()

    def submit(self, code: str) -> Session:
        """Types a code into the visible screen: of the app, or a recovery code. A refused one leaves it open.

        The screen that follows is the recovery codes while these wait to be acknowledged, else none.

        Raises:
            ValueError: the visible screen takes no code.
            ClientError: the code was refused.
        """
        if self._current in (OTP_VERIFICATION, QR_CODE):
            session = self._client.authenticate_totp_mfa_device(code, create_mfa_token=True)
        elif self._current == ENTER_BACKUP_CODES:
            session = self._client.authenticate_mfa_recovery_code(code, create_mfa_token=True)
        else:
            raise ValueError(f"the screen {self._current!r} takes no code")
        self.close()
        if self._client.is_pending_recovery_codes_acknowledgment():
            self.show(VIEW_BACKUP_CODES)
        return session

    def acknowledge(self) -> Session:
        """Ticks "I have written them down" on the screen of recovery codes, and closes it.

        Raises:
            ValueError: another screen is visible.
            ClientError: the server refused.
        """
        if self._current != VIEW_BACKUP_CODES:
            raise ValueError(f"the screen {self._current!r} shows no recovery codes")
        session = self._client.acknowledge_recovery_codes()
        self.close()
        return session

    def close(self) -> None:
        """Nothing is visible any more: nobody is signed in."""
        self._current = self.content = None

    def _allowed(self, methods: tuple[str, ...]) -> bool:
        mfa = self._client.settings.mfa
        return any(mfa.allows(method) for method in methods)

    def _codes_to_view(self) -> tuple[str, ...]:
        try:
            return self._client.get_mfa_recovery_codes()
        except ClientError:  # a server may show them once only: the screen is there, without codes
            return ()


def _methods_of(name: str) -> tuple[str, ...]:
    if name not in METHODS_OF_SCREEN:
        raise ValueError(f"no screen {name!r}: there are {', '.join(METHODS_OF_SCREEN)}")
    return METHODS_OF_SCREEN[name]


def _newest(methods: Sequence[MfaDevice | UserPasskey]) -> str:
    """When the newest of them was made; ISO 8601 sorts as text."""
    return max((method.created_at or "" for method in methods), default="")
