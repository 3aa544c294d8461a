"""What an authenticator is about to sign (WebAuthn L3 sections 6.1 and 6.5)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mfa_simulators.passkey.attestation.paper import Paper

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_simulators.passkey.keys import KeyPair
    from mfa_simulators.passkey.vault import HeldCredential

USER_PRESENT: Final = 0x01
USER_VERIFIED: Final = 0x04
BACKUP_ELIGIBLE: Final = 0x08
BACKED_UP: Final = 0x10
ATTESTED: Final = 0x40
EXTENSIONS: Final = 0x80
flags_and_counter: Final = struct.Struct(">BI").pack
_length: Final = struct.Struct(">H").pack


def identified(credential_id: bytes, public_key: bytes) -> bytes:
    """Attested credential data after the AAGUID (section 6.5.2)."""
    return _length(len(credential_id)) + credential_id + public_key


@dataclass(slots=True)
class Draft:
    """What is about to be signed; mutable so that a lying authenticator may change it.

    Attributes:
        held: the credential.
        client_data_hash: SHA-256 of the client data.
        flags: the flag byte.
        counter: the signature counter.
        signer: the key that signs.
        rp_id_hash: SHA-256 of the RP id.
        aaguid: model, in a registration.
        credential_id: the id to attest, in a registration; empty in an assertion.
        public_key: the COSE key to attest, in a registration; empty in an assertion.
        attested: bytes of attested credential data to use instead of the three above.
        extensions: CBOR of extension outputs.
        format: of the attestation statement; `packed-x5c` is `packed` with certificates.
        statement: CBOR of an attestation statement to use instead of the one that the format makes.
        statement_algorithm: to name in the statement instead of the key's.
        deterministic: the same message gives the same signature.
        data: authenticator data to use instead of what all this makes.
        written: the paper, once there is some.
    """

    held: HeldCredential
    client_data_hash: bytes
    flags: int
    counter: int
    signer: KeyPair
    rp_id_hash: bytes
    aaguid: bytes = b""
    credential_id: bytes = b""
    public_key: bytes = b""
    attested: bytes | None = None
    extensions: bytes = b""
    format: str = ""
    statement: bytes | None = None
    statement_algorithm: int | None = None
    deterministic: bool = False
    data: bytes | None = None
    written: Paper | None = None

    @property
    def paper(self) -> Paper:
        """What certificates and the like are to say; made when first asked for, as most ceremonies need none."""
        if self.written is None:
            self.written = Paper()
        return self.written

    def render(self) -> bytes:
        """The authenticator data (WebAuthn L3 section 6.1)."""
        if self.data is not None:
            return self.data
        start = self.rp_id_hash + flags_and_counter(self.flags, self.counter)
        if self.attested is not None:
            return start + self.attested + self.extensions
        if not self.public_key:
            return start + self.extensions
        return start + self.aaguid + identified(self.credential_id, self.public_key) + self.extensions


_FLAGS: Final = {
    "UP": USER_PRESENT,
    "UV": USER_VERIFIED,
    "BE": BACKUP_ELIGIBLE,
    "BS": BACKED_UP,
}


def force(flags: int, forced: Mapping[str, bool]) -> int:
    """Flags with some set or cleared.

    Raises:
        ValueError: there is no such flag.
    """
    for name, value in forced.items():
        flag = _FLAGS.get(name)
        if flag is None:
            raise ValueError(f"expected flags out of {list(_FLAGS)}, found {name!r}")
        flags = flags | flag if value else flags & ~flag
    return flags
