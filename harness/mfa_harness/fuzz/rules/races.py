"""Races: one thing that is good once, from several sessions at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_harness.fuzz.model import Account, Model, Prediction
from mfa_harness.fuzz.rules.permits import EXPORT
from mfa_harness.fuzz.rules.rule import alive, rule

if TYPE_CHECKING:
    from mfa_harness.fuzz.words import Act, Sent


@rule(
    "races a code",
    "one code is used from 4 sessions at once",
    when=lambda model, account, _: model.may_challenge(account) == "app",
    needs=("totp", "email-sign-in"),
    only_she=True,
    weight=3,
    ends=True,
)
def races_code(model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """One winner."""
    model.over = True
    return Prediction(None, "totp.code-once", at_once=True, shows_state=False)


@rule(
    "races a recovery code",
    "one recovery code is used from 4 sessions at once",
    when=lambda model, account, _: (
        alive(model, account, _)
        and account.has_method
        and account.next_code in (account.codes or ())
        and not account.guessed("recovery").may_stop(model.now, model.tolerances.attempts_window_seconds)
    ),
    needs=("recovery-codes", "email-sign-in"),
    only_she=True,
    weight=3,
    ends=True,
)
def races_recovery(model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """One winner."""
    model.over = True  # which of them won is not told
    return Prediction(None, "recovery.single-use", at_once=True, shows_state=False)


@rule(
    "races an elevated token",
    "one elevated token is used in 4 requests at once",
    when=lambda model, account, _: (
        model.opening.action == "single-use"
        and bool(model.may_challenge(account))
        and EXPORT not in account.front.holds
    ),
    needs=("actions", "elevated-tokens"),
    only_she=True,
    weight=3,
    ends=True,
)
def races_elevated(model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """One winner."""
    model.over = True
    return Prediction(None, "step-up.single-use", at_once=True, shows_state=False)


@rule(
    "races an MFA token",
    "one MFA token is used in 4 requests at once",
    when=lambda model, account, _: (
        bool(model.opening.action)
        and bool(model.may_challenge(account))
        and EXPORT not in account.front.holds
    ),
    needs=("actions", "mfa-tokens"),
    only_she=True,
    weight=3,
    ends=True,
)
def races_token(model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """One winner."""
    model.over = True
    return Prediction(None, "mfa-token.single-use", at_once=True, shows_state=False)
