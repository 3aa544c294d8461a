"""Reads what a client asks for (CTAP 2.2 sections 6.1 and 6.2)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from fido2 import cbor

from mfa_simulators.passkey.ctap import status
from mfa_simulators.passkey.ctap.status import CtapRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")
_HASH: Final = b"\x02\x58\x20"  # key 2 of a request, a byte string of 32
_HASH_SIZE: Final = 32


class AssertionRequest(NamedTuple):
    """What authenticatorGetAssertion asks for, but for the hash of the client data."""

    rp_id: str
    allow: tuple[bytes, ...]
    extensions: dict[str, Any]
    present: bool
    verify: bool
    proof: bytes | None
    protocol: int | None


def decode(raw: bytes) -> dict[int, Any]:
    """A request's members.

    Raises:
        CtapRefusal: it is no map in CBOR.
    """
    try:
        members: Any = cbor.decode(raw)
    except Exception as error:  # the decoder raises whatever it stumbles over
        raise CtapRefusal(status.INVALID_CBOR) from error
    if not isinstance(members, dict):
        raise CtapRefusal(status.CBOR_UNEXPECTED_TYPE)
    return members


def member(members: Mapping[Any, Any], key: Any, type_: type) -> Any:
    """A member that must be there.

    Raises:
        CtapRefusal: it is missing, or of another type.
    """
    if key not in members:
        raise CtapRefusal(status.MISSING_PARAMETER)
    value = members[key]
    if not isinstance(value, type_):
        raise CtapRefusal(status.CBOR_UNEXPECTED_TYPE)
    return value


def optional(members: Mapping[Any, Any], key: Any, type_: type[T], default: T) -> T:
    """A member that may be left out.

    Raises:
        CtapRefusal: it is of another type.
    """
    value = members.get(key, default)
    if not isinstance(value, type_):
        raise CtapRefusal(status.CBOR_UNEXPECTED_TYPE)
    return value


def ids(descriptors: list[Any]) -> tuple[bytes, ...]:
    """The credential ids of a list of descriptors.

    Raises:
        CtapRefusal: one is no descriptor.
    """
    found = []
    for each in descriptors:
        if not isinstance(each, dict):
            raise CtapRefusal(status.CBOR_UNEXPECTED_TYPE)
        if each.get("type") == "public-key":
            found.append(member(each, "id", bytes))
    return tuple(found)


def read_assertion(raw: bytes) -> tuple[AssertionRequest, bytes]:
    """The request, and the hash of the client data.

    Ceremonies differ in the hash alone, so the rest is read once and remembered.

    Raises:
        CtapRefusal: it cannot be read.
    """
    start = raw.find(_HASH, 0, 300)
    if start > 0 and (end := start + len(_HASH) + _HASH_SIZE) <= len(raw):
        hash_ = raw[start + len(_HASH) : end]
        request, read = _remembered(raw[:start], raw[end:])
        if read:
            return request, hash_
    return _read_assertion(raw)


@lru_cache(maxsize=256)
def _remembered(before: bytes, after: bytes) -> tuple[AssertionRequest, bool]:
    """The request around any hash; False if those bytes were no hash after all."""
    probe = bytes(range(_HASH_SIZE))
    request, hash_ = _read_assertion(before + _HASH + probe + after)
    return request, hash_ == probe


def _read_assertion(raw: bytes) -> tuple[AssertionRequest, bytes]:
    members = decode(raw)
    options = optional(members, 5, dict, {})
    return (
        AssertionRequest(
            member(members, 1, str),
            ids(optional(members, 3, list, [])),
            optional(members, 4, dict, {}),
            options.get("up", True) is not False,
            options.get("uv", False) is True,
            members.get(6),
            members.get(7),
        ),
        member(members, 2, bytes),
    )
