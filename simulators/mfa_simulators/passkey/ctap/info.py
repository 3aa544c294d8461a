"""What a device says of itself: authenticatorGetInfo (CTAP 2.2 section 6.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mfa_simulators.passkey.large_blobs import CAPACITY

if TYPE_CHECKING:
    from mfa_simulators.passkey.cbor import Cbor
    from mfa_simulators.passkey.ctap.pins import PinState
    from mfa_simulators.passkey.settings import Settings

LONGEST_MESSAGE: Final = 4096
_MOST_LISTED: Final = 16
_LONGEST_ID: Final = 1023


def information(settings: Settings, pin: PinState, stored: int) -> dict[int | str, Cbor]:
    """The members of the answer.

    Args:
        settings: of the authenticator.
        pin: its PIN's state.
        stored: how many discoverable credentials it holds.
    """
    options: dict[int | str, Cbor] = {
        "rk": settings.discoverable != "never",
        "up": True,
        "plat": settings.attachment == "platform",
        "pinUvAuthToken": True,
        "makeCredUvNotRqd": True,
    }
    if pin.possible:
        options["clientPin"] = pin.is_set
    if settings.discoverable != "never" and (pin.possible or settings.user_verification):
        options["credMgmt"] = True
    if settings.user_verification:
        options["uv"] = True
    extensions: list[Cbor] = []
    if settings.cred_protect:
        extensions.append("credProtect")
    if settings.prf:
        extensions.append("hmac-secret")
    if settings.large_blob:
        extensions.append("largeBlobKey")
        options["largeBlobs"] = True
    if settings.min_pin_length is not None:
        extensions.append("minPinLength")
    info: dict[int | str, Cbor] = {
        1: ["FIDO_2_0", "FIDO_2_1"],
        2: extensions,
        3: settings.aaguid,
        4: options,
        5: LONGEST_MESSAGE,
        6: [2, 1],
        7: _MOST_LISTED,
        8: _LONGEST_ID,
        9: list(settings.transports),
        10: [{"alg": number, "type": "public-key"} for number in settings.algorithms],
        13: pin.shortest,
    }
    if settings.large_blob:
        info[11] = CAPACITY
    if settings.capacity is not None:
        info[20] = max(0, settings.capacity - stored)
    return info
