"""Guessing: every path ends in 429, and the limit by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mfa_harness.fuzz.model import Account, Model, Prediction
from mfa_harness.fuzz.rules.rule import EITHER, alive, rule

if TYPE_CHECKING:
    from mfa_harness.fuzz.words import Act, Sent

_AT_ONCE: Final = 30


def _can_guess(model: Model, account: Account, _: str) -> bool:
    return model.alive(account) and bool(account.verified) and account.verified == account.phone


@rule(
    "guesses codes",
    "{who} enters wrong codes until she is locked out",
    "{who} enters wrong codes until she is locked out, signing in again after every 4",
    when=lambda model, account, sentence: (
        _can_guess(model, account, sentence)
        and not account.confirming
        and not (account.way and "signing in" in sentence)
    ),
    needs=("totp", "rate-limits"),
    only_she=True,
    locks_out=True,
)
def guesses(model: Model, account: Account, act: Act, sent: Sent) -> Prediction:
    """Guessing ends in 429."""
    return guessing(model, account, act, sent, path="app")


def guessing(model: Model, account: Account, act: Act, sent: Sent, *, path: str) -> Prediction:
    """More wrong attempts than the profile allows, on one path: the last must be stopped."""
    tolerances = model.tolerances
    guesses = account.guessed(path)
    enough = tolerances.attempts
    if "signing in" in act.text:
        model.over = True  # how many sessions it took is not told
    account.locked = True
    guesses.certain.extend([sent.now] * enough)
    requirement = (
        "limits.per-account"
        if "signing in" in act.text
        else ("limits.attempts" if path == "app" else "limits.every-path")
    )
    return Prediction(False, requirement, "too many attempts", statuses=(429,), shows_state=False)


@rule(
    "guesses confirmation",
    "{who} enters wrong codes to confirm the app until she is locked out",
    when=lambda model, account, _: (
        model.alive(account)
        and bool(account.pending)
        and account.phone == account.pending
        and not account.has_method
        and model.certain(account)
    ),
    needs=("totp", "rate-limits", "enrolment-register-route"),
    only_she=True,
    locks_out=True,
)
def guesses_confirmation(model: Model, account: Account, act: Act, sent: Sent) -> Prediction:
    """On this path, too."""
    if model.tolerances.enrolment_route == "auth":
        return EITHER
    return guessing(model, account, act, sent, path="confirmation")


@rule(
    "guesses recovery codes",
    "{who} enters wrong recovery codes until she is locked out",
    when=lambda model, account, _: alive(model, account, _) and account.has_method and bool(account.phone),
    needs=("recovery-codes", "rate-limits"),
    only_she=True,
    locks_out=True,
)
def guesses_recovery(model: Model, account: Account, act: Act, sent: Sent) -> Prediction:
    """Guessing ends in 429."""
    return guessing(model, account, act, sent, path="recovery")


@rule(
    "guesses e-mail codes",
    "{who} enters wrong e-mail codes until she is locked out",
    "{who} enters wrong e-mail codes until she is locked out, spelling her address differently each time",
    when=alive,
    needs=("rate-limits", "email-sign-in"),
    only_she=True,
    locks_out=True,
)
def guesses_email(model: Model, account: Account, act: Act, sent: Sent) -> Prediction:
    """However her address is spelt."""
    predicted = guessing(model, account, act, sent, path="e-mail")
    model.over = True  # she stands before a browser in which nobody is signed in
    return replace(predicted, requirement="limits.per-account") if "spelling" in act.text else predicted


@rule(
    "races guesses",
    "{who} enters 30 wrong codes at once",
    when=lambda model, account, sentence: (
        _can_guess(model, account, sentence)
        and not account.confirming
        and model.tolerances.attempts < _AT_ONCE
    ),
    needs=("totp", "rate-limits"),
    only_she=True,
    locks_out=True,
)
def races_guesses(model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Guesses are counted before they are looked at, not after."""
    model.over = True  # how many of them count is not told
    return Prediction(None, "limits.attempts", looked_at=model.tolerances.attempts, shows_state=False)
