"""What a relying party keeps of a passkey, and what one authentication tells it."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """A verified authentication: the values that 7.2 step 24 writes to the credential record.

    Attributes:
        credential_id: of the credential that signed.
        sign_count: the counter that the authenticator reported.
        user_verified: the UV flag.
        backup_eligible: the BE flag, equal to the record's.
        backup_state: the BS flag.
        counter_regressed: the counter did not grow, which may mean a clone; only ever True under a
            policy that flags.
        user_handle: what the response named, or None.
    """

    credential_id: bytes
    sign_count: int
    user_verified: bool
    backup_eligible: bool
    backup_state: bool
    counter_regressed: bool = False
    user_handle: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A credential record (WebAuthn L3 section 4, made in 7.1 step 27).

    Attributes:
        id: the credential id, 1 to 1023 bytes.
        public_key: the COSE key, exactly as the authenticator encoded it.
        sign_count: the counter last reported.
        user_verified: whether the user was ever verified with it (uvInitialized).
        backup_eligible: the BE flag, fixed at registration.
        backup_state: the BS flag last reported.
        transports: hints for a later request, as the client gave them.
        aaguid: 16 bytes that name the authenticator's model.
        user_handle: the account's, where the relying party gave it; never read from the response.
        format: the attestation statement's format.
        attestation_type: `none`, `self`, `basic`, `attca`, `anonca` or `compound`; `unverified` where the
            policy ignores attestation.
        algorithm: the COSE algorithm number of the key.
        discoverable: what credProps said, or None.
    """

    id: bytes
    public_key: bytes
    sign_count: int = 0
    user_verified: bool = False
    backup_eligible: bool = False
    backup_state: bool = False
    transports: tuple[str, ...] = ()
    aaguid: bytes = bytes(16)
    user_handle: bytes | None = None
    format: str = "none"
    attestation_type: str = "none"
    algorithm: int = -7
    discoverable: bool | None = None

    def after(self, authentication: Authentication) -> Credential:
        """The record as 7.2 step 24 updates it.

        `user_verified` stays as it was: raising it needs another factor (7.2 step 24), which the
        caller must have seen.
        """
        return replace(self, sign_count=authentication.sign_count, backup_state=authentication.backup_state)
