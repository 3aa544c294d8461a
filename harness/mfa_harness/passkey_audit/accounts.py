"""Sequences with more than one account or session, and with a credential that is gone.

They need more of a party than its four methods (`party.RelyingParty`): who does not offer it is not shown them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mfa_harness.passkey_audit.party import STATE, origin_of
from mfa_harness.passkey_audit.sequence import NotOffered, Sequence, anew, encode, with_id
from mfa_simulators.passkey import POLICY

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.passkey_audit.party import RelyingParty
    from mfa_simulators.passkey import VirtualPasskey

_HOUR: Final = 3600


def _offered(party: RelyingParty, method: str, what: str) -> Callable[..., Any]:
    found: Callable[..., Any] | None = getattr(party, method, None)
    if found is None:
        raise NotOffered(f"it offers no {what} (no method `{method}`)")
    return found


def _another(party: RelyingParty) -> RelyingParty:
    account: RelyingParty = _offered(party, "another", "second account")()
    return account


def _again(party: RelyingParty) -> RelyingParty:
    session: RelyingParty = _offered(party, "again", "second session")()
    return session


def _blank(key: VirtualPasskey) -> VirtualPasskey:
    """Another authenticator of the same kind, with nothing on it."""
    blank = key.clone()
    for held in blank.credentials:
        blank.remove(held.id)
    return blank


def _enrolled(party: RelyingParty, key: VirtualPasskey) -> VirtualPasskey:
    """A new authenticator, registered with this account."""
    new = _blank(key)
    party.register(new.create(anew(party.creation_options()), origin=origin_of(party)))
    return new


def _any_of_hers(options: dict[str, Any]) -> dict[str, Any]:
    """Options that list nothing, so that a credential signs that was not asked for."""
    return options | {"allowCredentials": []}


def _foreign_credential(party: RelyingParty, key: VirtualPasskey) -> Callable[[], Any]:
    theirs = _enrolled(_another(party), key)
    options = _any_of_hers(party.request_options())
    return lambda: party.authenticate(theirs.get(options, origin=origin_of(party)))


def _foreign_challenge(party: RelyingParty, key: VirtualPasskey) -> Callable[[], Any]:
    other = _another(party)
    _enrolled(other, key)
    return _answer_to(party, key, other.request_options())


def _foreign_creation_challenge(party: RelyingParty, key: VirtualPasskey) -> Callable[[], Any]:
    return _registration_for(party, key, _another(party).creation_options())


def _foreign_id(party: RelyingParty, key: VirtualPasskey) -> Callable[[], Any]:
    (theirs,) = _enrolled(_another(party), key).credentials
    response = with_id(_blank(key), anew(party.creation_options()), origin_of(party), theirs.id)
    return lambda: party.register(response)


def _session_challenge(party: RelyingParty, key: VirtualPasskey) -> Callable[[], Any]:
    return _answer_to(party, key, _again(party).request_options())


def _session_creation_challenge(party: RelyingParty, key: VirtualPasskey) -> Callable[[], Any]:
    return _registration_for(party, key, _again(party).creation_options())


def _creation_challenge(party: RelyingParty, key: VirtualPasskey) -> Callable[[], Any]:
    return _answer_to(party, key, party.creation_options())


def _answer_to(party: RelyingParty, key: VirtualPasskey, asked: dict[str, Any]) -> Callable[[], Any]:
    """The account's own credential answers what was asked elsewhere; it was asked something itself meanwhile."""
    options = party.request_options() | {"challenge": asked["challenge"]}
    return lambda: party.authenticate(key.get(options, origin=origin_of(party)))


def _registration_for(party: RelyingParty, key: VirtualPasskey, asked: dict[str, Any]) -> Callable[[], Any]:
    options = anew(party.creation_options()) | {"challenge": asked["challenge"]}
    response = _blank(key).create(options, origin=origin_of(party))
    return lambda: party.register(response)


def _deleted(party: RelyingParty, key: VirtualPasskey) -> Callable[[], Any]:
    delete = _offered(party, "delete", "deletion of a credential")
    (gone,) = key.credentials
    _enrolled(party, key)  # so that the account still has one, and is asked for it
    delete(encode(gone.id))
    options = _any_of_hers(party.request_options())
    return lambda: party.authenticate(key.get(options, origin=origin_of(party)))


def _late(party: RelyingParty, key: VirtualPasskey) -> Callable[[], Any]:
    wait = _offered(party, "wait", "clock that can be moved")
    options = party.request_options()
    wait(_HOUR)
    return lambda: party.authenticate(key.get(options, origin=origin_of(party)))


ACCOUNTS: Final = (
    Sequence(
        "credential-of-other-account",
        "get",
        "Another account's passkey answers.",
        "7.2 step 6",
        STATE,
        _foreign_credential,
    ),
    Sequence(
        "challenge-of-other-account",
        "get",
        "The challenge that another account was given is answered.",
        "7.2 step 11",
        STATE,
        _foreign_challenge,
    ),
    Sequence(
        "challenge-of-other-account",
        "create",
        "A passkey is registered with the challenge that another account was given.",
        "7.1 step 8",
        STATE,
        _foreign_creation_challenge,
    ),
    Sequence(
        "credential-of-other-account",
        "create",
        "A key is registered under the id of another account's credential.",
        "7.1 step 26",
        STATE,
        _foreign_id,
    ),
    Sequence(
        "challenge-of-other-session",
        "get",
        "The challenge that another session of the account was given is answered.",
        "7.2 step 11",
        STATE,
        _session_challenge,
    ),
    Sequence(
        "challenge-of-other-session",
        "create",
        "A passkey is registered with the challenge that another session of the account was given.",
        "7.1 step 8",
        STATE,
        _session_creation_challenge,
    ),
    Sequence(
        "challenge-of-registration",
        "get",
        "A challenge that was given for a registration is answered by signing in.",
        "7.2 step 11",
        "",
        _creation_challenge,
    ),
    Sequence(
        "deleted-credential",
        "get",
        "A credential signs in that was deleted.",
        "7.2 step 6",
        STATE,
        _deleted,
    ),
    Sequence("late", "get", "A challenge is answered after an hour.", POLICY, "", _late),
)
