"""Faults of passkeys: what is compared, and compared wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from mfa_simulators.server.faults.fault import fault
from mfa_simulators.server.faults.leniency import Lenient
from mfa_simulators.server.faults.notes import notes
from mfa_simulators.server.operations import Operations
from mfa_simulators.server.operations.passkey_json import decoded
from mfa_simulators.server.rules import Rules
from mfa_simulators.server.store import Store
from mfa_simulators.webauthn import VerificationError

if TYPE_CHECKING:
    from mfa_simulators.server.store.records import Passkey
    from mfa_simulators.webauthn import Authentication

_ORIGIN = ("WebAuthn L3 7.1 step 9", "WebAuthn L3 7.2 step 12", "WebAuthn L3 13.4.9", "CWE-346")
_KNOWN = {"type", "challenge", "origin", "crossOrigin", "topOrigin"}
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def _host(origin: str) -> str:
    return origin.partition("://")[2].partition(":")[0]


@fault(
    *("P34", "passkey-origin-by-suffix", "Any website whose name ends like ours will do"),
    requirement="passkey.origin",
    sources=_ORIGIN,
)
class _BySuffix(Rules):
    def accepted_origins(self, claimed: str) -> tuple[str, ...]:
        ours = super().accepted_origins(claimed)
        alike = any(_host(claimed).endswith(_host(each)) for each in ours)
        return (*ours, claimed) if alike else ours


@fault(
    *("P35", "passkey-origin-by-prefix", "Any origin that begins like ours will do"),
    requirement="passkey.origin",
    sources=_ORIGIN,
)
class _ByPrefix(Rules):
    def accepted_origins(self, claimed: str) -> tuple[str, ...]:
        ours = super().accepted_origins(claimed)
        alike = any(claimed.startswith(each.removesuffix(":*")) for each in ours)
        return (*ours, claimed) if alike else ours


@fault(
    *("P36", "passkey-scheme-unchecked", "An origin is taken whether it is http or https"),
    requirement="passkey.origin",
    sources=_ORIGIN,
)
class _AnyScheme(Rules):
    def accepted_origins(self, claimed: str) -> tuple[str, ...]:
        ours = super().accepted_origins(claimed)
        return (
            *ours,
            *(f"{scheme}://{each.partition('://')[2]}" for each in ours for scheme in ("http", "https")),
        )


@fault(
    *("P41", "passkey-port-unchecked", "An origin is taken whatever its port"),
    requirement="passkey.origin",
    sources=_ORIGIN,
)
class _AnyPort(Rules):
    def accepted_origins(self, claimed: str) -> tuple[str, ...]:
        ours = super().accepted_origins(claimed)
        return (*ours, *(f"{each.partition('://')[0]}://{_host(each)}:*" for each in ours))


@fault(
    *("P37", "passkey-challenge-of-other-session", "A challenge may be answered from another session"),
    requirement="passkey.challenge",
    sources=("WebAuthn L3 7.2 step 11", "WebAuthn L3 13.4.3", "CWE-384"),
)
class _OtherSession(Store):
    def add_challenge(self, challenge: bytes, purpose: str, session_id: str, expires_at: float) -> None:
        super().add_challenge(challenge, purpose, session_id, expires_at)
        notes(self, "P37")[challenge] = session_id

    def spend_challenge(self, challenge: bytes, purpose: str, session_id: str, now: float) -> bool:
        return super().spend_challenge(challenge, purpose, notes(self, "P37").get(challenge, session_id), now)


@fault(
    *("P38", "passkey-backup-eligibility-changes", "A passkey may become one that can be backed up"),
    requirement="passkey.backup-flags",
    sources=("WebAuthn L3 7.2 step 19",),
)
class _EligibilityChanges(Lenient):
    left_out = ("7.2 step 19",)


@fault(
    *("P39", "passkey-future-refused", "Client data with a member of a later version is refused"),
    requirement="passkey.robust",
    sources=("WebAuthn L3 5.8.1",),
)
class _FutureRefused(Operations):
    def verified_assertion(
        self, response: dict[str, Any], passkey: Passkey, challenge: bytes, *, identified: bool
    ) -> Authentication:
        told = super().verified_assertion(response, passkey, challenge, identified=identified)
        if not _KNOWN.issuperset(msgspec.json.decode(decoded(response["response"]["clientDataJSON"]))):
            raise VerificationError("7.2 step 9", "a member that is not known")
        return told


@fault(
    *("P40", "passkey-high-s-refused", "The higher form of a signature, which is as good, is refused"),
    requirement="passkey.signature",
    sources=("WebAuthn L3 6.5.5", "FIPS 186-5 6.4"),
)
class _HighRefused(Operations):
    def verified_assertion(
        self, response: dict[str, Any], passkey: Passkey, challenge: bytes, *, identified: bool
    ) -> Authentication:
        told = super().verified_assertion(response, passkey, challenge, identified=identified)
        signature = decoded(response["response"]["signature"])
        if signature[:1] == b"\x30" and 2 * _second(signature) > _P256_ORDER:
            raise VerificationError("7.2 step 21", "the higher form")
        return told


def _second(signature: bytes) -> int:
    """The second number of an ECDSA signature in DER."""
    start = 4 + signature[3]
    return int.from_bytes(signature[start + 2 :], "big")
