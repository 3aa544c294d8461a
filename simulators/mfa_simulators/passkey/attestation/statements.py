"""Makes the attestation statement of each format (WebAuthn L3 sections 8.2 to 8.9)."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING, Final

from mfa_simulators.passkey import cbor, der
from mfa_simulators.passkey.attestation import certificates as x509, tpm
from mfa_simulators.passkey.keys import ALGORITHMS, ES256

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfa_simulators.passkey.attestation.authority import Authority
    from mfa_simulators.passkey.attestation.paper import Paper
    from mfa_simulators.passkey.cbor import Cbor
    from mfa_simulators.passkey.draft import Draft
    from mfa_simulators.passkey.keys import KeyPair

_ANDROID_KEY: Final = "1.3.6.1.4.1.11129.2.1.17"
_APPLE_NONCE: Final = "1.2.840.113635.100.8.2"
_TPM_ATTESTATION: Final = "2.23.133.8.3"  # tcg-kp-AIKCertificate
# Manufacturer, model and version: those of a TPM in software, which has IBM's number.
_TPM_IDENTITY: Final = (
    ("2.23.133.2.1", "id:49424D00"),
    ("2.23.133.2.2", "mfa-harness"),
    ("2.23.133.2.3", "id:13"),
)
_TRUSTED: Final = 1  # security level: trusted environment


def statement(draft: Draft, data: bytes, authority: Authority) -> Cbor:
    """The statement of the draft's format.

    Raises:
        ValueError: the format cannot attest such a key.
    """
    make = _MAKERS.get(draft.format)
    return {} if make is None else make(draft, data, authority)


def wire_name(kind: str) -> str:
    """What `fmt` says."""
    return "packed" if kind == "packed-x5c" else kind


def self_attestation(algorithm: int, signature: bytes) -> bytes:
    """Section 8.2 without certificates, as CBOR."""
    return _before_signature(algorithm) + cbor.head(cbor.BYTES, len(signature)) + signature


@cache
def _before_signature(algorithm: int) -> bytes:
    return b"\xa2\x63alg" + cbor.encode(algorithm) + b"\x63sig"


def _packed_self(draft: Draft, data: bytes, _: Authority) -> Cbor:
    """Section 8.2, self attestation."""
    signature = draft.signer.sign(data + draft.client_data_hash, deterministic=draft.deterministic)
    algorithm = draft.statement_algorithm or draft.held.key.algorithm.number
    return {"alg": algorithm, "sig": signature}


def _packed(draft: Draft, data: bytes, authority: Authority) -> Cbor:
    """Section 8.2, with a certificate of the model's."""
    key, chain = _model_certificate(draft, authority)
    signer = key if draft.signer is draft.held.key else draft.signer  # a lie may have another key sign
    signature = signer.sign(data + draft.client_data_hash, deterministic=draft.deterministic)
    return {"alg": draft.statement_algorithm or ES256, "sig": signature, "x5c": list(chain)}


def _u2f(draft: Draft, data: bytes, authority: Authority) -> Cbor:
    """Section 8.6: what a U2F key would have signed."""
    members = draft.held.key.members()
    if members[3] != ES256:
        raise ValueError("format 'fido-u2f' attests ES256 keys only")
    x, y = members[-2], members[-3]
    assert isinstance(x, bytes)
    assert isinstance(y, bytes)
    key, chain = _model_certificate(draft, authority, direct=True)
    signer = key if draft.signer is draft.held.key else draft.signer
    signed = b"".join(
        (b"\x00", data[:32], draft.client_data_hash, draft.credential_id, b"\x04", x, y),
    )
    certificates: list[Cbor] = [*chain[: 2 if draft.paper.second else 1]]
    return {"sig": signer.sign(signed, deterministic=draft.deterministic), "x5c": certificates}


def _tpm(draft: Draft, data: bytes, authority: Authority) -> Cbor:
    """Section 8.3."""
    paper = draft.paper
    area = tpm.public_area(authority.key("other") if paper.tpm_other_key else draft.held.key)
    info = tpm.certify_info(area, data + draft.client_data_hash, paper)
    key = authority.tpm_key()
    signer = key if draft.signer is draft.held.key else _alike(draft.signer, key)
    extensions = [x509.basic_constraints(authority=paper.authority)]
    if paper.tpm_usage:
        extensions.append(x509.extended_usage(_TPM_ATTESTATION))
    if paper.tpm_identity:
        extensions.append(x509.alternative_name(x509.name(_TPM_IDENTITY)))
    if paper.model is not None:
        extensions.append(_model(draft))
    subject = x509.name([(x509.COMMON_NAME, "TPM")] if paper.tpm_subject else [])
    chain = _chain(paper, authority, subject, key.spki(), extensions)
    return {
        "ver": paper.tpm_version,
        "alg": draft.statement_algorithm or key.algorithm.number,
        "sig": signer.sign(info, deterministic=draft.deterministic),
        "x5c": list(chain),
        "certInfo": info,
        "pubArea": area,
    }


