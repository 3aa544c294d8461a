"""How a response is changed after it was signed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from mfa_simulators.passkey import base64url, cbor
from mfa_simulators.passkey.faults.fault import nothing_signed

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_simulators.passkey.faults.fault import Json


def other(text: str) -> str:
    """Another base64url text, which follows from this one."""
    return base64url.encode(hashlib.sha256(text.encode()).digest())


def change(response: Json, member: str, how: Callable[[bytes], bytes]) -> None:
    """Changes the bytes of a member of the inner response."""
    inner = response["response"]
    inner[member] = base64url.encode(how(base64url.decode(inner[member])))


def change_signature(response: Json, how: Callable[[bytes], bytes]) -> None:
    """Changes an assertion's signature, or that in an attestation statement."""
    if "signature" in response["response"]:
        change(response, "signature", how)
        return
    signature_covers(response)
    change(
        response,
        "attestationObject",
        lambda whole: change_byte_string(whole, b"\x63sig", how),
    )


def change_data(response: Json, offset: int, how: Callable[[int], int]) -> None:
    """Changes one byte of the authenticator data, wherever it is."""

    def changed(data: bytes) -> bytes:
        return data[:offset] + bytes((how(data[offset]),)) + data[offset + 1 :]

    change_all_data(response, changed)


def change_all_data(response: Json, how: Callable[[bytes], bytes]) -> None:
    """Changes the authenticator data, wherever it is."""
    signature_covers(response)
    change(response, "authenticatorData", how)
    if "attestationObject" in response["response"]:
        change(
            response,
            "attestationObject",
            lambda whole: change_byte_string(whole, b"\x68authData", how),
        )


def change_byte_string(whole: bytes, key: bytes, how: Callable[[bytes], bytes]) -> bytes:
    """Changes the CBOR byte string that follows a map key. It is 24 to 65535 bytes long."""
    before, _, after = whole.partition(key)
    start = {0x58: 2, 0x59: 3}[after[0]]
    end = start + int.from_bytes(after[1:start], "big")
    return before + key + cbor.encode(how(after[start:end])) + after[end:]


def signature_covers(response: Json) -> None:
    """Refuses a registration in which nothing is signed.

    Raises:
        ValueError: what to ask for.
    """
    attested = base64url.decode(response["response"].get("attestationObject", ""))
    if b"\x63fmt\x64none" in attested:
        raise nothing_signed()
