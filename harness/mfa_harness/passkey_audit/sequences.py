"""State: honest responses at the wrong time or in the wrong place. Each is tried on a fresh account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mfa_harness.passkey_audit.accounts import ACCOUNTS
from mfa_harness.passkey_audit.party import COUNTER, STATE, origin_of
from mfa_harness.passkey_audit.sequence import NotOffered, Sequence, anew, sign_in, with_id
from mfa_simulators.passkey import ACCEPT, POLICY

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.passkey_audit.party import RelyingParty
    from mfa_simulators.passkey import VirtualPasskey


def _replay(party: RelyingParty, key: VirtualPasskey) -> Callable[[], Any]:
    sign_in(party, key)
    old = key.replay()
    return lambda: party.authenticate(old)


def _replay_later(party: RelyingParty, key: VirtualPasskey) -> Callable[[], Any]:
    sign_in(party, key)
    old = key.replay()
    party.request_options()
    return lambda: party.authenticate(old)


def _after_refusal(party: RelyingParty, key: VirtualPasskey) -> Callable[[], Any]:
    options = party.request_options()
    origin = origin_of(party)
    try:
        party.authenticate(key.get(options, origin=origin, fault="signature-flipped"))
    except Exception:  # noqa: BLE001 - that it is refused is another case's concern
        return lambda: party.authenticate(key.get(options, origin=origin))
    raise NotOffered("the broken signature before was accepted")


def _registration_replay(party: RelyingParty, key: VirtualPasskey) -> Callable[[], Any]:
    origin = origin_of(party)
    response = key.create(party.creation_options() | {"excludeCredentials": []}, origin=origin)
    party.register(response)
    return lambda: party.register(response)


def _same_credential(party: RelyingParty, key: VirtualPasskey) -> Callable[[], Any]:
    origin = origin_of(party)
    twin = key.clone()
    held = key.credentials[0]
    options = party.creation_options() | {"excludeCredentials": []}
    response = with_id(twin, options, origin, held.id)
    return lambda: party.register(response)


def _clone(party: RelyingParty, key: VirtualPasskey) -> Callable[[], Any]:
    twin = key.clone()
    sign_in(party, key)
    sign_in(party, key)
    return lambda: sign_in(party, twin)


def _rollback(party: RelyingParty, key: VirtualPasskey) -> Callable[[], Any]:
    sign_in(party, key)
    key.rollback(1)
    return lambda: sign_in(party, key)


def _by_turns(party: RelyingParty, key: VirtualPasskey) -> Callable[[], Any]:
    laptop = key.clone()
    sign_in(party, key)
    sign_in(party, key)
    return lambda: sign_in(party, laptop)


def _crossing(party: RelyingParty, key: VirtualPasskey) -> Callable[[], Any]:
    origin = origin_of(party)
    first, second = (key.get(party.request_options(), origin=origin) for _ in range(2))
    party.authenticate(second)
    return lambda: party.authenticate(first)


def _zero_for_ever(party: RelyingParty, key: VirtualPasskey) -> Callable[[], Any]:
    synced = key.clone()
    synced.configure(counter="zero")
    party.register(synced.create(anew(party.creation_options()), origin=origin_of(party)))
    sign_in(party, synced)
    return lambda: sign_in(party, synced)


def _lost_verification(party: RelyingParty, key: VirtualPasskey) -> Callable[[], Any]:
    sign_in(party, key)
    return lambda: party.authenticate(
        key.get(party.request_options(), origin=origin_of(party), flags={"UV": False})
    )


def _lost_backup(party: RelyingParty, key: VirtualPasskey) -> Callable[[], Any]:
    sign_in(party, key)
    return lambda: party.authenticate(
        key.get(party.request_options(), origin=origin_of(party), flags={"BS": False})
    )


def _strangers(party: RelyingParty, key: VirtualPasskey) -> Callable[[], Any]:
    stranger = key.clone()
    stranger.create(anew(party.creation_options()), origin=origin_of(party))
    options = party.request_options() | {"allowCredentials": []}
    return lambda: party.authenticate(stranger.get(options, origin=origin_of(party)))


SEQUENCES: Final = (
    Sequence("replay", "get", "The same response is sent twice.", "7.2 step 11", STATE, _replay),
    Sequence(
        "replay-later", "get", "An old response answers a new challenge.", "7.2 step 11", "", _replay_later
    ),
    Sequence(
        "challenge-after-refusal",
        "get",
        "A challenge is answered rightly after it was answered wrongly.",
        POLICY,
        "",
        _after_refusal,
    ),
    Sequence(
        "replay", "create", "The same registration is sent twice.", "7.1 step 26", STATE, _registration_replay
    ),
    Sequence(
        "duplicate-credential-id",
        "create",
        "Another key is registered under an id that is taken.",
        "7.1 step 26",
        STATE,
        _same_credential,
    ),
    Sequence(
        "clone", "get", "A copy of the passkey signs in after the original.", "7.2 step 22", COUNTER, _clone
    ),
    Sequence(
        "rollback",
        "get",
        "The authenticator was set back by one signature.",
        "7.2 step 22",
        COUNTER,
        _rollback,
    ),
    Sequence(
        "devices-by-turns",
        "get",
        "A synced passkey's two devices sign in by turns, and each counts for itself: an honest clone.",
        POLICY,
        "",
        _by_turns,
    ),
    Sequence(
        "answers-cross",
        "get",
        "Two sign-ins are under way, and the passkey's second answer arrives first.",
        POLICY,
        "",
        _crossing,
    ),
    Sequence(
        "counter-zero-for-ever", "get", "A synced passkey's counter stays zero.", ACCEPT, "", _zero_for_ever
    ),
    Sequence(
        "verification-lost",
        "get",
        "The user is verified no longer (UV clear).",
        POLICY,
        "",
        _lost_verification,
    ),
    Sequence("backup-lost", "get", "The passkey is backed up no longer.", ACCEPT, "", _lost_backup),
    Sequence(
        "stranger", "get", "A credential signs that was never registered.", "7.2 step 6", "", _strangers
    ),
    *ACCOUNTS,
)
