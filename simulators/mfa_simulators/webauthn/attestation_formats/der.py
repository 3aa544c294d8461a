"""Reads the little DER that certificate extensions of authenticators hold (ITU-T X.690)."""

from __future__ import annotations

from typing import Final, NamedTuple

_OCTETS: Final = 0x04
_LONG_TAG: Final = 0x1F
_INDEFINITE: Final = 0x80
_MOST_LENGTH_OCTETS: Final = 3


class Element(NamedTuple):
    """One element: its first tag octet, its tag number, its contents."""

    first: int
    number: int
    content: bytes


def read(raw: bytes) -> Element:
    """The element that fills all of `raw`.

    Raises:
        ValueError: cut short, followed by more, or not DER.
    """
    element, rest = _take(raw)
    if rest:
        raise ValueError(f"{len(rest)} bytes follow the DER element")
    return element


def read_all(raw: bytes) -> list[Element]:
    """The elements that stand one after another.

    Raises:
        ValueError: cut short, or not DER.
    """
    elements = []
    while raw:
        element, raw = _take(raw)
        elements.append(element)
    return elements


def read_octets(raw: bytes) -> bytes:
    """The contents of an OCTET STRING.

    Raises:
        ValueError: it is none.
    """
    element = read(raw)
    if element.first != _OCTETS:
        raise ValueError(f"expected an OCTET STRING, found tag {element.first:#x}")
    return element.content


def _take(raw: bytes) -> tuple[Element, bytes]:
    try:
        first, place = raw[0], 1
        number = first & _LONG_TAG
        if number == _LONG_TAG:
            number = 0
            while True:
                octet = raw[place]
                place += 1
                number = number << 7 | octet & 0x7F
                if octet < 0x80:  # noqa: PLR2004
                    break
        size = raw[place]
        place += 1
        if size >= _INDEFINITE:
            octets = size - _INDEFINITE
            if not 1 <= octets <= _MOST_LENGTH_OCTETS or len(raw) < place + octets:
                raise ValueError("the length of a DER element cannot be read")
            size = int.from_bytes(raw[place : place + octets], "big")
            place += octets
    except IndexError as error:
        raise ValueError("a DER element is cut short") from error
    if len(raw) < place + size:
        raise ValueError("a DER element is cut short")
    return Element(first, number, raw[place : place + size]), raw[place + size :]
