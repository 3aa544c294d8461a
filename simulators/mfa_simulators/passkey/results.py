"""What ceremonies give, whatever face they are asked through."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from mfa_simulators.passkey import cbor

if TYPE_CHECKING:
    from mfa_simulators.passkey.vault import HeldCredential


@cache
def _format_member(name: str) -> bytes:
    """An attestation object up to its statement; there are few formats."""
    return b"\xa3\x63fmt" + cbor.encode(name) + b"\x67attStmt"


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

    def attestation_object(self) -> bytes:
        """WebAuthn L3 section 6.5.4, its keys in canonical order: fmt, attStmt, authData."""
        return b"".join(
            (
                _format_member(self.format),
                self.statement,
                b"\x68authData",
                cbor.head(cbor.BYTES, len(self.data)),
                self.data,
            )
        )


class Asserted(NamedTuple):
    """What an assertion gives."""

    held: HeldCredential
    data: bytes
    signature: bytes
