"""Faults of passkeys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from mfa_simulators.server.faults.fault import fault
from mfa_simulators.server.faults.leniency import Lenient
from mfa_simulators.server.faults.notes import notes
from mfa_simulators.server.operations import Operations
from mfa_simulators.server.rules import Rules
from mfa_simulators.server.store import Store
from mfa_simulators.webauthn import VerificationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_simulators.server.operations import Call, Caller
    from mfa_simulators.server.store.records import Passkey
    from mfa_simulators.server.wire.answers import VerifyResponse
    from mfa_simulators.server.wire.requests import Proving
    from mfa_simulators.webauthn import Authentication, Credential

_CENTURY = 100 * 365 * 86_400.0


@fault(
    *("P01", "passkey-challenge-unchecked", "A passkey may answer any challenge, not only ours"),
    requirement="passkey.challenge",
    sources=("WebAuthn L3 7.1 step 8", "WebAuthn L3 7.2 step 11"),
)
class _AnyChallenge(Store):
    def spend_challenge(self, challenge: bytes, purpose: str, session_id: str, now: float) -> bool:
        super().spend_challenge(challenge, purpose, session_id, now)
        return True


_reusable = fault(
    *("P02", "passkey-challenge-reusable", "A challenge is not used up: an assertion can be sent twice"),
    requirement="passkey.challenge-once",
    sources=("WebAuthn L3 7.2 step 11", "WebAuthn L3 13.4.3", "CWE-294"),
)


@_reusable
class _ReusableChallenge(Store):
    def spend_challenge(self, challenge: bytes, purpose: str, session_id: str, now: float) -> bool:
        known = notes(self, "P02")
        key = (challenge, purpose, session_id)
        if super().spend_challenge(challenge, purpose, session_id, now):
            known[key] = True
        return key in known


@_reusable
class _ReplayUnseen(Rules):
    def counter_policy(self) -> str:  # or the counter would give the replay away
        return "ignore"


@fault(
    *("P04", "passkey-challenge-never-expires", "A challenge never expires"),
    requirement="passkey.challenge-expires",
    sources=("WebAuthn L3 13.4.3", "ASVS 5.0 6.7.2"),
)
class _LongChallenge(Rules):
    def challenge_seconds(self) -> float:
        return _CENTURY


@fault(
    *("P05", "passkey-challenge-short", "Challenges are too short"),
    requirement="passkey.challenge-unpredictable",
    sources=("WebAuthn L3 13.4.3", "ASVS 5.0 6.7.2"),
)
class _ShortChallenge(Rules):
    def challenge_bytes(self) -> int:
        return 8


@fault(
    *("P06", "passkey-origin-unchecked", "A passkey's answer may come from any origin"),
    requirement="passkey.origin",
    sources=("WebAuthn L3 7.1 step 9", "WebAuthn L3 7.2 step 12", "CWE-346"),
)
class _AnyOrigin(Rules):
    def accepted_origins(self, claimed: str) -> tuple[str, ...]:
        return (claimed,)


@fault(
    *("P07", "passkey-rp-id-unchecked", "A passkey's answer may be for any RP ID"),
    requirement="passkey.rp-id",
    sources=("WebAuthn L3 7.1 step 14", "WebAuthn L3 7.2 step 15"),
)
class _AnyRpId(Lenient):
    left_out = ("7.1 step 14", "7.2 step 15")


@fault(
    *("P08", "passkey-rp-id-from-request", "The RP ID is whatever the request names"),
    requirement="passkey.rp-id",
    sources=("D-58", "CWE-346"),
)
class _RequestedRpId(Rules):
    def rp_id(self, related: str | None) -> str:
        return related or super().rp_id(None)


@fault(
    *("P09", "passkey-type-unchecked", "A registration passes for an authentication, and the reverse"),
    requirement="passkey.type",
    sources=("WebAuthn L3 7.1 step 7", "WebAuthn L3 7.2 step 10"),
)
class _AnyType(Lenient):
    left_out = ("7.1 step 7", "7.2 step 10")


@fault(
    *("P10", "passkey-cross-origin-accepted", "Answers given within a frame of another site are accepted"),
    requirement="passkey.origin",
    sources=("WebAuthn L3 7.1 steps 10-11", "WebAuthn L3 7.2 steps 13-14"),
)
class _CrossOrigin(Lenient):
    left_out = ("7.1 step 10", "7.1 step 11", "7.2 step 13", "7.2 step 14")


@fault(
    *("P11", "passkey-user-presence-unchecked", "Nobody need have touched the authenticator"),
    requirement="passkey.user-present",
    sources=("WebAuthn L3 7.1 step 15", "WebAuthn L3 7.2 step 16"),
)
class _NoPresence(Lenient):
    left_out = ("7.1 step 15", "7.2 step 16")


@fault(
    *("P12", "passkey-user-verification-unchecked", "User verification is asked for and not checked"),
    requirement="passkey.user-verified",
    sources=("WebAuthn L3 7.1 step 16", "WebAuthn L3 7.2 step 17"),
)
class _NoVerification(Rules):
    def user_verification_accepted(self) -> str:
        return "discouraged"


@fault(
    *("P13", "passkey-signature-unchecked", "The signature of a passkey is not checked"),
    requirement="passkey.signature",
    sources=("WebAuthn L3 7.2 step 21", "CWE-347"),
)
class _NoSignature(Lenient):
    left_out = ("7.2 step 21",)
    checks_signature = False


@fault(
    *("P14", "passkey-of-other-user", "Anybody's passkey answers the challenge of a user"),
    requirement="passkey.own-credential",
    sources=("WebAuthn L3 7.2 steps 5-6", "CWE-639"),
)
class _OtherUser(Store):
    def passkey_answering(self, user_id: str | None, credential_id: bytes) -> Passkey | None:  # noqa: ARG002
        return super().passkey_answering(None, credential_id)


@fault(
    *("P15", "passkey-user-handle-unchecked", "The user handle of an answer is not compared"),
    requirement="passkey.own-credential",
    sources=("WebAuthn L3 7.2 step 6",),
)
class _AnyHandle(Lenient):
    left_out = ("7.2 step 6",)


@fault(
    *(
        "P17",
        "passkey-counter-unchecked",
        "A signature counter that goes back is neither refused nor flagged",
    ),
    requirement="passkey.counter",
    sources=("WebAuthn L3 7.2 step 22",),
)
class _NoCounter(Rules):
    def counter_policy(self) -> str:
        return "ignore"


@fault(
    *("P18", "passkey-counter-zero-refused", "A passkey whose counter stays at zero is refused"),
    requirement="passkey.counter",
    sources=("WebAuthn L3 7.2 step 22",),
)
class _ZeroRefused(Operations):
    def verified_assertion(
        self, response: dict[str, Any], passkey: Passkey, challenge: bytes, *, identified: bool
    ) -> Authentication:
        told = super().verified_assertion(response, passkey, challenge, identified=identified)
        if told.sign_count == 0:
            raise VerificationError("7.2 step 22", "the counter is zero")
        return told


@fault(
    *("P20", "passkey-not-excluded", "Registration options do not exclude the passkeys a user has"),
    requirement="passkey.options",
    sources=("WebAuthn L3 5.4", "D-57"),
)
class _NotExcluded(Rules):
    def excluded(self, passkeys: Sequence[Passkey]) -> Sequence[Passkey]:  # noqa: ARG002
        return ()


@fault(
    *("P21", "passkey-algorithm-unchecked", "Keys of an algorithm that was not offered are accepted"),
    requirement="passkey.robust",
    sources=("WebAuthn L3 7.1 step 20",),
)
class _AnyAlgorithm(Lenient):
    left_out = ("7.1 step 20",)


@fault(
    *("P22", "passkey-backup-flags-unchecked", "Backup flags that contradict each other are accepted"),
    requirement="passkey.backup-flags",
    sources=("WebAuthn L3 7.1 step 17", "WebAuthn L3 7.2 steps 18-19"),
)
class _AnyFlags(Lenient):
    left_out = ("7.1 step 17", "7.2 step 18", "7.2 step 19")


@fault(
    *("P23", "passkey-id-too-long", "Credential ids longer than 1023 bytes are accepted"),
    requirement="passkey.robust",
    sources=("WebAuthn L3 7.1 step 25",),
)
class _LongId(Lenient):
    left_out = ("7.1 step 25",)


@fault(
    *("P25", "deleted-passkey-works", "A deleted passkey still answers the challenge"),
    requirement="passkey.deleted-refused",
    sources=("ASVS 5.0 6.5.6",),
)
class _DeletedWorks(Store):
    def delete_passkey(self, passkey: Passkey, *, codes_go: bool, now: float) -> bool:
        notes(self, "P25")[passkey.credential_id] = passkey
        return super().delete_passkey(passkey, codes_go=codes_go, now=now)

    def passkey_answering(self, user_id: str | None, credential_id: bytes) -> Passkey | None:
        known = super().passkey_answering(user_id, credential_id)
        gone: Passkey | None = notes(self, "P25").get(credential_id)
        if known is not None or gone is None or user_id not in (None, gone.user_id):
            return known
        return msgspec.structs.replace(gone, sign_count=0)  # nobody has kept count since


@fault(
    *("P26", "passkey-deleted-without-mfa", "A passkey is deleted without a fresh MFA"),
    requirement="passkey.deletion-needs-mfa",
    sources=("D-59", "ASVS 5.0 7.5.1"),
)
class _NoMfa(Rules):
    def deletion_needs_proof(self, kind: str, gated: bool) -> bool:
        return kind != "passkey" and super().deletion_needs_proof(kind, gated)


@fault(
    *("P27", "passkey-registration-no-upgrade", "Registering a passkey leaves the session gated"),
    requirement="passkey.registration-authenticates",
    sources=("D-51",),
)
class _NoUpgrade(Operations):
    def passed_mfa(self, call: Call, caller: Caller, method: str, proving: Proving) -> VerifyResponse:
        if method != "passkey-registration":
            return super().passed_mfa(call, caller, method, proving)
        user, methods = self.store.account(caller.user.id)
        return self.signed_in(call, user, caller.session, methods, gated=caller.gated)


@fault(
    *("P28", "gated-session-registers-passkey", "A gated session of an enrolled user registers a passkey"),
    requirement="gate.binding-needs-mfa",
    sources=("SP 800-63B-4 4.1.2.1",),
)
class _GatedRegisters(Rules):
    def gated_may_enrol(self, kind: str, has_method: bool) -> bool:
        return kind == "passkey" or super().gated_may_enrol(kind, has_method)


@fault(
    *("P29", "passkeys-unbounded", "A user may register any number of passkeys"),
    requirement="passkey.several-bounded",
    sources=("D-55",),
)
class _Unbounded(Rules):
    def another_passkey_allowed(self, count: int) -> bool:  # noqa: ARG002
        return True


@fault(
    *("P30", "passkey-malformed-500", "A malformed passkey response makes the server fail"),
    requirement="passkey.robust",
    sources=("CWE-20", "CWE-755"),
)
class _Fails(Operations):
    def verified_registration(self, response: dict[str, Any], challenge: bytes) -> Credential:
        try:
            return super().verified_registration(response, challenge)
        except VerificationError as error:
            raise RuntimeError(error.step) from None

    def verified_assertion(
        self, response: dict[str, Any], passkey: Passkey, challenge: bytes, *, identified: bool
    ) -> Authentication:
        try:
            return super().verified_assertion(response, passkey, challenge, identified=identified)
        except VerificationError as error:
            raise RuntimeError(error.step) from None
