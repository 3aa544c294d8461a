"""Writes the answer that is asked for most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_simulators.passkey import cbor, large_blobs
from mfa_simulators.passkey.draft import USER_VERIFIED

if TYPE_CHECKING:
    from mfa_simulators.passkey.cbor import Cbor
    from mfa_simulators.passkey.results import Asserted


def assertion(asserted: Asserted, count: int | None, *, with_blob_key: bool, named: bool) -> bytes:
    """The answer to authenticatorGetAssertion, written by hand: it is asked for most.

    Args:
        asserted: what was signed.
        count: how many credentials would do, where several would; None otherwise.
        with_blob_key: the key of the large blob is asked for.
        named: the account's names are told, as the user has to choose.
    """
    held, data, signature = asserted
    blob_key = with_blob_key and held.blobs
    members = 3 + held.discoverable + (count is not None) + blob_key
    answer = b"".join(
        (
            b"\x00",
            bytes((0xA0 | members,)),
            b"\x01\xa2\x62id",
            cbor.head(cbor.BYTES, len(held.id)),
            held.id,
            b"\x64type\x6apublic-key\x02",
            cbor.head(cbor.BYTES, len(data)),
            data,
            b"\x03",
            cbor.head(cbor.BYTES, len(signature)),
            signature,
        )
    )
    if held.discoverable:
        # Names tell accounts apart, and are told to who was verified alone.
        user: dict[int | str, Cbor] = {"id": held.user.handle}
        if named and data[32] & USER_VERIFIED:
            user |= {"name": held.user.name, "displayName": held.user.display_name}
        answer += b"\x04" + cbor.encode(user)
    if count is not None:
        answer += b"\x05" + cbor.encode(count)
    if blob_key:
        answer += b"\x07" + cbor.encode(large_blobs.key_of(held))
    return answer
