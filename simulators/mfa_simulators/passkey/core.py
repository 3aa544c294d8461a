"""The authenticator: both ceremonies over plain values, whatever face they are asked through.

WebAuthn L3 sections 6.3.2 (authenticatorMakeCredential) and 6.3.3 (authenticatorGetAssertion).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from mfa_simulators.passkey import cbor
from mfa_simulators.passkey.attestation import Authority, Paper, statement, wire_name
from mfa_simulators.passkey.errors import RefusedError
from mfa_simulators.passkey.keys import ALGORITHMS
from mfa_simulators.passkey.vault import HeldCredential, User, Vault
from mfa_simulators.randomness import SeededRandomness, SystemRandomness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mfa_simulators.clock import Clock
    from mfa_simulators.passkey.keys import KeyPair
    from mfa_simulators.passkey.settings import Settings

USER_PRESENT: Final = 0x01
USER_VERIFIED: Final = 0x04
BACKUP_ELIGIBLE: Final = 0x08
BACKED_UP: Final = 0x10
ATTESTED: Final = 0x40
EXTENSIONS: Final = 0x80

_ID: Final = "passkey credential id"
_ID_SIZE: Final = 32
_MAKER: Final = "passkey maker"
_flags_and_counter: Final = struct.Struct(">BI").pack
_length: Final = struct.Struct(">H").pack


class Made(NamedTuple):
    """What making a credential gives."""

    held: HeldCredential
    data: bytes
    attestation_object: bytes


class Asserted(NamedTuple):
    """What an assertion gives."""

    held: HeldCredential
    data: bytes
    signature: bytes


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
        paper: what certificates and the like are to say.
        deterministic: the same message gives the same signature.
        data: authenticator data to use instead of what all this makes.
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
    paper: Paper = field(default_factory=Paper)
    deterministic: bool = False
    data: bytes | None = None

    def render(self) -> bytes:
        """The authenticator data (WebAuthn L3 section 6.1)."""
        if self.data is not None:
            return self.data
        start = self.rp_id_hash + _flags_and_counter(self.flags, self.counter)
        if self.attested is not None:
            return start + self.attested + self.extensions
        if not self.public_key:
            return start + self.extensions
        size = _length(len(self.credential_id))
        return b"".join((start, self.aaguid, size, self.credential_id, self.public_key, self.extensions))


@cache
def _format_member(name: str) -> bytes:
    """An attestation object up to its statement; there are few formats."""
    return b"\xa3\x63fmt" + cbor.encode(name) + b"\x67attStmt"


@dataclass(slots=True)
class Authenticator:
    """One authenticator: its settings, what it stores, its clock and its randomness.

    Attributes:
        settings: its kind, and its user's behaviour.
        clock: dates what it makes.
        seed: makes its keys, ids and signatures follow from a number; None for real randomness.
        vault: what it stores.
    """

    settings: Settings
    clock: Clock
    seed: int | str | None
    vault: Vault = field(default_factory=Vault)
    _authority: Authority | None = None
    _randomness: SeededRandomness | SystemRandomness = field(init=False)

    def __post_init__(self) -> None:
        self._randomness = SystemRandomness() if self.seed is None else SeededRandomness(self.seed)

    @property
    def authority(self) -> Authority:
        """Who made it, and vouches for it; one for all authenticators of a seed."""
        if self._authority is None:
            self._authority = Authority(
                SystemRandomness().bytes(32, _MAKER)
                if self.seed is None
                else SeededRandomness(self.seed).bytes(32, _MAKER)
            )
        return self._authority

    def make_credential(
        self,
        client_data_hash: bytes,
        rp_id: str,
        user: User,
        *,
        algorithms: tuple[int, ...],
        exclude: tuple[bytes, ...],
        resident_key: str,
        user_verification: str,
        formats: tuple[str, ...],
        lie: Callable[[Draft], None] | None = None,
    ) -> Made:
        """Makes a credential and attests it.

        Args:
            client_data_hash: SHA-256 of the client data.
            rp_id: the relying party, already held against the page's origin.
            user: the account.
            algorithms: COSE numbers, the party's favourite first.
            exclude: ids of credentials that must not be here already.
            resident_key: `required`, `preferred` or `discouraged`.
            user_verification: likewise.
            formats: attestation formats, the party's favourite first; empty for no preference.
            lie: changes the draft before it is stored and signed.

        Raises:
            RefusedError: with the reason.
        """
        settings = self.settings
        algorithm = self._algorithm(algorithms)
        verify = self._verifies(user_verification)
        discoverable = self._stores(resident_key)
        flags = self._prompt(verify=verify) | ATTESTED
        for credential_id in exclude:
            known = self.vault.credentials.get(credential_id)
            if known is not None and known.rp_id == rp_id:
                raise RefusedError(
                    "excluded", "excludeCredentials names a credential that is on this passkey already"
                )
        held = self._new_credential(rp_id, user, algorithm, discoverable=discoverable)
        format_ = self._format(formats)
        draft = Draft(
            held,
            client_data_hash,
            flags | self._backup_flags(held),
            self._count(held),
            held.key,
            held.rp_id_hash,
            bytes(16) if format_ == "fido-u2f" else settings.aaguid,  # U2F knows no models
            held.id,
            held.key.cose(),
            format=format_,
            deterministic=self.seed is not None,
        )
        if lie is not None:
            lie(draft)
            held.id = draft.credential_id
        self.vault.store(held)
        data = draft.render()
        return Made(held, data, self._attestation_object(draft, data))

    def get_assertion(
        self,
        client_data_hash: bytes,
        rp_id: str,
        *,
        allow: tuple[bytes, ...],
        user_verification: str,
        account: str | None = None,
        lie: Callable[[Draft], None] | None = None,
    ) -> Asserted:
        """Signs an assertion.

        Args:
            client_data_hash: SHA-256 of the client data.
            rp_id: the relying party, already held against the page's origin.
            allow: ids to choose from; empty for any discoverable credential.
            user_verification: `required`, `preferred` or `discouraged`.
            account: the user name to choose, where several credentials would do.
            lie: changes the draft before it is signed.

        Raises:
            RefusedError: with the reason.
        """
        held = self._choose(rp_id, allow, account)
        flags = self._prompt(verify=self._verifies(user_verification)) | self._backup_flags(held)
        draft = Draft(held, client_data_hash, flags, self._count(held), held.key, held.rp_id_hash)
        if lie is not None:
            lie(draft)
        data = draft.render()
        signature = draft.signer.sign(data + draft.client_data_hash, deterministic=self.seed is not None)
        return Asserted(held, data, signature)

    def _algorithm(self, offered: tuple[int, ...]) -> int:
        held = self.settings.algorithms
        for number in offered:
            if number in held:
                return number
        raise RefusedError("no-algorithm", f"this passkey makes keys for {held}, and {offered} were offered")

    def _verifies(self, requirement: str) -> bool:
        if requirement == "required" and not self.settings.user_verification:
            raise RefusedError("cannot-verify", "user verification is required, and this passkey has none")
        return requirement != "discouraged" and self.settings.user_verification

    def _stores(self, requirement: str) -> bool:
        match self.settings.discoverable:
            case "always":
                return True
            case "when-asked":
                return requirement != "discouraged"
        if requirement == "required":
            raise RefusedError(
                "cannot-store", "a discoverable credential is required, and this passkey stores none"
            )
        return False

    def _prompt(self, *, verify: bool) -> int:
        """Asks the user, and gives the flags UP and UV."""
        if self.settings.user == "consents":
            return USER_PRESENT | USER_VERIFIED if verify else USER_PRESENT
        if self.settings.user == "declines":
            raise RefusedError("declined", "the user declined the prompt")
        if verify:
            raise RefusedError("not-verified", "the user was not recognised: verification failed")
        return USER_PRESENT

    def _backup_flags(self, held: HeldCredential) -> int:
        if not held.backup_eligible:
            return 0
        return BACKUP_ELIGIBLE | BACKED_UP if self.settings.backup_state else BACKUP_ELIGIBLE

    def _count(self, held: HeldCredential) -> int:
        match self.settings.counter:
            case "zero":
                return 0
            case "global":
                self.vault.counter += 1
                held.counter = self.vault.counter
            case "per-credential":
                held.counter += 1
        return held.counter

    def _choose(self, rp_id: str, allow: tuple[bytes, ...], account: str | None) -> HeldCredential:
        vault = self.vault
        candidates: Iterator[HeldCredential]
        if allow:
            named = (vault.credentials.get(credential_id) for credential_id in allow)
            candidates = (held for held in named if held is not None and held.rp_id == rp_id)
        else:
            candidates = vault.discoverable(rp_id)
        for held in candidates:
            if account is None or held.user.name == account:
                return held
        wanted = "one that allowCredentials lists" if allow else "a discoverable one"
        whose = "" if account is None else f" of {account!r}"
        raise RefusedError(
            "no-credential", f"no credential for {rp_id!r}{whose} on this passkey; expected {wanted}"
        )

    def _new_credential(
        self, rp_id: str, user: User, algorithm: int, *, discoverable: bool
    ) -> HeldCredential:
        kind = ALGORITHMS[algorithm]
        if self.seed is None:
            key, credential_id = kind.generate(), self._randomness.bytes(_ID_SIZE, _ID)
        else:
            # Draws are named by the credential's number, so that a vault exported and loaded again goes on.
            subject = f"{self.vault.lineage}/{self.vault.made}"
            key = kind.derive(self._randomness.bytes(kind.seed_size, "passkey private key", subject))
            credential_id = self._randomness.bytes(_ID_SIZE, _ID, subject)
        self.vault.made += 1
        return HeldCredential(
            id=credential_id,
            key=key,
            rp_id=rp_id,
            user=user,
            discoverable=discoverable,
            backup_eligible=self.settings.backup_eligible,
            counter=0,
            created_at=self.clock.now(),
        )

    def _format(self, wanted: tuple[str, ...]) -> str:
        """The party's favourite among the formats that it can make, else its own best."""
        best: str = self.settings.attestation
        for name in wanted:
            if name == "none":
                return name
            if name == wire_name(best):
                return best
        return best

    def _attestation_object(self, draft: Draft, data: bytes) -> bytes:
        """WebAuthn L3 section 6.5.4, its keys in canonical order: fmt, attStmt, authData."""
        made = draft.statement
        if made is None:
            made = b"\xa0" if draft.format == "none" else cbor.encode(statement(draft, data, self.authority))
        return b"".join(
            (
                _format_member(wire_name(draft.format)),
                made,
                b"\x68authData",
                cbor.head(cbor.BYTES, len(data)),
                data,
            )
        )
