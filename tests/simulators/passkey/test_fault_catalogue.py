from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from mfa_simulators.passkey import ACCEPT, FAULTS, POLICY, Fault, VirtualPasskey

if TYPE_CHECKING:
    from tests.simulators.passkey.conftest import Options

ORIGIN = "https://app.example.org"


@pytest.mark.parametrize("fault", FAULTS.values(), ids=lambda fault: fault.slug)
def test_every_entry_is_complete(fault: Fault) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", fault.slug)
    assert FAULTS[fault.slug] is fault
    assert fault.sentence[0].isupper() or fault.sentence[0] == "`"
    assert fault.sentence.endswith(".")
    assert fault.create or fault.get
    for step, section in ((fault.create, "7.1"), (fault.get, "7.2")):
        assert step in {None, POLICY, ACCEPT} or re.fullmatch(rf"{section} step \d+", step or "")
    hooks = [hook for hook in (fault.client, fault.authenticator, fault.wire) if hook]
    assert len(hooks) == 1
    assert fault.stage == ("wire" if fault.wire else "authenticator")


@pytest.mark.parametrize(
    "slug",
    [
        "challenge-other",
        "origin-foreign",
        "origin-subdomain",
        "origin-port",
        "origin-http",
        "origin-suffix",
        "type-swapped",
        "cross-origin",
        "rp-id-hash-other",
        "user-present-cleared",
        "user-verified-cleared",
        "backup-state-without-eligible",
        "counter-regress",
        "signature-flipped",
        "signature-empty",
        "signature-other-key",
        "user-handle-other",
        "credential-id-unknown",
        "credential-id-long",
        "algorithm-not-offered",
        "truncated-authenticator-data",
        "truncated-attestation",
        "client-data-not-json",
        "wrong-base64",
        "id-not-raw-id",
    ],
)
def test_names_that_others_rely_on_stay(slug: str) -> None:
    assert slug in FAULTS


def test_an_unknown_fault_names_the_nearest(key: VirtualPasskey, creation: Options) -> None:
    with pytest.raises(ValueError, match="did you mean 'origin-foreign'"):
        key.create(creation(), origin=ORIGIN, fault="origin-foriegn")
    with pytest.raises(ValueError, match=r"there are .*wrong-base64"):
        key.create(creation(), origin=ORIGIN, fault="???")


def test_a_fault_of_the_other_ceremony_is_refused(
    key: VirtualPasskey, creation: Options, request_: Options
) -> None:
    with pytest.raises(ValueError, match=r"one of get\(\)"):
        key.create(creation(), origin=ORIGIN, fault="counter-regress")
    with pytest.raises(ValueError, match=r"one of create\(\)"):
        key.get(request_(), origin=ORIGIN, fault="credential-id-long")


@pytest.mark.parametrize(
    "slug",
    [
        fault.slug
        for fault in FAULTS.values()
        if fault.create == "7.1 step 22" and not fault.slug.startswith("attestation-")
    ],
)
def test_a_fault_of_a_signature_says_where_there_is_none(
    key: VirtualPasskey, creation: Options, slug: str
) -> None:
    with pytest.raises(ValueError, match="ask for attestation 'direct'"):
        key.create(creation(attestation="none"), origin=ORIGIN, fault=slug)


@pytest.mark.parametrize("slug", ["counter-regress", "counter-equal", "counter-zero", "counter-jump"])
def test_a_fault_of_the_counter_says_where_there_is_none(
    key: VirtualPasskey, creation: Options, request_: Options, slug: str
) -> None:
    key.create(creation(), origin=ORIGIN)
    with pytest.raises(ValueError, match="needs a passkey that counts"):
        key.get(request_(), origin=ORIGIN, fault=slug)


def test_after_a_fault_the_passkey_is_honest_again(creation: Options, request_: Options) -> None:
    faulty, honest = (VirtualPasskey(seed=7) for _ in range(2))
    for key in (faulty, honest):
        key.create(creation(), origin=ORIGIN)
    for fault in FAULTS.values():
        if fault.get and not fault.slug.startswith("counter-"):
            faulty.get(request_(), origin=ORIGIN, fault=fault.slug)
    assert faulty.get(request_(), origin=ORIGIN) == honest.get(request_(), origin=ORIGIN)


def test_a_server_that_accepts_a_long_id_can_be_signed_in_to(
    key: VirtualPasskey, creation: Options, request_: Options
) -> None:
    created = key.create(creation(), origin=ORIGIN, fault="credential-id-long")
    listed = request_() | {"allowCredentials": [{"type": "public-key", "id": created["id"]}]}
    assert key.get(listed, origin=ORIGIN)["id"] == created["id"]
