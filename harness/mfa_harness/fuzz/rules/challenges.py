"""Passkey challenges answered where they were not asked: in another session, or in another ceremony."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mfa_harness.fuzz.model import Account, Model, Prediction
from mfa_harness.fuzz.rules.passkeys import has_key, may_add_another, other_has_key
from mfa_harness.fuzz.rules.rule import refused, rule
from mfa_harness.fuzz.words import PASSKEYS

if TYPE_CHECKING:
    from mfa_harness.fuzz.words import Act, Sent


@rule(
    "answers other session's challenge",
    "{who} answers the passkey challenge of another session of hers",
    when=has_key,
    needs=("passkeys", "email-sign-in"),
    only_she=True,
    weight=2,
    ends=True,  # she has signed in again for it, and what that session is like is not told
)
def answers_other_session(_model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """A challenge is for the session that asked for it."""
    return Prediction(False, "passkey.challenge", shows_state=False)


_BORROWED = (
    "answers the passkey challenge by a response to the challenge of a registration",
    "answers the passkey challenge by a response to the challenge of a sign-in",
    "answers the passkey challenge by a response to the other user's MFA challenge",
    "registers another passkey by a response to her MFA challenge",
    "registers another passkey by a response to the challenge of a sign-in",
)
_BORROWED_AT_LAST = (  # another browser is in front of her then, or she has gone through the other ceremony first
    "signs in with her passkey by a response to her MFA challenge",
    "signs in with her passkey by a response to the challenge of a registration",
    "answers the passkey challenge by a response to an MFA challenge that is over",
    "answers the passkey challenge by a response to the challenge of a sign-in that is over",
    "registers another passkey by a response to the challenge of a registration that is over",
    "signs in with her passkey by a response to the challenge of a sign-in that is over",
)


def _can_answer(model: Model, account: Account) -> bool:
    return account.key and model.certain(account) and model.off != PASSKEYS


_OTHER_TAKES: Final = {
    "other user": other_has_key,
    "registers": may_add_another,
    "of a registration": may_add_another,
}


@rule(
    "answers other ceremony",
    *(f"{{who}} {borrowed}" for borrowed in _BORROWED),
    when=_can_answer,
    where=_OTHER_TAKES,
    needs=("passkeys", "passkey-sign-in"),
    only_she=True,
    weight=8,
)
@rule(
    "answers other ceremony at last",
    *(f"{{who}} {borrowed}" for borrowed in _BORROWED_AT_LAST),
    when=_can_answer,
    where=_OTHER_TAKES,
    needs=("passkeys", "passkey-sign-in"),
    only_she=True,
    weight=8,
    ends=True,
)
def answers_other_ceremony(model: Model, account: Account, act: Act, _sent: Sent) -> Prediction:
    """What one ceremony asked for answers no other."""
    account.assertion = False
    return Prediction(
        False,
        "passkey.challenge",
        path="" if "registers" in act.text else "passkey",
        certain=False,
        shows_state=not model.over,
    )


@rule(
    "answers after signing out",
    "{who} signs out and in again before she answers the passkey challenge",
    when=lambda _model, account: account.key and not account.way,
    needs=("passkeys", "email-sign-in"),
    only_she=True,
    ends=True,  # she has another session now, and what it is like is not told
)
def answers_after_signing_out(_model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """A challenge dies with the session that asked for it."""
    return Prediction(False, "passkey.challenge", shows_state=False)


@rule(
    "finishes passkey elsewhere",
    "{who} tries to finish adding a passkey that she began in her other session",
    "{who} tries to finish adding a passkey by the older call that she began in her other session",
    when=lambda model, account: (
        account.front.gated
        and account.has_method
        and model.certain(account)
        and model.off != PASSKEYS
        and len(account.browsers) > 1
        and model.is_full(account, account.browsers[-2])
    ),
    needs=("passkeys",),
    only_she=True,
    weight=6,
)
def finishes_elsewhere(_model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Not in one that owes MFA."""
    return refused("gate.binding-needs-mfa")
