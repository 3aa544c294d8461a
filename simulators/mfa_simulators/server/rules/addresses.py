"""Addresses: which spellings are one."""

from __future__ import annotations

from string import ascii_lowercase, ascii_uppercase
from typing import Final

_LOWER: Final = str.maketrans(ascii_uppercase, ascii_lowercase)


def same_address(address: str) -> str:
    """One spelling of an address for all that differ in the case of ASCII letters (CVE-2025-24806).

    Of those alone: to fold more makes one account of two mailboxes (`strasse` and `straße`).
    """
    return address.translate(_LOWER)
