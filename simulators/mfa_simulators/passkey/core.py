"""The authenticator: both ceremonies over plain values, whatever face they are asked through.

WebAuthn L3 sections 6.3.2 (authenticatorMakeCredential) and 6.3.3 (authenticatorGetAssertion).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mfa_simulators.passkey import cbor
from mfa_simulators.passkey.attestation import Authority, self_attestation, statement, wire_name
from mfa_simulators.passkey.draft import (
    ATTESTED,
    BACKED_UP,
    BACKUP_ELIGIBLE,
    EXTENSIONS,
    USER_PRESENT,
    USER_VERIFIED,
    Draft,
    flags_and_counter,
    force,
    identified,
)
from mfa_simulators.passkey.errors import RefusedError
from mfa_simulators.passkey.extensions import NOTHING, Wanted, check_protection, signed_outputs
from mfa_simulators.passkey.keys import ALGORITHMS
from mfa_simulators.passkey.results import Asserted, Made
from mfa_simulators.passkey.vault import HeldCredential, User, Vault
from mfa_simulators.randomness import SeededRandomness, SystemRandomness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mfa_simulators.clock import Clock
    from mfa_simulators.passkey.cbor import Cbor
    from mfa_simulators.passkey.settings import Settings

_ID: Final = "passkey credential id"
_ID_SIZE: Final = 32
_PLAIN: Final = frozenset({"none", "packed"})
_MAKER: Final = "passkey maker"


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
        wants: Wanted = NOTHING,
        forced: Mapping[str, bool] | None = None,
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
            wants: extensions.
            forced: flags to set or clear: `UP`, `UV`, `BE`, `BS`.
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
        if discoverable and settings.capacity is not None:
            self._make_room(settings.capacity, rp_id, user)
        held = self._new_credential(rp_id, user, algorithm, discoverable=discoverable)
        format_ = self._format(formats)
        flags |= self._backup_flags(held)
        counter = self._count(held)
        outputs = {} if wants is NOTHING else signed_outputs(wants, held, settings)
        if format_ in _PLAIN and lie is None and not forced and not outputs:
            # An honest registration that nobody but its own key attests needs no draft, and is asked for most.
            self.vault.store(held)
            start = held.rp_id_hash + flags_and_counter(flags, counter) + settings.aaguid
            data = start + identified(held.id, held.key.cose())
            if format_ == "none":
                return Made(held, data, "none", b"\xa0")
            signature = held.key.sign(data + client_data_hash, deterministic=self.seed is not None)
            return Made(held, data, "packed", self_attestation(algorithm, signature))
        draft = Draft(
            held,
            client_data_hash,
            flags,
            counter,
            held.key,
            held.rp_id_hash,
            bytes(16) if format_ == "fido-u2f" else settings.aaguid,  # U2F knows no models
            held.id,
            held.key.cose(),
            format=format_,
            deterministic=self.seed is not None,
        )
        if outputs:
            draft.extensions = cbor.encode(outputs)
            draft.flags |= EXTENSIONS
        if forced:
            draft.flags = force(draft.flags, forced)
            held.backup_eligible = bool(draft.flags & BACKUP_ELIGIBLE)
        if lie is not None:
            lie(draft)
            held.id = draft.credential_id
        self.vault.store(held)
        data = draft.render()
        made = draft.statement
        if made is None:
            made = b"\xa0" if draft.format == "none" else cbor.encode(statement(draft, data, self.authority))
        return Made(held, data, wire_name(draft.format), made)

    def get_assertion(
        self,
        client_data_hash: bytes,
        rp_id: str,
        *,
        allow: tuple[bytes, ...],
        user_verification: str,
        account: str | None = None,
        verified: bool = False,
        forced: Mapping[str, bool] | None = None,
        silent: bool = False,
        signed: Callable[[HeldCredential, bool], dict[int | str, Cbor]] | None = None,
        lie: Callable[[Draft], None] | None = None,
    ) -> Asserted:
        """Signs an assertion.

        Args:
            client_data_hash: SHA-256 of the client data.
            rp_id: the relying party, already held against the page's origin.
            allow: ids to choose from; empty for any discoverable credential.
            user_verification: `required`, `preferred` or `discouraged`.
            account: the user name to choose, where several credentials would do.
            verified: the user was verified already, by a PIN.
            forced: flags to set or clear: `UP`, `UV`, `BE`, `BS`.
            silent: nobody is asked and nothing is counted: only whether there is such a credential (CTAP's
                `up` option).
            signed: makes the extension outputs to sign, of the credential and whether the user was verified.
            lie: changes the draft before it is signed.

        Raises:
            RefusedError: with the reason.
        """
        verify = self._verifies(user_verification)
        held = self._choose(rp_id, allow, account, verified=verify or verified)
        flags = self._backup_flags(held) if silent else self._prompt(verify=verify) | self._backup_flags(held)
        counter = held.counter if silent else self._count(held)
        if lie is None and signed is None and not forced and not held.flags:
            # An honest assertion needs no draft, and is what is asked for most.
            data = held.rp_id_hash + flags_and_counter(flags, counter)
            message = data + client_data_hash
            return Asserted(held, data, held.key.sign(message, deterministic=self.seed is not None))
        draft = Draft(held, client_data_hash, flags, counter, held.key, held.rp_id_hash)
        if held.flags or forced:
            draft.flags = force(force(draft.flags, held.flags), forced or {})
        if signed is not None and (outputs := signed(held, bool(draft.flags & USER_VERIFIED))):
            draft.extensions = cbor.encode(outputs)
            draft.flags |= EXTENSIONS
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

    def ask_user(self) -> None:
        """Asks the user for her presence alone.

        Raises:
            RefusedError: she declines, or does not react.
        """
        self._prompt(verify=False)

    def draw(self, size: int, purpose: str) -> bytes:
        """Random bytes, from the seed if there is one."""
        return self._randomness.bytes(size, f"passkey {purpose}", self.vault.lineage)

    def _make_room(self, capacity: int, rp_id: str, user: User) -> None:
        stored = [held for held in self.vault.credentials.values() if held.discoverable]
        replaced = any(held.rp_id == rp_id and held.user.handle == user.handle for held in stored)
        if len(stored) - replaced >= capacity:
            raise RefusedError("full", f"this passkey has room for {capacity} discoverable credentials")

    def _prompt(self, *, verify: bool) -> int:
        """Asks the user, and gives the flags UP and UV."""
        if self.settings.user == "consents":
            return USER_PRESENT | USER_VERIFIED if verify else USER_PRESENT
        if self.settings.user == "declines":
            raise RefusedError("declined", "the user declined the prompt")
        if self.settings.user == "times-out":
            raise RefusedError("timed-out", "the user did not react in time")
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
                self.vault.counter += self.settings.counter_step
                held.counter = self.vault.counter
            case "per-credential":
                held.counter += self.settings.counter_step
        return held.counter

    def _choose(
        self, rp_id: str, allow: tuple[bytes, ...], account: str | None, *, verified: bool
    ) -> HeldCredential:
        vault = self.vault
        candidates: Iterator[HeldCredential]
        if allow:
            named = (vault.credentials.get(credential_id) for credential_id in allow)
            candidates = (held for held in named if held is not None and held.rp_id == rp_id)
        else:
            candidates = vault.discoverable(rp_id)
        for held in candidates:
            if account is None or held.user.name == account:
                if held.protection > 1:
                    check_protection(held, listed=bool(allow), verified=verified)
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
