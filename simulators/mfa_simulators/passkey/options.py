"""Reads the options that a relying party sends (WebAuthn L3 sections 5.1.10 and 5.1.11)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mfa_simulators.passkey.base64url import decode, remember
from mfa_simulators.passkey.errors import WebAuthnError
from mfa_simulators.passkey.keys import ES256
from mfa_simulators.passkey.vault import User

if TYPE_CHECKING:
    from collections.abc import Mapping

# What a browser assumes of a party that names no algorithm: ES256 and RS256 (section 5.1.3).
_DEFAULT_ALGORITHMS: Final = (ES256, -257)
_REQUIREMENTS: Final = frozenset({"required", "preferred", "discouraged"})
_PUBLIC_KEY: Final = frozenset({"public-key", None})
_NOTHING: Final[dict[str, Any]] = {}
_UNREADABLE: Final = (KeyError, TypeError, AttributeError, ValueError)
# Members that must be there, outer ones first.
_CREATION_MEMBERS: Final = MappingProxyType(
    {
        "challenge": str,
        "rp": dict,
        "user": dict,
        "user.id": str,
        "user.name": str,
        "pubKeyCredParams": list,
    }
)
_REQUEST_MEMBERS: Final = MappingProxyType({"challenge": str})


class Creation(NamedTuple):
    """What creation options ask for."""

    challenge: bytes
    rp_id: str | None
    user: User
    algorithms: tuple[int, ...]
    exclude: tuple[bytes, ...]
    resident_key: str
    user_verification: str
    attachment: str | None
    attestation: str
    attestation_formats: tuple[str, ...]
    extensions: dict[str, Any]


class Request(NamedTuple):
    """What request options ask for."""

    challenge: bytes
    rp_id: str | None
    allow: tuple[bytes, ...]
    user_verification: str
    extensions: dict[str, Any]


def read_creation(options: dict[str, Any]) -> Creation:
    """Reads PublicKeyCredentialCreationOptionsJSON.

    Raises:
        WebAuthnError: TypeError for a member that is missing or of another type, EncodingError for bad
            base64url, NotSupportedError if only other types than `public-key` are asked for.
    """
    try:
        user = options["user"]
        selection = options.get("authenticatorSelection") or _NOTHING
        resident_key = selection.get("residentKey")
        if resident_key not in _REQUIREMENTS:
            resident_key = "required" if selection.get("requireResidentKey") else "discouraged"
        exclude = options.get("excludeCredentials")
        formats = options.get("attestationFormats")
        return Creation(
            decode(options["challenge"]),
            options["rp"].get("id"),
            User(decode(user["id"]), user["name"], user.get("displayName") or ""),
            _algorithms(options["pubKeyCredParams"]),
            _ids(exclude) if exclude else (),
            resident_key,
            _user_verification(selection),
            selection.get("authenticatorAttachment"),
            options.get("attestation") or "none",
            tuple(formats) if formats else (),
            options.get("extensions") or _NOTHING,
        )
    except _UNREADABLE as error:
        raise _complaint(options, _CREATION_MEMBERS, error) from error


def read_request(options: dict[str, Any]) -> Request:
    """Reads PublicKeyCredentialRequestOptionsJSON.

    Raises:
        WebAuthnError: TypeError for a member that is missing or of another type, EncodingError for bad
            base64url.
    """
    try:
        allow = options.get("allowCredentials")
        return Request(
            decode(options["challenge"]),
            options.get("rpId"),
            _ids(allow) if allow else (),
            _user_verification(options),
            options.get("extensions") or _NOTHING,
        )
    except _UNREADABLE as error:
        raise _complaint(options, _REQUEST_MEMBERS, error) from error


def _user_verification(options: dict[str, Any]) -> str:
    asked = options.get("userVerification")
    return asked if asked in _REQUIREMENTS else "preferred"  # unknown values count as absent (section 2.1.1)


def _algorithms(parameters: list[Any]) -> tuple[int, ...]:
    if not parameters:
        return _DEFAULT_ALGORITHMS
    algorithms = [item["alg"] for item in parameters if item["type"] == "public-key"]
    if not algorithms:
        raise WebAuthnError("NotSupportedError", "pubKeyCredParams offers no credential of type 'public-key'")
    return tuple(algorithms)


def _ids(descriptors: list[Any]) -> tuple[bytes, ...]:
    """Ids of the `public-key` descriptors; a descriptor without type is taken for one, as vendors drop it."""
    return tuple([remember(item["id"]) for item in descriptors if item.get("type") in _PUBLIC_KEY])


def _complaint(options: Any, members: Mapping[str, type], error: Exception) -> WebAuthnError:
    """What is wrong with options that could not be read."""
    if not isinstance(options, dict):
        return WebAuthnError(
            "TypeError", f"expected the options as an object, found {type(options).__name__}"
        )
    if "challenge" not in options and "publicKey" in options:
        return WebAuthnError("TypeError", "pass the options inside `publicKey`, not the object around them")
    for path, wanted in members.items():
        value: Any = options
        for name in path.split("."):
            value = value.get(name)
        if not isinstance(value, wanted):
            found = "none" if value is None else f"{type(value).__name__}"
            return WebAuthnError("TypeError", f"the options need `{path}` ({wanted.__name__}), found {found}")
    if isinstance(error, ValueError):
        return WebAuthnError(
            "EncodingError", "the challenge, the user id or a credential id is not base64url without padding"
        )
    return WebAuthnError("TypeError", f"the options cannot be read: {type(error).__name__} {error}")
