"""The cable of a device that a provider keeps in step with others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mfa_simulators.passkey.ctap.device import CtapAuthenticator

if TYPE_CHECKING:
    from mfa_simulators.passkey.core import Authenticator
    from mfa_simulators.passkey.sync import SyncedPasskey

_MAKE: Final = 0x01


class SyncedCtapAuthenticator(CtapAuthenticator):
    """As `CtapAuthenticator`: what it makes and deletes, the other devices come to know.

    Args:
        core: the authenticator.
        owner: the device whose face this is.
        pin: as `CtapAuthenticator` takes it.
    """

    def __init__(self, core: Authenticator, owner: SyncedPasskey, *, pin: str | None = None) -> None:
        super().__init__(core, pin=pin)
        self._owner = owner

    def handle(self, request: bytes) -> bytes:
        """As `CtapAuthenticator.handle`, with what has reached this device by now."""
        with self._owner.in_step(makes=request[:1] == bytes((_MAKE,))):
            return super().handle(request)
