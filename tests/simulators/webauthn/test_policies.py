from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mfa_simulators.passkey import VirtualPasskey
from mfa_simulators.webauthn import Policy, VerificationError

if TYPE_CHECKING:
    from tests.simulators.webauthn.conftest import Party

ORIGIN = "https://app.example.org"
FRAME = "https://frame.example.com"


def test_user_verification_is_demanded_only_where_required(party: Party) -> None:
    key = VirtualPasskey(seed=7, user_verification=False)
    credential = party.register(key)
    response = key.get(party.request_options(credential), origin=ORIGIN)
    assert party.judge_authentication(response, credential).user_verified is False
    strict = Policy(user_verification="required")
    with pytest.raises(VerificationError, match=r"7\.2 step 17:"):
        party.judge_authentication(response, credential, policy=strict)


@pytest.mark.parametrize(
    ("policy", "step"),
    [
        (Policy(), "step 10"),
        (Policy(top_origins={FRAME}), "step 10"),
        (Policy(allow_cross_origin=True), "step 11"),
        (Policy(allow_cross_origin=True, top_origins={"https://other.example.com"}), "step 11"),
    ],
)
def test_a_frame_that_is_not_expected_is_refused(
    party: Party, key: VirtualPasskey, policy: Policy, step: str
) -> None:
    response = key.create(party.creation_options(), origin=ORIGIN, top_origin=FRAME)
    with pytest.raises(VerificationError, match=f"7.1 {step}:"):
        party.judge_registration(response, policy=policy)


def test_a_named_frame_counts_as_one_even_if_it_is_said_not_to_be(party: Party, key: VirtualPasskey) -> None:
    policy = Policy(allow_cross_origin=False, top_origins={"https://evil.example"})
    response = key.create(party.creation_options(), origin=ORIGIN, fault="top-origin")
    with pytest.raises(VerificationError, match=r"7\.1 step 11:"):
        party.judge_registration(response, policy=policy)


def test_a_frame_that_is_expected_is_accepted(party: Party, key: VirtualPasskey) -> None:
    policy = Policy(allow_cross_origin=True, top_origins={FRAME})
    response = key.create(party.creation_options(), origin=ORIGIN, top_origin=FRAME)
    party.judge_registration(response, policy=policy)


@pytest.mark.parametrize(
    ("passkey", "policy", "step"),
    [
        ({"backup_eligible": False, "backup_state": False}, Policy(backup_eligible=True), "7.1 step 18"),
        ({}, Policy(backup_eligible=False), "7.1 step 18"),
        ({"backup_state": False}, Policy(backup_state=True), "7.1 step 19"),
        ({}, Policy(backup_state=False), "7.1 step 19"),
    ],
)
def test_a_policy_may_want_or_refuse_backup(
    party: Party, passkey: dict[str, Any], policy: Policy, step: str
) -> None:
    key = VirtualPasskey(seed=7, **passkey)
    response = key.create(party.creation_options(), origin=ORIGIN)
    party.judge_registration(response)
    with pytest.raises(VerificationError, match=f"{step}:"):
        party.judge_registration(response, policy=policy)


def test_a_lost_backup_is_refused_where_the_policy_wants_one(party: Party, key: VirtualPasskey) -> None:
    credential = party.register(key)
    key.configure(backup_state=False)
    response = key.get(party.request_options(credential), origin=ORIGIN)
    assert party.judge_authentication(response, credential).backup_state is False
    with pytest.raises(VerificationError, match=r"7\.2 step 19:"):
        party.judge_authentication(response, credential, policy=Policy(backup_state=True))


@pytest.mark.parametrize("fault", ["counter-equal", "counter-regress", "counter-zero"])
def test_a_counter_that_does_not_grow_is_refused_flagged_or_ignored(party: Party, fault: str) -> None:
    key = VirtualPasskey.security_key(seed=7)
    credential = party.register(key)
    credential = credential.after(party.authenticate(key, credential))
    response = key.get(party.request_options(credential), origin=ORIGIN, fault=fault)
    with pytest.raises(VerificationError, match=r"7\.2 step 22:"):
        party.judge_authentication(response, credential, policy=Policy(counter="refuse"))
    flagged = party.judge_authentication(response, credential, policy=Policy(counter="flag"))
    assert flagged.counter_regressed
    ignored = party.judge_authentication(response, credential, policy=Policy(counter="ignore"))
    assert not ignored.counter_regressed