def _android_key(draft: Draft, data: bytes, authority: Authority) -> Cbor:
    """Section 8.4: the certificate is the credential key's own."""
    paper = draft.paper
    key = draft.held.key
    signer = draft.signer
    challenge = draft.client_data_hash if paper.challenge is None else paper.challenge
    trusted = [
        der.explicit(1, der.set_of(der.integer(paper.purpose))),
        der.explicit(600, der.null()) if paper.all_applications else b"",
        der.explicit(702, der.integer(paper.origin)),
    ]
    description = der.sequence(
        der.integer(4),
        der.enumerated(_TRUSTED),
        der.integer(41),
        der.enumerated(_TRUSTED),
        der.octets(challenge),
        der.octets(b""),
        der.sequence(),
        der.sequence(*trusted),
    )
    spki = authority.key("other").spki() if paper.other_subject_key else key.spki()
    subject = x509.name([(x509.COMMON_NAME, "Android Keystore Key")])
    chain = _chain(paper, authority, subject, spki, [x509.extension(_ANDROID_KEY, description)])
    if not (paper.with_root or paper.reversed):
        chain = (*chain, (authority.impostor() if paper.untrusted else authority).root)  # Android's have it
    signature = signer.sign(data + draft.client_data_hash, deterministic=draft.deterministic)
    algorithm = draft.statement_algorithm or key.algorithm.number
    return {"alg": algorithm, "sig": signature, "x5c": list(chain)}


def _apple(draft: Draft, data: bytes, authority: Authority) -> Cbor:
    """Section 8.8: no signature but the certificate's, which holds a hash of the ceremony."""
    paper = draft.paper
    nonce = hashlib.sha256(data + draft.client_data_hash).digest() if paper.nonce is None else paper.nonce
    extension = x509.extension(_APPLE_NONCE, der.sequence(der.explicit(1, der.octets(nonce))))
    other = paper.other_subject_key or draft.signer is not draft.held.key
    spki = authority.key("other").spki() if other else draft.held.key.spki()
    subject = x509.name([(x509.COMMON_NAME, "Simulated Credential"), (x509.UNIT, "AAA Certification")])
    return {"x5c": list(_chain(paper, authority, subject, spki, [extension]))}


def _compound(draft: Draft, data: bytes, authority: Authority) -> Cbor:
    """Section 8.9: two statements about one credential."""
    first, second = _packed(draft, data, authority), _packed_self(draft, data, authority)
    if draft.paper.bad_member:
        assert isinstance(second, dict)
        second["sig"] = draft.signer.sign(b"another registration", deterministic=draft.deterministic)
    members: list[Cbor] = [
        {"fmt": "packed", "attStmt": first},
        {"fmt": "packed", "attStmt": second},
    ]
    return members[:1] if draft.paper.alone else members


def _model_certificate(
    draft: Draft, authority: Authority, *, direct: bool = False
) -> tuple[KeyPair, tuple[bytes, ...]]:
    """The key and the chain of the model (section 8.2.1); `direct`ly below the root for U2F."""
    paper = draft.paper
    key = authority.key("model")
    subject = x509.name(
        (
            (x509.COUNTRY, paper.country),
            (x509.ORGANIZATION, paper.organization),
            (x509.UNIT, paper.unit),
            (x509.COMMON_NAME, paper.common_name),
        )
    )
    extensions = []
    if paper.constraints:
        extensions.append(x509.basic_constraints(authority=paper.authority))
    if paper.model is not None and any(draft.aaguid):
        extensions.append(_model(draft))
    return key, _chain(paper, authority, subject, key.spki(), extensions, direct=direct)


def _model(draft: Draft) -> bytes:
    value = der.octets(draft.paper.model or draft.aaguid)
    return x509.extension(x509.MODEL, value, critical=draft.paper.model_critical)


def _chain(
    paper: Paper,
    authority: Authority,
    subject: bytes,
    spki: bytes,
    extensions: list[bytes],
    *,
    direct: bool = False,
) -> tuple[bytes, ...]:
    maker = authority.impostor() if paper.untrusted else authority
    leaf = x509.certificate(
        maker.issuer("root" if direct else "intermediate"),
        subject,
        spki,
        valid=paper.valid,
        extensions=extensions,
        version=paper.version,
    )
    chain = (leaf, maker.intermediate, maker.root) if paper.with_root else (leaf, maker.intermediate)
    return chain[::-1] if paper.reversed else chain


def _alike(signer: KeyPair, key: KeyPair) -> KeyPair:
    """Another key of the kind that signs here: lies bring one of the credential's kind."""
    seed = hashlib.sha256(signer.cose()).digest()
    return ALGORITHMS[key.algorithm.number].derive(seed)


_MAKERS: Final[Mapping[str, Callable[[Draft, bytes, Authority], Cbor]]] = {
    "packed": _packed_self,
    "packed-x5c": _packed,
    "fido-u2f": _u2f,
    "tpm": _tpm,
    "android-key": _android_key,
    "apple": _apple,
    "compound": _compound,
}
FORMATS: Final = ("none", *_MAKERS)
