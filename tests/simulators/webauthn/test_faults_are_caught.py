from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64decode
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import pytest
from fido2 import cbor
from fido2.cose import CoseKey

from mfa_simulators.clock import VirtualClock
from mfa_simulators.passkey import ACCEPT, FAULTS, POLICY, Fault, VirtualPasskey
from mfa_simulators.webauthn import Policy, VerificationError

if TYPE_CHECKING:
    from tests.simulators.webauthn.conftest import Party

Ceremony = Literal["create", "get"]
ORIGIN = "https://app.example.org"


def faults(*verdicts: str) -> list[Any]:
    """(ceremony, fault) for each whose verdict is one of these, or any step where none are given."""
    return [
        pytest.param(ceremony, fault, id=f"{ceremony}-{fault.slug}")
        for fault in FAULTS.values()
        for ceremony in ("create", "get")
        if (step := fault.step(ceremony)) is not None
        and (step in verdicts if verdicts else step not in {POLICY, ACCEPT})
    ]


@pytest.fixture
def key() -> VirtualPasskey:
    """A passkey that can have every fault: it counts, is backed up, and attests."""
    return VirtualPasskey(clock=VirtualClock(), seed=7, counter="per-credential")


@pytest.fixture
def party(party: Party) -> Party:
    """A party to which every step is due."""
    party.policy = Policy(user_verification="required")
    party.attestation = "direct"
    party.policy = replace(
        party.policy, trust_anchors=[VirtualPasskey(seed=7).attestation_root], clock=VirtualClock()
    )
    return party


def prepare(fault: Fault, party: Party, key: VirtualPasskey) -> None:
    if fault.slug == "user-verified-forged":
        key.configure(user_verification=False)
        party.policy = Policy()
    if fault.slug == "user-handle-missing":
        party.identified = False


def run(ceremony: Ceremony, fault: str | None, party: Party, key: VirtualPasskey) -> None:
    if ceremony == "create":
        party.register(key, fault=fault)
        return
    credential = party.register(key)
    credential = credential.after(party.authenticate(key, credential))
    party.authenticate(key, credential, fault=fault)


@pytest.mark.parametrize(("ceremony", "fault"), faults())
def test_the_step_of_the_catalogue_catches_the_fault(
    ceremony: Ceremony, fault: Fault, party: Party, key: VirtualPasskey
) -> None:
    prepare(fault, party, key)
    run(ceremony, None, party, key)  # the same without the fault is accepted
    with pytest.raises(VerificationError) as caught:
        run(ceremony, fault.slug, party, key)
    assert caught.value.step == fault.step(ceremony), caught.value


@pytest.mark.parametrize(("ceremony", "fault"), faults(ACCEPT))
def test_what_only_looks_wrong_is_accepted(
    ceremony: Ceremony, fault: Fault, party: Party, key: VirtualPasskey
) -> None:
    run(ceremony, fault.slug, party, key)


# What no step names and our party refuses all the same, being strict: where, and why.
REFUSED = {
    "attested-data-in-assertion": {"get": "7.2 step 7"},  # section 6.1 forbids it
    "extensions-not-canonical": {"create": "7.1 step 13", "get": "7.2 step 7"},  # section 2.4 forbids it
    "key-extra-member": {"create": "7.1 step 20"},  # section 6.5.1 forbids it
    "key-not-canonical": {"create": "7.1 step 13"},  # section 6.5.1 forbids it
    "extension-results-missing": {"create": "7.1 step 4", "get": "7.2 step 4"},  # a required member
    "transports-malformed": {"create": "7.1 step 3"},  # a member of another type
    "client-data-nested": {"create": "7.1 step 6", "get": "7.2 step 9"},  # too deep for the parser
    "credential-id-empty": {"create": "7.1 step 25"},  # section 4: at least one byte
}


@pytest.mark.parametrize(("ceremony", "fault"), faults(POLICY))
def test_what_is_left_to_the_server_is_as_documented(
    ceremony: Ceremony, fault: Fault, party: Party, key: VirtualPasskey
) -> None:
    if (step := REFUSED.get(fault.slug, {}).get(ceremony)) is not None:
        with pytest.raises(VerificationError, match=f"{re.escape(step)}:"):
            run(ceremony, fault.slug, party, key)
        return
    run(ceremony, fault.slug, party, key)
    if "unasked" in fault.slug:
        party.policy = replace(party.policy, extensions=frozenset({"credProps"}))
        step = {"create": "7.1 step 28", "get": "7.2 step 23"}[ceremony]
        run(ceremony, None, party, key)
        with pytest.raises(VerificationError, match=f"{step}:"):
            run(ceremony, fault.slug, party, key)


SIGNATURE_FAULTS = {"signature-other-key", "signature-other-message", "signature-data-only"}


@pytest.mark.parametrize(
    "fault", [fault for fault in FAULTS.values() if fault.get], ids=lambda fault: fault.slug
)
def test_a_lying_authenticator_signs_its_lie_and_a_lying_wire_does_not(
    fault: Fault, party: Party, key: VirtualPasskey
) -> None:
    prepare(fault, party, key)
    credential = party.register(key)
    response = key.get(party.request_options(credential), origin=ORIGIN, fault=fault.slug)["response"]
    public_key = CoseKey.parse(cbor.decode(credential.public_key))  # type: ignore[arg-type]
    try:
        client_data, data, signature = (
            urlsafe_b64decode(response[name] + "==")
            for name in ("clientDataJSON", "authenticatorData", "signature")
        )
    except (KeyError, TypeError):
        assert fault.stage == "wire"  # it took the members away
        return
    try:
        public_key.verify(data + hashlib.sha256(client_data).digest(), signature)
        signed = True
    except Exception:  # noqa: BLE001 (whatever the library raises)
        signed = False
    touches_signed_bytes = fault.get == "7.2 step 21"
    assert signed is not touches_signed_bytes
    assert (fault.stage == "wire") or fault.slug in SIGNATURE_FAULTS or signed
