"""Checks the collected client data (7.1 steps 5 to 11, 7.2 steps 8 to 14)."""

from __future__ import annotations

from hmac import compare_digest
from typing import TYPE_CHECKING, Any, Final

import msgspec

from mfa_simulators.webauthn import base64url
from mfa_simulators.webauthn.errors import VerificationError
from mfa_simulators.webauthn.origins import expected
from mfa_simulators.webauthn.response import kind, shown

if TYPE_CHECKING:
    from collections.abc import Collection

    from mfa_simulators.webauthn.policy import Policy
    from mfa_simulators.webauthn.steps import Steps

_BOM: Final = b"\xef\xbb\xbf"


class _ClientData(msgspec.Struct, frozen=True, rename="camel"):
    # Any: a member of another type is refused by the step that reads it, not by the parser.
    type: Any = None
    challenge: Any = None
    origin: Any = None
    cross_origin: Any = None
    top_origin: Any = msgspec.UNSET


_decode: Final = msgspec.json.Decoder(_ClientData).decode


def check_client_data(
    raw: bytes, *, type_: str, challenge: bytes, origins: Collection[str], policy: Policy, steps: Steps
) -> None:
    """Makes the checks of one ceremony's client data, in the order of the specification.

    Raises:
        VerificationError: naming the step.
    """
    data = _parse(raw, steps)
    if data.type != type_:
        raise VerificationError(steps.type, f"expected type {type_!r}, found {shown(data.type)}")
    if not challenge:
        raise VerificationError(steps.challenge, "no challenge was sent, so none can be answered")
    found = data.challenge
    if not isinstance(found, str) or not compare_digest(
        found.encode(errors="replace"), base64url.encode(challenge).encode()
    ):
        raise VerificationError(
            steps.challenge, f"expected the challenge that was sent, found {shown(found)}"
        )
    origin = data.origin
    if not isinstance(origin, str) or not expected(origin, origins):
        raise VerificationError(
            steps.origin, f"expected one of {sorted(origins)}, found the origin {shown(origin)}"
        )
    # Absent and false are one; what is no boolean is taken for the worse.
    if data.cross_origin is not None and data.cross_origin is not False and not policy.allow_cross_origin:
        raise VerificationError(
            steps.cross_origin,
            "the ceremony ran within another site's page, and the policy expects none such",
        )
    if data.top_origin is not msgspec.UNSET:
        _check_top_origin(data.top_origin, policy, steps)


def _parse(raw: bytes, steps: Steps) -> _ClientData:
    body = raw.removeprefix(_BOM)
    try:
        try:
            return _decode(body)
        except UnicodeDecodeError:
            # UTF-8 decode of the Encoding standard, which the specification names, replaces bad bytes.
            return _decode(body.decode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise VerificationError(
            steps.client_data, f"expected clientDataJSON to be a JSON object: {error}"
        ) from error


def _check_top_origin(top_origin: Any, policy: Policy, steps: Steps) -> None:
    if not policy.allow_cross_origin:
        raise VerificationError(
            steps.top_origin, f"the page was framed by {shown(top_origin)}, and the policy expects no frames"
        )
    if not isinstance(top_origin, str) or not expected(top_origin, policy.top_origins):
        found = shown(top_origin) if isinstance(top_origin, str) else kind(top_origin)
        raise VerificationError(
            steps.top_origin, f"expected a page of {sorted(policy.top_origins)} around ours, found {found}"
        )
