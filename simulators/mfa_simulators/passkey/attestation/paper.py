"""What an attestation certificate and a TPM's statement are to say: a draft that a lying maker may change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ORGANIZATIONAL_UNIT: Final = "Authenticator Attestation"
# Two-digit years (UTCTime) below 50 mean 20xx.
VALID: Final = ("200101000000Z", "491231235959Z")
LONG_AGO: Final = ("010101000000Z", "020101000000Z")
NOT_YET: Final = ("481231000000Z", "491231235959Z")


@dataclass(slots=True)
class Paper:
    """The certificate and what a format puts in or beside it. Everything is true until a lie changes it.

    Attributes:
        version: of the certificate; 3, or 1 without extensions.
        country, organization, unit, common_name: its subject; None leaves one out.
        authority: whether it calls itself a certificate authority.
        constraints: whether it has Basic Constraints at all.
        model: the AAGUID of its extension; None leaves the extension out, b"" takes the authenticator's.
        model_critical: marks that extension critical.
        valid: from when, until when.
        untrusted: the chain leads to somebody else's root.
        reversed: the chain is in the wrong order.
        with_root: the root ends the chain.
        second: another certificate follows, where the format wants one.
        nonce: Apple's, instead of the right one.
        challenge: Android's attestationChallenge, instead of the right one.
        all_applications: Android's key is not scoped to one app.
        origin: of Android's key; 0 is generated.
        purpose: of Android's key; 2 is signing.
        other_subject_key: the certificate holds another key than the credential's.
        tpm_version: of the statement.
        tpm_magic, tpm_type: of certInfo.
        tpm_extra: certInfo's extraData, instead of the right hash.
        tpm_name: certInfo's attested name, instead of the right one.
        tpm_other_key: pubArea holds another key than the credential's.
        tpm_usage: whether the certificate has the extended key usage of an attestation key.
        tpm_identity: whether it names the TPM in its alternative name.
        tpm_subject: it has a subject, which must be empty.
        bad_member: the second statement of a compound one is wrong.
        alone: a compound statement has one member only.
    """

    version: int = 3
    country: str | None = "SE"
    organization: str | None = "MFA Harness"
    unit: str | None = ORGANIZATIONAL_UNIT
    common_name: str | None = "Simulated Authenticator"
    authority: bool = False
    constraints: bool = True
    model: bytes | None = b""
    model_critical: bool = False
    valid: tuple[str, str] = VALID
    untrusted: bool = False
    reversed: bool = False
    with_root: bool = False
    second: bool = False
    nonce: bytes | None = None
    challenge: bytes | None = None
    all_applications: bool = False
    origin: int = 0
    purpose: int = 2
    other_subject_key: bool = False
    tpm_version: str = "2.0"
    tpm_magic: int = 0xFF544347
    tpm_type: int = 0x8017
    tpm_extra: bytes | None = None
    tpm_name: bytes | None = None
    tpm_other_key: bool = False
    tpm_usage: bool = True
    tpm_identity: bool = True
    tpm_subject: bool = False
    bad_member: bool = False
    alone: bool = False
