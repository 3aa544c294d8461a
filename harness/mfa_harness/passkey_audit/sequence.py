"""One sequence: honest steps, and a last one that is judged."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from mfa_harness.passkey_audit.party import origin_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.passkey_audit.party import RelyingParty
    from mfa_simulators.passkey import VirtualPasskey

    Attempt = Callable[[RelyingParty, VirtualPasskey], Callable[[], Any]]


class NotOffered(Exception):  # noqa: N818 - a fact, not a mistake
    """The party cannot be shown this; says why."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """Honest steps, and the last one, which must be refused (or accepted).

    Attributes:
        slug: its name.
        ceremony: of the last step.
        sentence: what is tried.
        step: what must catch it, `policy`, or `accept`.
        needs: the claim without which it is left to the caller.
        prepare: makes the honest steps, and gives the last one.
    """

    slug: str
    ceremony: Literal["create", "get"]
    sentence: str
    step: str
    needs: str
    prepare: Attempt


def sign_in(party: RelyingParty, key: VirtualPasskey) -> Any:
    """An honest sign-in."""
    return party.authenticate(key.get(party.request_options(), origin=origin_of(party)))


def anew(options: dict[str, Any]) -> dict[str, Any]:
    """Options that exclude nothing, for another user of the same authenticator."""
    return options | {"excludeCredentials": []}


def with_id(key: VirtualPasskey, options: dict[str, Any], origin: str, identifier: bytes) -> dict[str, Any]:
    """A registration with a key of its own that takes an id which is registered already.

    Nothing is signed where no attestation is given, so the id can be put in the place of the key's own.
    """
    response = key.create(options | {"attestation": "none"}, origin=origin)
    own = decode(response["rawId"])
    inner = response["response"]
    for name in ("attestationObject", "authenticatorData"):
        inner[name] = encode(decode(inner[name]).replace(own, identifier))
    response["id"] = response["rawId"] = encode(identifier)
    return response


def decode(text: str) -> bytes:
    """Base64url without padding."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode(raw: bytes) -> str:
    """Base64url without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
