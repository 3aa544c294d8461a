"""Lies in the authenticator data: RP id, flags, counter, and the structure itself."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from mfa_simulators.passkey import cbor
from mfa_simulators.passkey.draft import (
    ATTESTED,
    BACKED_UP,
    BACKUP_ELIGIBLE,
    EXTENSIONS,
    USER_PRESENT,
    USER_VERIFIED,
)
from mfa_simulators.passkey.faults.client import EVIL
from mfa_simulators.passkey.faults.fault import ACCEPT, POLICY, authenticator

if TYPE_CHECKING:
    from mfa_simulators.passkey.draft import Draft

_RESERVED: Final = 0x02 | 0x20
_COUNTS: Final = "the passkey counts"
_REFUSES: Final = _COUNTS + "; the server refuses what may be a clone, rather than flag it"


@authenticator("rp-id-hash-other", "It signs for another RP id.", create=14, get=15)
def _rp_id_hash_other(draft: Draft) -> None:
    draft.rp_id_hash = hashlib.sha256(EVIL.encode()).digest()


@authenticator("user-present-cleared", "Nobody was present (UP clear).", create=15, get=16)
def _user_present_cleared(draft: Draft) -> None:
    draft.flags &= ~USER_PRESENT


@authenticator(
    "user-verified-cleared",
    "The user was not verified (UV clear).",
    create=16,
    get=17,
    when="user verification is required",
)
def _user_verified_cleared(draft: Draft) -> None:
    draft.flags &= ~USER_VERIFIED


@authenticator(
    "backup-state-without-eligible",
    "Backed up, yet not eligible for it (BS without BE).",
    create=17,
    get=18,
)
def _backup_state_without_eligible(draft: Draft) -> None:
    draft.flags = draft.flags & ~BACKUP_ELIGIBLE | BACKED_UP


@authenticator(
    "backup-eligible-changed",
    "BE is not what it was at registration.",
    get=19,
    when="the server uses the backup flags",
)
def _backup_eligible_changed(draft: Draft) -> None:
    # BS goes too: alone it would be another fault.
    draft.flags = (draft.flags ^ BACKUP_ELIGIBLE) & ~BACKED_UP


@authenticator("reserved-flags", "The two reserved flags are set.", create=POLICY, get=POLICY)
def _reserved_flags(draft: Draft) -> None:
    draft.flags |= _RESERVED


@authenticator("counter-regress", "The counter goes back by one.", get=22, when=_REFUSES)
def _counter_regress(draft: Draft) -> None:
    draft.counter = max(0, _last(draft) - 1)


@authenticator("counter-equal", "The counter stands still.", get=22, when=_REFUSES)
def _counter_equal(draft: Draft) -> None:
    draft.counter = _last(draft)


@authenticator("counter-zero", "The counter falls to zero.", get=22, when=_REFUSES)
def _counter_zero(draft: Draft) -> None:
    draft.counter = _last(draft) * 0


@authenticator("counter-jump", "The counter jumps ahead by 1000.", get=ACCEPT, when=_COUNTS)
def _counter_jump(draft: Draft) -> None:
    draft.counter = _last(draft) + 1000


@authenticator("attested-data-missing", "No credential is attested (AT clear).", create=13)
def _attested_data_missing(draft: Draft) -> None:
    draft.flags &= ~ATTESTED
    draft.attested = b""


@authenticator("attested-flag-alone", "AT is set, and no attested data follows.", create=13, get=7)
def _attested_flag_alone(draft: Draft) -> None:
    draft.flags |= ATTESTED
    draft.attested = b""


@authenticator("attested-data-in-assertion", "An assertion attests the credential once more.", get=POLICY)
def _attested_data_in_assertion(draft: Draft) -> None:
    draft.flags |= ATTESTED
    draft.aaguid = bytes(16)
    draft.credential_id = draft.held.id
    draft.public_key = draft.held.key.cose()


@authenticator("extension-flag-alone", "ED is set, and no extension outputs follow.", create=13, get=7)
def _extension_flag_alone(draft: Draft) -> None:
    draft.flags |= EXTENSIONS


@authenticator("extensions-not-a-map", "The extension outputs are an array.", create=13, get=7)
def _extensions_not_a_map(draft: Draft) -> None:
    draft.flags |= EXTENSIONS
    draft.extensions = cbor.encode(["credProtect", 2])


@authenticator(
    "extension-unasked",
    "It gives an extension output that nobody asked for.",
    create=POLICY,
    get=POLICY,
)
def _extension_unasked(draft: Draft) -> None:
    draft.flags |= EXTENSIONS
    draft.extensions = cbor.encode({"credProtect": 2})


@authenticator("trailing-bytes", "Two bytes follow that no flag announces.", create=13, get=7)
def _trailing_bytes(draft: Draft) -> None:
    draft.extensions = b"\x00\x00"


@authenticator(
    "truncated-authenticator-data",
    "The authenticator data lacks its last byte.",
    create=13,
    get=7,
)
def _truncated_authenticator_data(draft: Draft) -> None:
    draft.data = draft.render()[:-1]


@authenticator("credential-id-long", "The credential id has 1024 bytes, one too many.", create=25)
def _credential_id_long(draft: Draft) -> None:
    draft.credential_id = hashlib.shake_256(draft.held.id).digest(1024)


@authenticator(
    "rp-id-hash-of-origin", "It signs for the hash of the origin, not of the RP id.", create=14, get=15
)
def _rp_id_hash_of_origin(draft: Draft) -> None:
    draft.rp_id_hash = hashlib.sha256(b"https://" + draft.held.rp_id.encode()).digest()


@authenticator("rp-id-hash-zero", "The hash of the RP id is all zeros.", create=14, get=15)
def _rp_id_hash_zero(draft: Draft) -> None:
    draft.rp_id_hash = bytes(32)


@authenticator(
    "backup-state-lost", "The passkey is backed up no longer (BS clear).", create=POLICY, get=POLICY
)
def _backup_state_lost(draft: Draft) -> None:
    draft.flags &= ~BACKED_UP


@authenticator("counter-highest", "The counter jumps to its highest value.", get=ACCEPT, when=_COUNTS)
def _counter_highest(draft: Draft) -> None:
    draft.counter = max(_last(draft), 2**32 - 1)


@authenticator("authenticator-data-empty", "The authenticator data is empty.", create=13, get=7)
def _authenticator_data_empty(draft: Draft) -> None:
    draft.data = b""


@authenticator(
    "extensions-not-canonical",
    "The extension outputs are CBOR that is not canonical.",
    create=POLICY,
    get=POLICY,
)
def _extensions_not_canonical(draft: Draft) -> None:
    draft.flags |= EXTENSIONS
    draft.extensions = b"\xbf" + cbor.encode("credProtect") + b"\x02\xff"  # a map of unknown length


@authenticator("aaguid-other", "It names another model than its own.", create=POLICY)
def _aaguid_other(draft: Draft) -> None:
    draft.aaguid = hashlib.sha256(b"another model").digest()[:16]


@authenticator("credential-id-longest", "The credential id has 1023 bytes, as many as may be.", create=ACCEPT)
def _credential_id_longest(draft: Draft) -> None:
    draft.credential_id = hashlib.shake_256(draft.held.id).digest(1023)


@authenticator("credential-id-empty", "The credential id is empty.", create=POLICY)
def _credential_id_empty(draft: Draft) -> None:
    draft.credential_id = b""


@authenticator(
    "credential-id-overruns", "The credential id says that it is longer than all that follows.", create=13
)
def _credential_id_overruns(draft: Draft) -> None:
    draft.attested = draft.aaguid + b"\x03\xff" + draft.credential_id + draft.public_key


def _last(draft: Draft) -> int:
    """The counter that was reported last."""
    if draft.counter == 0:
        raise ValueError(
            "this fault needs a passkey that counts: VirtualPasskey.security_key(), or "
            'counter="per-credential"; where both counters are zero no server may mind'
        )
    return draft.counter - 1
