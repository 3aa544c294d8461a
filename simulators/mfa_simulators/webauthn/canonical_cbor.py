"""CBOR as WebAuthn wants it: CTAP2's canonical form, refused otherwise (WebAuthn L3 section 2.4).

fido2's decoder is lenient: it takes byte strings that are cut short, duplicate keys, and floats as
`False`. Encoding what it read and comparing catches each of these, as canonical CBOR has one spelling.
"""

from __future__ import annotations

import struct
from typing import Any

from fido2 import cbor


def decode(raw: bytes, *, any_order: bool = False) -> Any:
    """The value of one CBOR item that fills all of `raw`.

    Args:
        raw: the item.
        any_order: members of maps may stand in any order; all else is as strict.

    Raises:
        ValueError: malformed, cut short, followed by other bytes, too deep, or not canonical.
    """
    value, rest = decode_first(raw, any_order=any_order)
    if rest:
        raise ValueError(f"{len(rest)} bytes follow the CBOR item")
    return value


def decode_first(raw: bytes, *, any_order: bool = False) -> tuple[Any, bytes]:
    """The value of the CBOR item that `raw` begins with, and what follows it.

    Raises:
        ValueError: malformed, cut short, too deep, or not canonical.
    """
    try:
        value, rest = cbor.decode_from(raw)
        canonical = cbor.encode(value)
    # What fido2's decoder raises on malformed bytes; UnicodeDecodeError is a ValueError.
    except (ValueError, KeyError, IndexError, TypeError, struct.error) as error:
        raise ValueError(f"malformed CBOR ({type(error).__name__}: {error})") from error
    except RecursionError as error:
        raise ValueError("CBOR nested too deep") from error
    whole = canonical + rest
    # In another order the bytes are the same ones: nothing is cut short, doubled, or longer than need be.
    if whole != raw and not (any_order and sorted(whole) == sorted(raw)):
        raise ValueError("CBOR cut short, or not in CTAP2's canonical form")
    return value, rest
