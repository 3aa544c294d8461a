"""A simulated passkey in a browser's own virtual authenticator, in the words of the Chrome DevTools Protocol.

The driver reads it before a ceremony, and writes back what the browser has made and counted in it.
"""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any, Final

from mfa_harness.targets.driving.driver import Declined

if TYPE_CHECKING:
    from mfa_simulators.passkey import VirtualPasskey

_NOT_THERE: Final = "NotSupportedError"


def held_by(holder: Any, *, fault: str | None) -> VirtualPasskey:
    """The passkey, if a browser's authenticator can be it; one that only listens to another `lends` that.

    Raises:
        Declined: it lies, replays what somebody else has made, or its user does not consent.
    """
    from mfa_simulators.passkey import VirtualPasskey  # noqa: PLC0415 - loaded by who uses passkeys

    if fault is not None:
        raise Declined(_NOT_THERE, f"no authenticator in a browser does that: {fault}")
    holder = getattr(holder, "lends", holder)
    if not isinstance(holder, VirtualPasskey):
        raise Declined(_NOT_THERE, "it takes an answer that no authenticator in a browser gives")
    if holder.settings.user not in ("consents", "fails-verification"):
        raise Declined(
            _NOT_THERE, f"nobody sits in front of a browser's authenticator who {holder.settings.user}"
        )
    return holder


def read(passkey: VirtualPasskey) -> dict[str, Any]:
    """The options of `WebAuthn.addVirtualAuthenticator`, and a `Credential` for each that it holds."""
    settings = passkey.settings
    return {
        "authenticator": {
            "transport": "internal" if settings.attachment == "platform" else "usb",
            "hasResidentKey": settings.discoverable != "never",
            "hasUserVerification": settings.user_verification,
            "isUserVerified": settings.user_verification and settings.user == "consents",
            "defaultBackupEligibility": settings.backup_eligible,
            "defaultBackupState": settings.backup_state,
        },
        "credentials": passkey.export()["credentials"],
    }


def write(passkey: VirtualPasskey, credentials: list[dict[str, Any]]) -> None:
    """Take over what `WebAuthn.getCredentials` lists: new credentials, counters, and which are gone.

    Raises:
        ValueError: these are no credentials.
    """
    held = {credential.id: credential for credential in passkey.credentials}
    listed = set()
    for credential in credentials:
        try:
            identifier, counter = (
                b64decode(credential["credentialId"], validate=True),
                int(credential["signCount"]),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"this is no credential of the DevTools Protocol: {error!r}") from error
        listed.add(identifier)
        if identifier in held:
            held[identifier].counter = counter
        else:
            passkey.add(credential)
    for identifier in held.keys() - listed:
        passkey.remove(identifier)
