"""Reads the JSON shape of a response (RegistrationResponseJSON, AuthenticationResponseJSON)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mfa_simulators.webauthn import base64url
from mfa_simulators.webauthn.errors import VerificationError

if TYPE_CHECKING:
    from mfa_simulators.webauthn.steps import Steps

# Far above any honest member (an ML-DSA attestation with its certificates is about 30 KB), and small
# enough that reading a hostile one takes no time worth mentioning.
LONGEST_MEMBER: Final = 65_536


def read_envelope(response: Any, steps: Steps) -> tuple[dict[str, Any], bytes]:
    """The inner `response` object and the raw credential id.

    Raises:
        VerificationError: not an object, `id` and `rawId` differ, or `type` is not `public-key`.
    """
    if not isinstance(response, dict):
        raise VerificationError(
            steps.response, f"expected the credential as a JSON object, found {kind(response)}"
        )
    identifier = response.get("id")
    raw_id = binary(response, "rawId", steps)
    if identifier != response["rawId"]:
        raise VerificationError(
            steps.response, f"`id` must be the base64url text of `rawId`, found {shown(identifier)}"
        )
    if response.get("type") != "public-key":
        raise VerificationError(
            steps.response, f"expected type 'public-key', found {shown(response.get('type'))}"
        )
    inner = response.get("response")
    if not isinstance(inner, dict):
        raise VerificationError(
            steps.response, f"expected `response` to be a JSON object, found {kind(inner)}"
        )
    if not isinstance(response.get("clientExtensionResults"), dict):
        raise VerificationError(
            steps.extension_results,
            "expected `clientExtensionResults` to be a JSON object, "
            f"found {kind(response.get('clientExtensionResults'))}",
        )
    return inner, raw_id


def binary(members: dict[str, Any], name: str, steps: Steps) -> bytes:
    """The bytes of a base64url member.

    Raises:
        VerificationError: missing, not text, not base64url, or longer than any honest member.
    """
    text = members.get(name)
    if not isinstance(text, str):
        found = kind(text) if name in members else "no such member"
        raise VerificationError(steps.response, f"expected `{name}` as base64url text, found {found}")
    if len(text) > LONGEST_MEMBER * 4 // 3:
        raise VerificationError(
            steps.response, f"`{name}` is {len(text)} characters long, more than any authenticator makes"
        )
    try:
        return base64url.decode(text)
    except ValueError as error:
        raise VerificationError(
            steps.response, f"`{name}` is not base64url without padding: {shown(text)}"
        ) from error


def kind(value: Any) -> str:
    """What a JSON value is, in JSON's words."""
    if value is None:
        return "null or nothing"
    if isinstance(value, bool):
        return "a boolean"
    names = {dict: "an object", list: "an array", str: "text", int: "a number", float: "a number"}
    return names.get(type(value), type(value).__name__)


def shown(value: Any) -> str:
    """A value as an error may show it: never longer than a line."""
    if not isinstance(value, str):
        return kind(value)
    return repr(value if len(value) <= 60 else value[:57] + "...")  # noqa: PLR2004
