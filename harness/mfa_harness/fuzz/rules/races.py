"""Races: one thing that is good once, from several sessions at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_harness.fuzz.rules.permits import EXPORT
from mfa_harness.fuzz.rules.rule import one_winner, rule

if TYPE_CHECKING:
    from mfa_harness.fuzz.model import Account, Model, Prediction
    from mfa_harness.fuzz.words import Act, Sent


@rule(
    "races a code",
    "one code is used from 4 sessions at once",
    when=lambda model, account: model.may_challenge(account) == "app",
    needs=("totp", "email-sign-in"),
    only_she=True,
    weight=3,
    ends=True,
)
def races_code(_model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """One winner."""
    return one_winner("totp.code-once")


@rule(
    "races a recovery code",
    "one recovery code is used from 4 sessions at once",
    when=lambda model, account: (
        account.has_method
        and account.next_code in (account.codes or ())
        and not model.may_be_limited(account, "recovery")
    ),
    needs=("recovery-codes", "email-sign-in"),
    only_she=True,
    weight=3,
    ends=True,
)
def races_recovery(_model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """One winner."""
    return one_winner("recovery.single-use")


@rule(
    "races an elevated token",
    "one elevated token is used in 4 requests at once",
    when=lambda model, account: (
        model.opening.action == "single-use"
        and bool(model.may_challenge(account))
        and EXPORT not in account.front.holds
    ),
    needs=("actions", "elevated-tokens"),
    only_she=True,
    weight=3,
    ends=True,
)
def races_elevated(_model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """One winner."""
    return one_winner("step-up.single-use")


@rule(
    "races an MFA token",
    "one MFA token is used in 4 requests at once",
    when=lambda model, account: (
        bool(model.opening.action)
        and bool(model.may_challenge(account))
        and EXPORT not in account.front.holds
    ),
    needs=("actions", "mfa-tokens"),
    only_she=True,
    weight=3,
    ends=True,
)
def races_token(_model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """One winner."""
    return one_winner("mfa-token.single-use")
