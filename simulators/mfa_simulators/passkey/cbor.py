"""Writes CBOR in CTAP2's canonical form: all that an authenticator needs to write."""

from __future__ import annotations

import struct
from typing import TypeAlias

Cbor: TypeAlias = "int | bool | str | bytes | list[Cbor] | dict[int | str, Cbor]"

UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP = range(6)


def head(major: int, number: int) -> bytes:
    """The head of a data item: major type, and a number in the fewest bytes (RFC 8949 section 3)."""
    kind = major << 5
    if number < 24:  # noqa: PLR2004
        return bytes((kind | number,))
    if number <= 0xFF:  # noqa: PLR2004
        return bytes((kind | 24, number))
    if number <= 0xFFFF:  # noqa: PLR2004
        return struct.pack(">BH", kind | 25, number)
    if number <= 0xFFFFFFFF:  # noqa: PLR2004
        return struct.pack(">BI", kind | 26, number)
    return struct.pack(">BQ", kind | 27, number)


def encode(value: Cbor) -> bytes:
    """A value as canonical CBOR: shortest heads, and map keys in CTAP2's order (CTAP 2.2 section 8).

    Raises:
        TypeError: a value that an authenticator never writes.
    """
    match value:
        case bool():
            return b"\xf5" if value else b"\xf4"
        case int():
            return head(UNSIGNED, value) if value >= 0 else head(NEGATIVE, -1 - value)
        case bytes():
            return head(BYTES, len(value)) + value
        case str():
            text = value.encode()
            return head(TEXT, len(text)) + text
        case list():
            return head(ARRAY, len(value)) + b"".join(map(encode, value))
        case dict():
            members = [(encode(key), encode(member)) for key, member in value.items()]
            members.sort(key=lambda pair: (pair[0][0] >> 5, len(pair[0]), pair[0]))
            return head(MAP, len(members)) + b"".join(key + member for key, member in members)
    raise TypeError(f"an authenticator writes no {type(value).__name__} as CBOR")
