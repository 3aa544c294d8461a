"""Runs cases against a relying party and judges what came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mfa_harness.passkey_audit.cases import CASES, UNIDENTIFIED, VERIFICATION
from mfa_harness.passkey_audit.party import (
    ATTESTATION,
    BACKUP,
    COUNTER,
    FRAMES,
    PORT,
    STATE,
    STRICT,
    TRUST,
    claims_of,
    origin_of,
    refusals_of,
    served,
    wants_verification,
)
from mfa_harness.passkey_audit.sequence import NotOffered
from mfa_harness.passkey_audit.verdict import Finding, Verdict
from mfa_simulators.clock import VirtualClock
from mfa_simulators.passkey import ACCEPT, POLICY, VirtualPasskey, WebAuthnError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mfa_harness.passkey_audit.cases import Case
    from mfa_harness.passkey_audit.party import RelyingParty, Source

SEED: Final = "passkey audit"
_ASKS: Final = ("direct", "indirect", "enterprise")
_LONGEST: Final = 160
_UNCLAIMED: Final = {
    ATTESTATION: "it does not claim to verify attestation",
    TRUST: "it has no trust anchors for our root",
    COUNTER: "it does not claim to refuse a counter that stands still",
    BACKUP: "it does not claim to use the backup flags",
    FRAMES: "it does not claim to refuse frames",
    STATE: "its caller keeps challenges and credentials",
    PORT: "it takes any port of its host",
    STRICT: "it does not claim to take Level 3's JSON at its word",
}
_FORGED: Final = "user-verified-forged"  # needs a user who was not verified


def passkey(**settings: Any) -> VirtualPasskey:
    """A passkey that can have every fault: it counts, is backed up, and attests."""
    return VirtualPasskey(
        clock=VirtualClock("2026-01-01T00:00:00Z"), seed=SEED, counter="per-credential", **settings
    )


def audit(source: Source, cases: Iterable[Case] = tuple(CASES.values())) -> Iterator[Finding]:
    """Tries each case on a fresh account, after the same without the fault was accepted there.

    Args:
        source: where relying parties come from.
        cases: what to try.
    """
    for case in cases:
        yield _try(source.fresh(case.id), case)


def _try(party: RelyingParty, case: Case) -> Finding:
    key = passkey()
    origin = origin_of(party)
    attested = False
    try:
        if case.ceremony == "get" or case.sequence is not None:
            options = party.creation_options()
            attested = options.get("attestation") in _ASKS
            party.register(key.create(options, origin=origin))
        if case.ceremony == "get":
            party.authenticate(key.get(party.request_options(), origin=origin))
    except Exception as error:  # noqa: BLE001 - whatever another's code raises
        return Finding(case, Verdict.BLOCKED, said=f"the honest ceremony before was refused: {_words(error)}")
    try:
        if case.sequence is not None:
            needed = _lacking(case, party, {}, attested=attested)
            last = case.sequence.prepare(party, key)
        elif case.ceremony == "create":
            options = party.creation_options()
            attested = options.get("attestation") in _ASKS
            needed = _lacking(case, party, options, attested=attested)
            response = _lied(key.create, _changed(options, case), origin, case.fault)
            last = _later(party.register, response)
        else:
            key, needed, last = _assertion(party, case, key)
    except NotOffered as error:
        return Finding(case, Verdict.NOT_APPLICABLE, because=str(error))
    except WebAuthnError as error:
        return Finding(case, Verdict.NOT_APPLICABLE, said=str(error))
    except Exception as error:  # noqa: BLE001 - whatever another's code raises
        return Finding(case, Verdict.BLOCKED, said=f"the honest steps before were refused: {_words(error)}")
    try:
        outcome, said = _outcome(last, refusals_of(party))
    except NotOffered as error:
        return Finding(case, Verdict.NOT_APPLICABLE, because=str(error))
    verdict = _judge(case, outcome, needed, party)
    return Finding(case, verdict, outcome, said, needed if verdict is Verdict.POLICY else "")


def _assertion(
    party: RelyingParty, case: Case, key: VirtualPasskey
) -> tuple[VirtualPasskey, str, Callable[[], Any]]:
    options = party.request_options()
    needed = _lacking(case, party, options, attested=False)
    response = _lied(key.get, _changed(options, case), origin_of(party), case.fault)
    return key, needed, _later(party.authenticate, response)


def _lied(
    ceremony: Callable[..., dict[str, Any]], options: dict[str, Any], origin: str, fault: str
) -> dict[str, Any]:
    try:
        return ceremony(options, origin=origin, fault=fault)
    except ValueError as error:  # what this passkey makes here cannot have the fault
        raise NotOffered(str(error)) from error


def _later(call: Callable[[dict[str, Any]], Any], response: dict[str, Any]) -> Callable[[], Any]:
    return lambda: call(response)


def _changed(options: dict[str, Any], case: Case) -> dict[str, Any]:
    """What the passkey is asked, by a client that is in on it.

    Where only a signature could catch the fault it attests though nobody asked. Where UV is to be forged it does not
    verify the user, whatever was asked.
    """
    if case.step == "7.1 step 22" and options.get("attestation") not in _ASKS:
        options = options | {"attestation": "direct"}
    if case.fault == _FORGED:
        selection = (options.get("authenticatorSelection") or {}) | {"userVerification": "discouraged"}
        options = options | {"userVerification": "discouraged", "authenticatorSelection": selection}
    return options


def _lacking(case: Case, party: RelyingParty, options: dict[str, Any], *, attested: bool) -> str:
    """Why the step is not due; empty if it is."""
    claims = claims_of(party)
    needs = case.needs
    if not needs:
        return ""
    if needs == VERIFICATION:
        return "" if wants_verification(options) else "it does not require user verification"
    if needs == UNIDENTIFIED:
        return "" if not options.get("allowCredentials") else "it lists the user's credentials"
    if needs in (ATTESTATION, TRUST) and not attested and needs not in claims:
        return "it asks for no attestation"
    return "" if needs in claims else _UNCLAIMED[needs]


def _outcome(last: Callable[[], Any], refusals: tuple[type[Exception], ...]) -> tuple[str, str]:
    try:
        last()
    except NotOffered:
        raise
    except refusals as error:
        return "refused", _words(error)
    except Exception as error:  # noqa: BLE001 - a crash is a finding
        return "crashed", _words(error)
    return "accepted", ""


def _judge(case: Case, outcome: str, lacking: str, party: RelyingParty) -> Verdict:
    if outcome == "crashed" and served(party):
        verdict = Verdict.BROKEN
    elif case.step == ACCEPT:
        verdict = Verdict.ACCEPTED if outcome == "accepted" else Verdict.REFUSED
    elif outcome == "crashed":
        verdict = Verdict.CRASHED
    elif case.step == POLICY:
        verdict = Verdict.POLICY
    elif outcome == "refused":
        verdict = Verdict.CHECKED
    elif lacking:
        left_to_caller = case.needs == STATE and STATE not in claims_of(party)
        verdict = Verdict.CALLER if left_to_caller else Verdict.POLICY
    else:
        verdict = Verdict.MISSED
    return Verdict.ADVISED if case.advised and verdict in (Verdict.MISSED, Verdict.REFUSED) else verdict


def _words(error: Exception) -> str:
    text = " ".join(str(error).split())
    named = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return named if len(named) <= _LONGEST else named[: _LONGEST - 3] + "..."
