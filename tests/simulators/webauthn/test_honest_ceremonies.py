from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from mfa_simulators.clock import VirtualClock
from mfa_simulators.passkey import VirtualPasskey
from mfa_simulators.webauthn import Policy

if TYPE_CHECKING:
    from tests.simulators.webauthn.conftest import Party

ORIGIN = "https://app.example.org"

characters = st.fixed_dictionaries(
    {
        "user_verification": st.booleans(),
        "counter": st.sampled_from(["zero", "per-credential", "global"]),
        "discoverable": st.sampled_from(["always", "when-asked", "never"]),
        "algorithms": st.sampled_from([(-7,), (-35,), (-35, -7)]),
        "attestation": st.sampled_from(["none", "packed"]),
        "aaguid": st.one_of(st.just(bytes(16)), st.binary(min_size=16, max_size=16)),
        "attachment": st.sampled_from(["platform", "cross-platform"]),
    }
).flatmap(
    lambda character: st.sampled_from([(False, False), (True, False), (True, True)]).map(
        lambda backup: character | {"backup_eligible": backup[0], "backup_state": backup[1]}
    )
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    character=characters,
    user_verification=st.sampled_from(["required", "preferred", "discouraged"]),
    attestation=st.sampled_from(["none", "indirect", "direct", "enterprise"]),
    resident_key=st.sampled_from(["preferred", "discouraged"]),
    seed=st.integers(0, 5) | st.none(),
    top_origin=st.sampled_from([None, "https://frame.example.com"]),
    listed=st.booleans(),
)
def test_every_honest_passkey_is_accepted(  # noqa: PLR0917 (Hypothesis passes them by name)
    party: Party,
    character: dict[str, Any],
    user_verification: Any,
    attestation: str,
    resident_key: str,
    seed: int | None,
    top_origin: str | None,
    listed: bool,
) -> None:
    if user_verification == "required":
        character["user_verification"] = True
    policy = Policy(
        user_verification=user_verification,
        algorithms=(-7, -35),
        allow_cross_origin=top_origin is not None,
        top_origins={"https://frame.example.com"},
        backup_eligible=character["backup_eligible"],
        backup_state=character["backup_state"],
        extensions=frozenset({"credProps"}),
    )
    party.policy = policy
    key = VirtualPasskey(clock=VirtualClock(), seed=seed, **character)
    options = party.creation_options(attestation=attestation, resident_key=resident_key)
    created = key.create(options, origin=ORIGIN, top_origin=top_origin)
    credential = party.judge_registration(created)

    verified = character["user_verification"] and user_verification != "discouraged"
    assert credential.user_verified is verified
    assert credential.backup_eligible is character["backup_eligible"]
    assert credential.backup_state is character["backup_state"]
    assert credential.aaguid == character["aaguid"]
    assert credential.sign_count == (0 if character["counter"] == "zero" else 1)
    assert credential.algorithm == (-7 if -7 in character["algorithms"] else -35)
    assert credential.discoverable is key.credentials[0].discoverable
    wants_to_know = attestation != "none" or character["aaguid"] == bytes(16)
    packed = character["attestation"] == "packed" and wants_to_know
    assert (credential.format, credential.attestation_type) == (
        ("packed", "self") if packed else ("none", "none")
    )

    for counted in (1, 2):
        listing = (credential,) if listed or not credential.discoverable else ()
        request = party.request_options(*listing)
        response = key.get(request, origin=ORIGIN, top_origin=top_origin)
        told = party.judge_authentication(response, credential, identified=bool(listing))
        assert told.user_verified is verified
        assert told.sign_count == (0 if character["counter"] == "zero" else 1 + counted)
        assert told.counter_regressed is False
        credential = credential.after(told)


def test_authentication_updates_the_record_as_step_24_says(party: Party, key: VirtualPasskey) -> None:
    key.configure(counter="per-credential")
    credential = party.register(key)
    key.configure(backup_state=False)
    told = party.authenticate(key, credential)
    assert credential.after(told) == replace(credential, sign_count=2, backup_state=False)


@pytest.mark.parametrize("origin", ["http://localhost:8080", "http://localhost", "http://localhost:1"])
def test_an_origin_that_takes_any_port_is_expected_on_each(
    party: Party, key: VirtualPasskey, origin: str
) -> None:
    options = party.creation_options(rp_id="localhost")
    response = key.create(options, origin=origin)
    party.judge_registration(response, origins=("http://localhost:*",), rp_id="localhost")
