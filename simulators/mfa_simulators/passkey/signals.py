"""What a site tells a passkey provider afterwards: the signal methods of WebAuthn L3 section 5.1.10."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mfa_simulators.passkey import base64url
from mfa_simulators.passkey.client_data import rp_id_for
from mfa_simulators.passkey.errors import WebAuthnError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_simulators.passkey.virtual_passkey import VirtualPasskey


def signal_unknown_credential(key: VirtualPasskey, options: Mapping[str, Any], *, origin: str) -> None:
    """`signalUnknownCredential({rpId, credentialId})`: the site knows no such credential, so it goes.

    Raises:
        WebAuthnError: SecurityError for an RP id that is not the page's, TypeError for bad base64url.
    """
    rp_id = rp_id_for(origin, options["rpId"])
    unknown = _bytes(options["credentialId"])
    for held in key.credentials:
        if (held.id, held.rp_id) == (unknown, rp_id):
            key.remove(held.id)


def signal_all_accepted_credentials(key: VirtualPasskey, options: Mapping[str, Any], *, origin: str) -> None:
    """`signalAllAcceptedCredentials({rpId, userId, allAcceptedCredentialIds})`: the account's others go.

    Raises:
        WebAuthnError: SecurityError for an RP id that is not the page's, TypeError for bad base64url.
    """
    rp_id = rp_id_for(origin, options["rpId"])
    accepted = {_bytes(each) for each in options["allAcceptedCredentialIds"]}
    user = _bytes(options["userId"])
    for held in key.credentials:
        if held.rp_id == rp_id and held.user.handle == user and held.id not in accepted:
            key.remove(held.id)


def signal_current_user_details(key: VirtualPasskey, options: Mapping[str, Any], *, origin: str) -> None:
    """`signalCurrentUserDetails({rpId, userId, name, displayName})`: the account is called so from now on.

    Raises:
        WebAuthnError: SecurityError for an RP id that is not the page's, TypeError for bad base64url.
    """
    rp_id = rp_id_for(origin, options["rpId"])
    user = _bytes(options["userId"])
    for held in key.credentials:
        if held.rp_id == rp_id and held.user.handle == user:
            held.user = held.user._replace(name=options["name"], display_name=options["displayName"])


def _bytes(text: str) -> bytes:
    try:
        return base64url.decode(text)
    except (ValueError, AttributeError) as error:
        raise WebAuthnError("TypeError", "expected ids as base64url without padding") from error
