"""The browser between page and authenticator: what it lets through, and what it tells the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mfa_simulators.passkey import base64url
from mfa_simulators.passkey.client_data import ClientData, collect
from mfa_simulators.passkey.draft import USER_VERIFIED
from mfa_simulators.passkey.errors import RefusedError, WebAuthnError

if TYPE_CHECKING:
    from mfa_simulators.passkey.faults import Fault
    from mfa_simulators.passkey.options import Creation

# Browsers tell the page little: all but two refusals look the same to it.
_NAMES: Final = {"excluded": "InvalidStateError", "no-algorithm": "NotSupportedError"}
_FLAGS: Final = 32  # where the flags stand in authenticator data


def client_data(
    type_: str, challenge: bytes, origin: str, top_origin: str | None, flaw: Fault | None
) -> bytes:
    """The client data of a page, or what a lying client makes of it."""
    if flaw is None or flaw.client is None:
        return collect(type_, challenge, origin, top_origin)
    draft = ClientData(type_, base64url.encode(challenge), origin, top_origin is not None, top_origin)
    flaw.client(draft)
    return draft.render()


def formats(asked: Creation, aaguid: bytes) -> tuple[str, ...]:
    """What the browser lets through (section 5.1.3): a party that asks for nothing gets `none`."""
    if asked.attestation in ("direct", "indirect", "enterprise"):
        return asked.attestation_formats
    # Self attestation without a model's name identifies nobody, and stays.
    return ("none",) if any(aaguid) else ()


def verified(data: bytes) -> bool:
    """Whether authenticator data says that the user was verified."""
    return len(data) > _FLAGS and bool(data[_FLAGS] & USER_VERIFIED)


def rejection(refusal: RefusedError) -> WebAuthnError:
    """What the page is told of a refusal."""
    return WebAuthnError(_NAMES.get(refusal.reason, "NotAllowedError"), refusal.message)
