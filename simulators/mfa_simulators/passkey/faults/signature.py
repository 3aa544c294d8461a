"""Lies about keys, signatures and attestation statements."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from mfa_simulators.passkey import cbor
from mfa_simulators.passkey.faults.fault import authenticator, nothing_signed
from mfa_simulators.passkey.keys import ALGORITHMS, ES256, ES384

if TYPE_CHECKING:
    from mfa_simulators.passkey.cbor import Cbor
    from mfa_simulators.passkey.core import Draft
    from mfa_simulators.passkey.keys import Algorithm, KeyPair

SIGNED: Final = "at registration: attestation is asked for, and verified"
_VERIFIED: Final = "the server verifies attestation"


@authenticator(
    "algorithm-not-offered",
    "The key is an ES384 key, working and unasked for (ES256, of a passkey that chose ES384).",
    create=20,
    when="ES384 was not offered",
)
def _algorithm_not_offered(draft: Draft) -> None:
    other = ES384 if draft.held.key.algorithm.number == ES256 else ES256
    draft.held.key = draft.signer = _other_key(draft, ALGORITHMS[other])
    draft.public_key = draft.signer.cose()


@authenticator("algorithm-unknown", "The key names an algorithm that nobody knows.", create=20)
def _algorithm_unknown(draft: Draft) -> None:
    draft.public_key = cbor.encode(_cose(draft) | {3: -65000})


@authenticator("key-curve-other", "The key names a curve that is not its algorithm's.", create=20)
def _key_curve_other(draft: Draft) -> None:
    draft.public_key = cbor.encode(_cose(draft) | {-1: 3})


@authenticator("key-coordinate-missing", "The key has no y coordinate.", create=20)
def _key_coordinate_missing(draft: Draft) -> None:
    key = _cose(draft)
    del key[-3]
    draft.public_key = cbor.encode(key)


@authenticator("key-extra-member", "The key has a member for its private part.", create=20)
def _key_extra_member(draft: Draft) -> None:
    draft.public_key = cbor.encode(_cose(draft) | {-4: bytes(32)})


@authenticator("key-off-curve", "The key's point is not on the curve.", create=20)
def _key_off_curve(draft: Draft) -> None:
    key = _cose(draft)
    y = key[-3]
    assert isinstance(y, bytes)
    draft.public_key = cbor.encode(key | {-3: y[:-1] + bytes((y[-1] ^ 1,))})


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


@authenticator("signature-other-key", "Another key signs.", create=22, get=21, when=SIGNED)
def _signature_other_key(draft: Draft) -> None:
    _needs_signature(draft)
    draft.signer = _other_key(draft, draft.held.key.algorithm)


@authenticator(
    "signature-other-message",
    "The signature is over other client data.",
    create=22,
    get=21,
    when=SIGNED,
)
def _signature_other_message(draft: Draft) -> None:
    _needs_signature(draft)
    draft.client_data_hash = hashlib.sha256(draft.client_data_hash).digest()


def _cose(draft: Draft) -> dict[int | str, Cbor]:
    """The public key's members."""
    return draft.held.key.members()


def _other_key(draft: Draft, algorithm: Algorithm) -> KeyPair:
    """Follows from the credential, so that a seeded passkey lies alike each time."""
    return algorithm.derive(hashlib.shake_256(b"another key" + draft.held.id).digest(algorithm.seed_size))


def _needs_signature(draft: Draft) -> None:
    if draft.format == "none":
        raise nothing_signed()
