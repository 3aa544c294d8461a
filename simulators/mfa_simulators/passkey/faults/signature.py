"""Lies about signatures."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from mfa_simulators.passkey.faults.fault import authenticator, nothing_signed
from mfa_simulators.passkey.faults.key import other_key

if TYPE_CHECKING:
    from mfa_simulators.passkey.draft import Draft

SIGNED: Final = "at registration: attestation is asked for, and verified"


@authenticator("signature-other-key", "Another key signs.", create=22, get=21, when=SIGNED)
def _signature_other_key(draft: Draft) -> None:
    _needs_signature(draft)
    draft.signer = other_key(draft, draft.held.key.algorithm)


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


@authenticator(
    "signature-data-only",
    "The signature is over the authenticator data alone.",
    create=22,
    get=21,
    when=SIGNED,
)
def _signature_data_only(draft: Draft) -> None:
    _needs_signature(draft)
    draft.client_data_hash = b""


def _needs_signature(draft: Draft) -> None:
    if draft.format == "none":
        raise nothing_signed()
