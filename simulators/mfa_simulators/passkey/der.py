"""Writes DER: what certificates and their extensions are made of (ITU-T X.690)."""

from __future__ import annotations

SEQUENCE, SET = 0x30, 0x31


def tlv(tag: int, *contents: bytes) -> bytes:
    """One element: its tag, the length of its contents, its contents."""
    content = b"".join(contents)
    size = len(content)
    if size < 0x80:  # noqa: PLR2004
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def sequence(*elements: bytes) -> bytes:
    """SEQUENCE."""
    return tlv(SEQUENCE, *elements)


def set_of(*elements: bytes) -> bytes:
    """SET OF, sorted as DER wants it."""
    return tlv(SET, *sorted(elements))


def integer(number: int) -> bytes:
    """INTEGER, not negative."""
    return tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def enumerated(number: int) -> bytes:
    """ENUMERATED below 128."""
    return tlv(0x0A, bytes((number,)))


def octets(content: bytes) -> bytes:
    """OCTET STRING."""
    return tlv(0x04, content)


def bits(content: bytes) -> bytes:
    """BIT STRING of whole bytes."""
    return tlv(0x03, b"\x00", content)


def text(content: str) -> bytes:
    """UTF8String."""
    return tlv(0x0C, content.encode())


def true() -> bytes:
    """BOOLEAN, true."""
    return tlv(0x01, b"\xff")


def null() -> bytes:
    """NULL."""
    return tlv(0x05)


def time(instant: str) -> bytes:
    """UTCTime, of text such as `200101000000Z`."""
    return tlv(0x17, instant.encode())


def oid(dotted: str) -> bytes:
    """OBJECT IDENTIFIER."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    return tlv(0x06, b"".join(map(_base_128, (40 * first + second, *rest))))


def explicit(number: int, *contents: bytes) -> bytes:
    """A context-specific, constructed tag around its contents."""
    if number < 31:  # noqa: PLR2004
        return tlv(0xA0 | number, *contents)
    tag = b"\xbf" + _base_128(number)
    return tag + tlv(0, *contents)[1:]


def _base_128(number: int) -> bytes:
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))
