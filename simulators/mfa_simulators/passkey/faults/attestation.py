"""Lies in attestation statements, and in the certificates behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mfa_simulators.passkey import cbor
from mfa_simulators.passkey.attestation.paper import LONG_AGO, NOT_YET
from mfa_simulators.passkey.faults.fault import POLICY, authenticator
from mfa_simulators.passkey.keys import ES256, ES384

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_simulators.passkey.draft import Draft
    from mfa_simulators.passkey.faults.fault import Step

_VERIFIED: Final = "the server verifies attestation"
_ANCHORED: Final = "the server verifies attestation and has trust anchors"
_NO_MODEL: Final = bytes(16)


@authenticator(
    "attestation-format-unknown", "The attestation's format is in no registry.", create=21, when=_VERIFIED
)
def _attestation_format_unknown(draft: Draft) -> None:
    draft.format = "mfa-harness-invented"


@authenticator(
    "attestation-none-with-statement", "Attestation 'none' has a statement.", create=22, when=_VERIFIED
)
def _attestation_none_with_statement(draft: Draft) -> None:
    draft.format = "none"
    draft.statement = cbor.encode({"alg": draft.held.key.algorithm.number})


@authenticator(
    "attestation-algorithm-other",
    "The packed statement names another algorithm than the key's.",
    create=22,
    when=_VERIFIED,
)
def _attestation_algorithm_other(draft: Draft) -> None:
    draft.format = "packed"
    draft.statement_algorithm = ES384 if draft.held.key.algorithm.number == ES256 else ES256


@authenticator(
    "attestation-empty-chain",
    "The packed statement has a list of certificates, and none in it.",
    create=22,
    when=_VERIFIED,
)
def _attestation_empty_chain(draft: Draft) -> None:
    signature = draft.held.key.sign(draft.render() + draft.client_data_hash, deterministic=True)
    draft.format = "packed"
    draft.statement = cbor.encode({"alg": draft.held.key.algorithm.number, "sig": signature, "x5c": []})


@authenticator(
    "attestation-unrequested",
    "It attests though the server asked for none.",
    create=POLICY,
    when="none was asked for",
)
def _attestation_unrequested(draft: Draft) -> None:
    draft.format = "packed-x5c"


def _told(
    slug: str, sentence: str, kind: str, *, create: Step = 22, when: str = _VERIFIED, **lies: object
) -> None:
    """Enters a lie that the paper of a format tells."""

    def lie(draft: Draft) -> None:
        draft.format = kind
        if kind == "fido-u2f":
            draft.aaguid = _NO_MODEL
        for name, value in lies.items():
            setattr(draft.paper, name, value)

    authenticator(f"attestation-{slug}", sentence, create=create, when=when)(lie)


def _told_and(
    slug: str, sentence: str, kind: str, change: Callable[[Draft], None], *, create: Step = 22
) -> None:
    def lie(draft: Draft) -> None:
        draft.format = kind
        change(draft)

    authenticator(f"attestation-{slug}", sentence, create=create, when=_VERIFIED)(lie)


def _name_a_model(draft: Draft) -> None:
    draft.aaguid = draft.aaguid if any(draft.aaguid) else b"\x01" * 16


# Packed, with certificates: section 8.2.1.
_told("certificate-unit", "The certificate's organizational unit is another.", "packed-x5c", unit="Sales")
_told("certificate-no-country", "The certificate names no country.", "packed-x5c", country=None)
_told(
    "certificate-bad-country", "The certificate names a country that is none.", "packed-x5c", country="Sweden"
)
_told("certificate-no-maker", "The certificate names no organization.", "packed-x5c", organization=None)
_told("certificate-no-name", "The certificate has no common name.", "packed-x5c", common_name=None)
_told("certificate-authority", "The certificate says that it is an authority.", "packed-x5c", authority=True)
_told("certificate-version", "The certificate is of version 1.", "packed-x5c", version=1)
_told(
    "certificate-unconstrained", "The certificate has no Basic Constraints.", "packed-x5c", constraints=False
)
_told(
    "certificate-model-other",
    "The certificate is another model's (AAGUID).",
    "packed-x5c",
    model=b"\x55" * 16,
)
_told(
    "certificate-model-critical", "The certificate's AAGUID is critical.", "packed-x5c", model_critical=True
)
_told("chain-reversed", "The certificates are in the wrong order.", "packed-x5c", reversed=True)
_told("expired", "The certificate has expired.", "packed-x5c", create=24, when=_ANCHORED, valid=LONG_AGO)
_told(
    "not-yet-valid",
    "The certificate is not valid yet.",
    "packed-x5c",
    create=24,
    when=_ANCHORED,
    valid=NOT_YET,
)
_told(
    "untrusted",
    "Nobody knows the certificate's root.",
    "packed-x5c",
    create=24,
    when=_ANCHORED,
    untrusted=True,
)
_told("root-included", "The root is among the certificates.", "packed-x5c", create=POLICY, with_root=True)

# FIDO U2F: section 8.6.
_told("u2f-two-certificates", "A U2F statement has two certificates.", "fido-u2f", second=True)
_told_and(
    "u2f-names-model",
    "A U2F authenticator has an AAGUID.",
    "fido-u2f",
    _name_a_model,
    create=POLICY,
)

# TPM: section 8.3.
_told("tpm-version", "The TPM's statement is of version 1.2.", "tpm", tpm_version="1.2")
_told("tpm-magic", "No TPM made certInfo: its first bytes are others.", "tpm", tpm_magic=0x00544347)
_told("tpm-type", "The TPM made a quote, which certifies no key.", "tpm", tpm_type=0x8018)
_told("tpm-other-registration", "The TPM certified another registration.", "tpm", tpm_extra=b"\x55" * 32)
_told("tpm-name", "The TPM certified another key.", "tpm", tpm_name=b"\x00\x0b" + b"\x55" * 32)
_told(
    "tpm-other-key", "The TPM's public area is another key than the credential's.", "tpm", tpm_other_key=True
)
_told("tpm-usage", "The TPM's certificate is not for attestation.", "tpm", tpm_usage=False)
_told("tpm-identity", "The TPM's certificate does not name the TPM.", "tpm", tpm_identity=False)
_told("tpm-subject", "The TPM's certificate has a subject.", "tpm", tpm_subject=True)

# Android: section 8.4.
_told("android-challenge", "Android attests another ceremony.", "android-key", challenge=b"\x55" * 32)
_told("android-all-applications", "Android's key is for all apps.", "android-key", all_applications=True)
_told("android-imported", "Android's key was imported, not generated.", "android-key", origin=2)
_told("android-purpose", "Android's key is for decryption.", "android-key", purpose=1)
_told("android-other-key", "Android's certificate is another key's.", "android-key", other_subject_key=True)

# Apple: section 8.8.
_told("apple-nonce", "Apple's certificate is for another ceremony.", "apple", nonce=b"\x55" * 32)
_told("apple-other-key", "Apple's certificate is another key's.", "apple", other_subject_key=True)

# Compound: section 8.9.
_told("compound-bad-member", "The second of two statements is wrong.", "compound", bad_member=True)
_told("compound-alone", "A compound statement has one member only.", "compound", alone=True)
