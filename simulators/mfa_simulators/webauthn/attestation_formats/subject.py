"""What every format verifies, and the one way in which it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mfa_simulators.webauthn.errors import VerificationError
from mfa_simulators.webauthn.steps import ATTESTATION_STATEMENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_simulators.webauthn.attestation_formats.certificates import Certificate
    from mfa_simulators.webauthn.keys import PublicKey


class Subject(NamedTuple):
    """The registration that a statement is about.

    Attributes:
        data: the authenticator data, as signed.
        client_data_hash: SHA-256 of the client data.
        rp_id_hash: of the authenticator data.
        aaguid: likewise.
        credential_id: likewise.
        cose: the credential public key's COSE members.
        key: the same, to verify with.
    """

    data: bytes
    client_data_hash: bytes
    rp_id_hash: bytes
    aaguid: bytes
    credential_id: bytes
    cose: dict[Any, Any]
    key: PublicKey

    @property
    def signed(self) -> bytes:
        """attToBeSigned: authenticator data and the hash of the client data."""
        return self.data + self.client_data_hash


class Attested(NamedTuple):
    """What a sound statement attests.

    Attributes:
        types: attestation types (section 6.5.3): `none`, `self`, `basic`, `attca`, `anonca`; several only
            of a compound statement.
        paths: the certificates of each member that has some, leaf first.
    """

    types: tuple[str, ...]
    paths: tuple[Sequence[Certificate], ...] = ()


def refused(message: str) -> VerificationError:
    """The error of a statement that does not verify (7.1 step 22)."""
    return VerificationError(ATTESTATION_STATEMENT, message)


def members(statement: Any, format_: str, wanted: dict[str, type]) -> list[Any]:
    """The members of a statement, which has these and no others.

    Raises:
        VerificationError: it has others, or one is of another type.
    """
    if not isinstance(statement, dict) or statement.keys() != wanted.keys():
        found = sorted(map(str, statement)) if isinstance(statement, dict) else type(statement).__name__
        raise refused(f"a statement of format {format_!r} has the members {sorted(wanted)}, found {found}")
    values = []
    for name, type_ in wanted.items():
        value = statement[name]
        if not isinstance(value, type_) or isinstance(value, bool):
            raise refused(f"expected {name!r} as {type_.__name__}, found {type(value).__name__}")
        values.append(value)
    return values
