"""What ceremonies give, whatever face they are asked through."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from mfa_simulators.passkey import base64url, cbor

if TYPE_CHECKING:
    from mfa_simulators.passkey.vault import HeldCredential


@cache
def _format_member(name: str) -> bytes:
    """An attestation object up to its statement; there are few formats."""
    return b"\xa3\x63fmt" + cbor.encode(name) + b"\x67attStmt"


def _before_data(format_: str, statement: bytes, size: int) -> bytes:
    """An attestation object up to the authenticator data, its keys in canonical order: fmt, attStmt, authData."""
    return _format_member(format_) + statement + b"\x68authData" + cbor.head(cbor.BYTES, size)


_text: Final = lru_cache(maxsize=16)(base64url.encode)  # without attestation it is nearly always the same


class Made(NamedTuple):
    """What making a credential gives.

    Attributes:
        held: the credential.
        data: the authenticator data.
        format: of the attestation statement.
        statement: the statement as CBOR.
    """

    held: HeldCredential
    data: bytes
    format: str
    statement: bytes

    def texts(self) -> tuple[str, str]:
        """The authenticator data and the attestation object (WebAuthn L3 section 6.5.4) as base64url."""
        data = base64url.encode(self.data)
        before = _before_data(self.format, self.statement, len(self.data))
        if len(before) % 3:
            return data, base64url.encode(before + self.data)
        return data, _text(before) + data  # three bytes are four symbols, whatever follows


class Asserted(NamedTuple):
    """What an assertion gives."""

    held: HeldCredential
    data: bytes
    signature: bytes
