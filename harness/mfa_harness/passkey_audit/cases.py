"""What an audit tries: each fault of the catalogue in each of its ceremonies, and sequences of honest responses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from mfa_harness.passkey_audit.party import ATTESTATION, BACKUP, COUNTER, FRAMES, PORT, STATE, STRICT, TRUST
from mfa_harness.passkey_audit.sequences import SEQUENCES
from mfa_simulators.passkey import ACCEPT, FAULTS, POLICY

if TYPE_CHECKING:
    from mfa_harness.passkey_audit.sequence import Sequence
    from mfa_simulators.passkey import Fault

Ceremony = Literal["create", "get"]
WORDS: Final = {"create": "register", "get": "sign-in"}

# The condition beyond which a step is not due: a claim of the party, or something its options say.
VERIFICATION: Final = "user verification required"
UNIDENTIFIED: Final = "no allow list"
_ATTESTATION_STEPS: Final = frozenset({"7.1 step 21", "7.1 step 22"})
_TRUST_STEP: Final = "7.1 step 24"
# What Level 3 advises and does not demand: long ids and known ids at registration (steps 25 and 26), and, in 5.1, to
# take an attachment that is not known for none.
_ADVISED_STEPS: Final = frozenset({"7.1 step 25", "7.1 step 26"})
_ADVISED_FAULTS: Final = frozenset({"attachment-unknown"})
_NEEDS: Final = {
    "user-verified-cleared": VERIFICATION,
    "user-handle-missing": UNIDENTIFIED,
    "origin-port": PORT,
    # Who keeps the credentials looks one up by its id, and knows whose it is.
    "credential-id-unknown": STATE,
    "user-handle-other": STATE,
    "user-handle-long": STATE,
    "user-handle-empty": STATE,
    "cross-origin": FRAMES,
    "top-origin": FRAMES,
    "framed-by-foreigner": FRAMES,
    "backup-eligible-changed": BACKUP,
    "counter-equal": COUNTER,
    "counter-regress": COUNTER,
    "counter-zero": COUNTER,
    # No step of section 7 compares these: browsers write them, and authenticator data says what counts.
    "wrong-base64": STRICT,
    "credential-id-padded": STRICT,
    "credential-type-other": STRICT,
    "credential-type-missing": STRICT,
    "credential-id-not-attested": STRICT,
    "id-not-raw-id": STRICT,
}


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to try.

    Attributes:
        id: `register/origin-foreign`, `sign-in/replay`.
        ceremony: which.
        sentence: what is tried.
        step: what must catch it, `policy`, or `accept`.
        needs: what must hold for that step to be due: a claim, or what the options say; empty for always.
        fault: slug of the passkey's fault, if it is one.
        sequence: what is done otherwise.
    """

    id: str
    ceremony: Ceremony
    sentence: str
    step: str
    needs: str = ""
    fault: str = ""
    sequence: Sequence | None = None

    @property
    def advised(self) -> bool:
        """Whether the specification says SHOULD, not MUST."""
        return self.step in _ADVISED_STEPS or self.fault in _ADVISED_FAULTS


def _of_fault(fault: Fault, ceremony: Ceremony) -> Case | None:
    step = fault.step(ceremony)
    if step is None:
        return None
    needs = _NEEDS.get(fault.slug, "")
    if step == _TRUST_STEP:
        needs = TRUST
    elif step in _ATTESTATION_STEPS:
        needs = ATTESTATION
    return Case(
        f"{WORDS[ceremony]}/{fault.slug}",
        ceremony,
        fault.sentence,
        step,
        "" if step in (ACCEPT, POLICY) else needs,
        fault.slug,
    )


def _all() -> dict[str, Case]:
    cases = [
        case
        for ceremony in ("create", "get")
        for fault in FAULTS.values()
        if (case := _of_fault(fault, ceremony)) is not None
    ]
    cases += [
        Case(
            f"{WORDS[sequence.ceremony]}/{sequence.slug}",
            sequence.ceremony,
            sequence.sentence,
            sequence.step,
            sequence.needs,
            sequence=sequence,
        )
        for sequence in SEQUENCES
    ]
    return {case.id: case for case in cases}


CASES: Final = _all()
