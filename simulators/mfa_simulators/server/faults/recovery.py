"""Faults of recovery codes."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any

from mfa_simulators.server.faults.fault import fault
from mfa_simulators.server.faults.meeting import meet
from mfa_simulators.server.faults.notes import notes
from mfa_simulators.server.operations import Operations
from mfa_simulators.server.rules import Rules
from mfa_simulators.server.rules.allowance import Endpoint, Opening
from mfa_simulators.server.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from mfa_simulators.server.operations import Call, Caller
    from mfa_simulators.server.store.records import Device, Methods, RecoveryCode

_ONCE = "recovery.single-use"
_SHORTEST = 9


@fault(
    *("R01", "recovery-code-reusable", "A recovery code works twice"),
    requirement=_ONCE,
    sources=("D-39", "ASVS 5.0 6.5.1", "SP 800-63B-4 3.1.2.2"),
)
class _Reusable(Store):
    def spend_recovery_code(self, user_id: str, digest: bytes, now: float) -> bool:
        spent = super().spend_recovery_code(user_id, digest, now)
        return spent or any(code.digest == digest for code in self.recovery_codes(user_id))


@fault(
    *("R02", "recovery-code-race", "Parallel requests with one recovery code all pass"),
    requirement=_ONCE,
    sources=("ASVS 5.0 6.5.1", "CWE-367"),
)
class _Race(Store):
    def spend_recovery_code(self, user_id: str, digest: bytes, now: float) -> bool:
        if not any(code.digest == digest and not code.spent for code in self.recovery_codes(user_id)):
            return False
        meet(self)
        super().spend_recovery_code(user_id, digest, now)
        return True


@fault(
    *("R03", "old-codes-survive-regeneration", "Codes of the old set still work after a new one was made"),
    requirement="recovery.regeneration-invalidates",
    sources=("D-41",),
)
class _OldSurvive(Store):
    def _retire_codes(self, connection: Connection, user_id: str) -> None:
        old = notes(self, "R03").setdefault(user_id, set())
        old.update(code.digest for code in self._codes(connection, user_id) if not code.spent)
        super()._retire_codes(connection, user_id)

    def spend_recovery_code(self, user_id: str, digest: bytes, now: float) -> bool:
        old: set[bytes] = notes(self, "R03").setdefault(user_id, set())
        if digest in old:
            old.discard(digest)
            return True
        return super().spend_recovery_code(user_id, digest, now)


@fault(
    *("R05", "recovery-codes-nine", "A set has nine codes"),
    requirement="recovery.ten-codes",
    sources=("D-38",),
)
class _Nine(Rules):
    def recovery_codes_per_set(self) -> int:
        return 9


@fault(
    *("R06", "recovery-codes-guessable", "Recovery codes are made of two letters only"),
    requirement="recovery.unpredictable",
    sources=("ASVS 5.0 6.5.3", "ASVS 5.0 6.5.4", "SP 800-63B-4 4.2.1.1"),
)
class _Guessable(Rules):
    def recovery_code_from(self, random: bytes) -> str:
        return "".join("AB"[byte % 2] for byte in random[: self.recovery_code_length()])


@fault(
    *("R07", "regeneration-same-set", "Regenerating returns the same codes again"),
    requirement="recovery.regeneration-invalidates",
    sources=("D-41",),
)
class _SameSet(Operations):
    def new_recovery_code(self, user_id: str) -> str:
        known: dict[str, Any] = notes(self, "R07")
        if user_id not in known:
            wanted = self.rules.recovery_codes_per_set()
            known[user_id] = cycle([super(_SameSet, self).new_recovery_code(user_id) for _ in range(wanted)])
        return str(next(known[user_id]))


@fault(
    *("R08", "reading-renews-codes", "Reading the recovery codes makes a new set each time"),
    requirement="recovery.get-returns-existing",
    sources=("D-40",),
)
class _ReadingRenews(Rules):
    def set_is_to_be_made(self, existing: Sequence[RecoveryCode]) -> bool:  # noqa: ARG002
        return True


@fault(
    *("R09", "used-codes-shown", "Used recovery codes are still listed"),
    requirement="recovery.single-use",
    sources=("D-40",),
)
class _UsedShown(Rules):
    def codes_to_show(self, codes: Sequence[RecoveryCode]) -> list[RecoveryCode]:
        return list(codes)


@fault(
    *("R10", "codes-before-verification", "Recovery codes are handed out before any method is verified"),
    requirement="recovery.after-verification",
    sources=("D-36", "CWE-841"),
)
class _BeforeVerification(Rules):
    def recovery_codes_available(self, has_method: bool) -> bool:  # noqa: ARG002
        return True

    def gated_opening(self, endpoint: Endpoint) -> Opening:
        return Opening.ENROLMENT if endpoint is Endpoint.RECOVERY_READ else super().gated_opening(endpoint)


@fault(
    *("R11", "gated-session-reads-codes", "A gated session can read recovery codes, and so pass"),
    requirement="recovery.needs-mfa",
    sources=("D-13", "D-18", "ASVS 5.0 7.5.1", "CWE-306"),
)
class _GatedReads(Rules):
    def gated_opening(self, endpoint: Endpoint) -> Opening:
        if endpoint in (Endpoint.RECOVERY_READ, Endpoint.RECOVERY_RENEW):
            return Opening.OPEN
        return super().gated_opening(endpoint)


@fault(
    *("R12", "regeneration-without-step-up", "A new set of recovery codes takes no fresh MFA"),
    requirement="recovery.regenerate-needs-step-up",
    sources=("ASVS 5.0 7.5.1", "WSTG-ATHN-11"),
)
class _NoStepUp(Rules):
    def regeneration_needs_mfa(self, has_method: bool) -> bool:  # noqa: ARG002
        return False


@fault(
    *(
        "R13",
        "codes-outlive-last-method",
        "Recovery codes outlive the last method, and work after re-enrolment",
    ),
    requirement="recovery.gone-with-last-method",
    sources=("SP 800-63B-4 4.2", "CWE-613"),
)
class _Outlive(Rules):
    def codes_go_with_last_method(self) -> bool:
        return False


@fault(
    *("R15", "recovery-code-prefix", "The first nine characters of a recovery code are enough"),
    requirement="recovery.single-use",
    sources=("D-43",),
)
class _Prefix(Operations):
    def recovery_code_spent(self, call: Call, caller: Caller, code: str) -> bool:
        user_id = caller.user.id
        shown = self.shown_codes(user_id, self.store.recovery_codes(user_id))
        whole = next((each for each in shown if len(code) >= _SHORTEST and each.startswith(code)), code)
        return super().recovery_code_spent(call, caller, whole)


@fault(
    *("R16", "recovery-code-as-totp", "A recovery code passes where a code of an app is asked for"),
    requirement="recovery.separate-from-totp",
    sources=("D-42", "CWE-287"),
)
class _AsTotp(Operations):
    def totp_answered(
        self, call: Call, caller: Caller, devices: Sequence[Device], methods: Methods, code: str
    ) -> Device | None:
        device = super().totp_answered(call, caller, devices, methods, code)
        if device is None and devices and self.recovery_code_spent(call, caller, code):
            return devices[0]
        return device


@fault(
    *("R17", "recovery-code-no-upgrade", "A recovery code is accepted and leaves the session gated"),
    requirement="recovery.completes-challenge",
    sources=("D-42", "D-48"),
)
class _NoUpgrade(Rules):
    def lifts_gate(self, method: str) -> bool:
        return method != "recovery" and super().lifts_gate(method)


@fault(
    *("R21", "acknowledgement-lost", "Acknowledging the recovery codes is not stored"),
    requirement="recovery.acknowledgement",
    sources=("D-44",),
)
class _NotStored(Store):
    def set_acknowledgement(self, user_id: str, acknowledgement: str | None) -> None:
        pass


@fault(
    *("R22", "acknowledgement-not-reset", "A renewed set counts as acknowledged"),
    requirement="recovery.acknowledgement",
    sources=("D-46",),
)
class _NotReset(Rules):
    def acknowledgement_after_renewal(self) -> str:
        return "complete"


@fault(
    *("R23", "codes-shown-for-ever", "Codes are shown again after acknowledgement where they must not be"),
    requirement="recovery.acknowledgement",
    sources=("D-45", "D-47"),
)
class _ShownForEver(Rules):
    def recovery_codes_readable(self, acknowledgement: str | None) -> bool:  # noqa: ARG002
        return True
