"""A passkey's response: from the wire's spelling to WebAuthn Level 3 JSON, and what it claims."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from mfa_simulators.server.wire.requests import Assertion, Attestation


# "UTF-8 decode" of the Encoding standard drops it (WebAuthn L3 7.1 step 5, 7.2 step 8).
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


def client_data(response: dict[str, Any]) -> dict[str, Any]:
    """The client data as the response has it, believed in nothing; empty when it cannot be read."""
    try:
        read = msgspec.json.decode(
            decoded(response["response"].get("clientDataJSON") or "").removeprefix(_BYTE_ORDER_MARK)
        )
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return (
        {key: read[key] for key in ("origin", "challenge") if isinstance(read.get(key), str)}
        if isinstance(read, dict)
        else {}
    )


def decoded(text: str) -> bytes:
    """The bytes of base64url text; none when it is none."""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        return b""


def base64url(data: bytes) -> str:
    """Bytes as base64url text without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def registration_json(body: Attestation) -> dict[str, Any]:
    """RegistrationResponseJSON: the wire spells clientDataJson (generated mappers)."""
    inner: dict[str, Any] = {
        "attestationObject": body.response.attestation_object,
        "clientDataJSON": body.response.client_data_json or body.response.client_data,
    }
    if body.response.transports is not None:
        inner["transports"] = list(body.response.transports)
    return _envelope(body, inner)


def assertion_json(body: Assertion) -> dict[str, Any]:
    """AuthenticationResponseJSON: here the wire spells clientDataJSON."""
    inner: dict[str, Any] = {
        "authenticatorData": body.response.authenticator_data,
        "clientDataJSON": body.response.client_data or body.response.client_data_json,
        "signature": body.response.signature,
    }
    if body.response.user_handle is not None:
        inner["userHandle"] = body.response.user_handle
    return _envelope(body, inner)


def _envelope(body: Attestation | Assertion, inner: dict[str, Any]) -> dict[str, Any]:
    envelope: dict[str, Any] = {
        "id": body.id,
        "rawId": body.raw_id,
        "type": body.type,
        "response": inner,
        "clientExtensionResults": body.client_extension_results,
    }
    if body.authenticator_attachment is not None:
        envelope["authenticatorAttachment"] = body.authenticator_attachment
    return envelope
