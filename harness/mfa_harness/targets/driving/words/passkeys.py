"""Passkeys through a driver: the person's own authenticator answers the ceremonies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mfa_harness.targets.driving.words.session import SessionWords
from mfa_harness.verdicts import NotApplicable
from mfa_simulators.client.protocol import HELD, MfaTokenChoice
from mfa_simulators.client.values import Session, UserPasskey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_simulators.client.protocol import PasskeyAuthenticator


class PasskeyWords(SessionWords):
    """See `mfa_simulators.client.protocol.PasskeyWords`."""

    def register_passkey(
        self,
        *,
        passkey: PasskeyAuthenticator | None = None,
        fault: str | None = None,
        create_mfa_token: bool | None = None,
    ) -> Session:
        """Registers a passkey."""
        return self._ceremony("register_passkey", passkey, fault, create_mfa_token=create_mfa_token)

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
        return self._ceremony(
            "authenticate_passkey_mfa",
            passkey,
            fault,
            create_mfa_token=create_mfa_token,
            requested_scopes=list(requested_scopes),
            related_origin_rp_id=related_origin_rp_id,
        )

    def sign_in_with_passkey(
        self,
        *,
        passkey: PasskeyAuthenticator | None = None,
        fault: str | None = None,
        related_origin_rp_id: str | None = None,
    ) -> Session:
        """Signs in with a passkey."""
        return self._ceremony(
            "sign_in_with_passkey", passkey, fault, related_origin_rp_id=related_origin_rp_id
        )

    def passkey_request_options(self) -> dict[str, Any]:
        """Not by a client SDK: half of a ceremony, which ours can be asked for."""
        raise NotApplicable("it takes a challenge out of its ceremony, and a client SDK keeps that together")

    passkey_creation_options = passkey_sign_in_options = passkey_request_options

    def get_passkeys(self) -> tuple[UserPasskey, ...]:
        """The user's passkeys."""
        return self._something("get_passkeys", tuple[UserPasskey, ...])

    def rename_passkey(self, passkey_id: str, alias: str) -> UserPasskey:
        """Gives a passkey a name."""
        found = self._do("rename_passkey", UserPasskey, passkey_id=passkey_id, alias=alias)
        return found or UserPasskey(id=passkey_id, alias=alias)

    def delete_passkey(self, passkey_id: str, *, mfa_token: MfaTokenChoice = HELD) -> None:
        """Deletes a passkey."""
        self._do_with_token("delete_passkey", mfa_token, passkey_id=passkey_id)
