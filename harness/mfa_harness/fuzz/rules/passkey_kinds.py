"""Signing in with passkeys, and passkeys of certain kinds: cloned, counting, late, many at once, of a taken id."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mfa_harness.fuzz.model import Account, Model, Prediction
from mfa_harness.fuzz.rules.passkeys import WRONG, has_key, may_add_another, may_begin
from mfa_harness.fuzz.rules.rule import both, no_session, one_winner, other_of, refused, rule
from mfa_harness.fuzz.rules.sign_ins import MOST_BROWSERS, enters
from mfa_harness.fuzz.words import PASSKEYS

if TYPE_CHECKING:
    from mfa_harness.fuzz.words import Act, Sent


def _may_sign_in(model: Model, account: Account) -> bool:
    return (
        bool(account.browsers)
        and len(account.browsers) < MOST_BROWSERS
        and model.off != PASSKEYS
        and model.tolerances.passkey_signin_meets_session_mfa == "no"
    )


def _may_sign_in_by_first(model: Model, account: Account) -> bool:
    return account.key and account.passkeys > 0 and _may_sign_in(model, account)


@rule(
    "signs in by passkey",
    "{who} signs in again with her passkey",
    when=_may_sign_in_by_first,
    signed_in=False,
    needs=("passkey-sign-in", "passkeys"),
    only_she=True,
)
@rule(
    "signs in by second passkey",
    "{who} signs in again with her second passkey",
    when=lambda model, account: account.second and _may_sign_in(model, account),
    signed_in=False,
    needs=("passkey-sign-in", "passkeys"),
    only_she=True,
    weight=3,
)
def signs_in(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """No way around MFA."""
    return enters(model, account)


@rule(
    "signs in by passkey wrongly",
    *(f"{{who}} signs in with a passkey response {wrong}" for wrong in WRONG),
    when=_may_sign_in_by_first,
    signed_in=False,
    needs=("passkey-sign-in", "passkeys"),
    only_she=True,
    weight=4,
)
def signs_in_wrongly(_model: Model, _account: Account, act: Act, _sent: Sent) -> Prediction:
    """One thing is wrong with it, and she stays where she was."""
    why = next(requirement for wrong, requirement in WRONG.items() if act.text.endswith(wrong))
    return replace(refused(why), shows_state=False)


@rule(
    "signs in by deleted passkey",
    "{who} signs in again with the deleted passkey",
    when=lambda model, account: account.key_deleted and _may_sign_in(model, account),
    signed_in=False,
    needs=("passkey-sign-in", "passkeys"),
    only_she=True,
    weight=8,
)
def signs_in_by_deleted(_model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """No factor works after its deletion."""
    return replace(refused("passkey.deleted-refused"), shows_state=False)


@rule(
    "signs in unregistered",
    "{who} signs in with a passkey that was never registered",
    when=lambda model, _account: model.off != PASSKEYS,
    needs=("passkey-sign-in", "passkeys"),
    only_she=True,
    ends=True,  # another browser is in front of her, signed in nowhere
)
def signs_in_unregistered(_model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """It opens no session, and makes no account."""
    return Prediction(False, "passkey.needs-user", shows_state=False)


def _may_count(model: Model, account: Account) -> bool:
    return may_add_another(model, account) and model.tolerances.counter == "refuse"


@rule(
    "answers from clone",
    "{who} answers the passkey challenge from a cloned passkey",
    "{who} answers the passkey challenge from a cloned passkey that counts as far",
    when=_may_count,
    needs=("passkeys",),
    only_she=True,
    weight=2,
    ends=True,
)
@rule(
    "signs in from clone",
    "{who} signs in from a cloned passkey",
    when=_may_count,
    needs=("passkeys", "passkey-sign-in"),
    only_she=True,
    weight=2,
    ends=True,  # she has one passkey more now, and has answered with it
)
def answers_from_clone(_model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Its counter is behind that of the passkey that it was copied from, which was registered for it."""
    return Prediction(False, "passkey.counter", shows_state=False)


@rule(
    "answers from odd passkey",
    "{who} answers the passkey challenge with a passkey that counts for all websites",
    "{who} answers the passkey challenge with a passkey that was backed up meanwhile",
    when=may_add_another,
    needs=("passkeys",),
    only_she=True,
    weight=12,
    ends=True,  # she has one passkey more now
)
def answers_from_odd(_model: Model, _account: Account, act: Act, _sent: Sent) -> Prediction:
    """Which are as good as any."""
    why = "passkey.backup-flags" if "backed up" in act.text else "passkey.counter"
    return Prediction(True, why, shows_state=False)


@rule(
    "races passkeys",
    "she registers 4 passkeys at once",
    when=lambda model, account: (
        may_begin(model, account) and model.opening.passkeys_at_most == account.passkeys + 1
    ),
    needs=("passkeys",),
    only_she=True,
    weight=12,
    ends=True,
)
def races_passkeys(_model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Where there is room for one more, one more there is."""
    return one_winner("passkey.several-bounded")


@rule(
    "registers passkey late",
    "{who} registers a passkey 15 minutes late",
    when=may_begin,
    needs=("passkeys", "clock"),
    only_she=True,
)
def registers_late(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """A challenge grows old."""
    return no_session(model, account) or refused("passkey.challenge-expires")


@rule(
    "signs in by passkey late",
    "{who} answers the challenge of a sign-in 15 minutes late",
    when=both(has_key, _may_sign_in),
    needs=("passkey-sign-in", "passkeys", "clock"),
    only_she=True,
)
def signs_in_late(_model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """That of a sign-in does, too."""
    return replace(refused("passkey.challenge-expires"), shows_state=False)


@rule(
    "registers taken passkey",
    "{who} registers a passkey under the id of the other user's passkey",
    when=lambda model, account: (
        may_begin(model, account) and (other := other_of(model, account)) is not None and other.key
    ),
    needs=("passkeys",),
    only_she=True,
    weight=3,
)
def registers_taken(_model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """A passkey is its owner's, whatever a registration says."""
    return refused("passkey.own-credential")