def test_two_counters_of_zero_mean_nothing(party: Party, key: VirtualPasskey) -> None:
    credential = party.register(key)
    for _ in range(2):
        assert party.authenticate(key, credential).sign_count == 0


@pytest.mark.parametrize("fault", ["attestation-none-with-statement", "attestation-format-unknown"])
def test_a_party_that_asked_for_no_attestation_may_ignore_it(
    party: Party, key: VirtualPasskey, fault: str
) -> None:
    response = key.create(party.creation_options(), origin=ORIGIN, fault=fault)
    with pytest.raises(VerificationError):
        party.judge_registration(response)
    credential = party.judge_registration(response, policy=Policy(attestation="ignore"))
    assert credential.attestation_type == "unverified"


def test_the_type_of_attestation_must_be_trusted(party: Party, key: VirtualPasskey) -> None:
    response = key.create(party.creation_options(), origin=ORIGIN)
    with pytest.raises(VerificationError, match=r"7\.1 step 24:"):
        party.judge_registration(response, policy=Policy(attestation_types=("self",)))


def test_presence_may_lack_only_where_the_registration_was_conditional(
    party: Party, key: VirtualPasskey
) -> None:
    conditional = Policy(user_presence=False)
    response = key.create(party.creation_options(), origin=ORIGIN, fault="user-present-cleared")
    credential = party.judge_registration(response, policy=conditional)
    response = key.get(party.request_options(credential), origin=ORIGIN, fault="user-present-cleared")
    with pytest.raises(VerificationError, match=r"7\.2 step 16:"):
        party.judge_authentication(response, credential, policy=conditional)


def test_a_credential_that_is_registered_already_is_refused(party: Party, key: VirtualPasskey) -> None:
    response = key.create(party.creation_options(), origin=ORIGIN)
    credential = party.judge_registration(response)
    with pytest.raises(VerificationError, match=r"7\.1 step 26:"):
        party.judge_registration(response, registered={credential.id})


def test_a_credential_that_was_not_allowed_is_refused(party: Party, key: VirtualPasskey) -> None:
    credential = party.register(key)
    response = key.get(party.request_options(credential), origin=ORIGIN)
    party.judge_authentication(response, credential, allow_credentials={credential.id})
    with pytest.raises(VerificationError, match=r"7\.2 step 5:"):
        party.judge_authentication(response, credential, allow_credentials={b"another"})


def test_another_users_credential_is_refused(party: Party, key: VirtualPasskey) -> None:
    mine = party.register(key)
    hers = party.judge_registration(
        key.create(party.creation_options(user_id=b"user 2", user_name="bob"), origin=ORIGIN),
        user_handle=b"user 2",
    )
    response = key.get(party.request_options(hers), origin=ORIGIN)
    with pytest.raises(VerificationError, match=r"7\.2 step 6:"):
        party.judge_authentication(response, mine)


def test_a_user_handle_of_another_account_is_refused(party: Party, key: VirtualPasskey) -> None:
    credential = party.register(key)
    response = key.get(party.request_options(credential), origin=ORIGIN)
    with pytest.raises(VerificationError, match=r"7\.2 step 6:"):
        party.judge_authentication(response, replace(credential, user_handle=b"user 2"))


def test_an_error_names_its_step_and_speaks_to_people(party: Party, key: VirtualPasskey) -> None:
    response = key.create(party.creation_options(), origin=ORIGIN, fault="origin-foreign")
    with pytest.raises(VerificationError) as caught:
        party.judge_registration(response)
    assert caught.value.step == "7.1 step 9"
    assert str(caught.value) == (
        "WebAuthn L3 7.1 step 9: expected one of ['https://app.example.org'], "
        "found the origin 'https://evil.example'"
    )
