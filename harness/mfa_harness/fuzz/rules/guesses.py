"""Guessing: every path ends in 429, and the limit by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mfa_harness.fuzz.model import Account, Model, Prediction
from mfa_harness.fuzz.rules.rule import EITHER, other_of, rule
from mfa_harness.fuzz.words import TOTP

if TYPE_CHECKING:
    from mfa_harness.fuzz.words import Act, Sent

_AT_ONCE: Final = 30


def _can_guess(_model: Model, account: Account) -> bool:
    return bool(account.verified) and account.verified == account.phone and not account.confirming


def _by_email(_model: Model, account: Account) -> bool:
    return not account.way


@rule(
    "guesses codes",
    "{who} enters wrong codes until she is locked out",
    when=_can_guess,
    needs=("totp", "rate-limits"),
    only_she=True,
    locks_out=True,
    keen=lambda model, account: (other := other_of(model, account)) is not None and bool(other.verified),
)
@rule(
    "guesses codes dodging",
    "{who} enters wrong codes until she is locked out, signing in again after every 4",
    "{who} enters wrong codes until she is locked out, naming her app every other time",
    "{who} enters wrong codes until she is locked out, entering a wrong recovery code after each",
    when=_can_guess,
    where={"signing in": _by_email},
    needs=("totp", "rate-limits"),
    only_she=True,
    locks_out=True,
    ends=True,  # what it took besides is not told
)
def guesses(model: Model, account: Account, act: Act, sent: Sent) -> Prediction:
    """Guessing ends in 429."""
    return guessing(model, account, act, sent, path="app")


def guessing(model: Model, account: Account, act: Act, sent: Sent, *, path: str) -> Prediction:
    """More wrong attempts than the profile allows, on one path: the last must be stopped."""
    tolerances = model.tolerances
    guesses = account.guessed(path)
    enough = tolerances.attempts
    dodging = ", " in act.text
    account.locked = True
    guesses.certain.extend([sent.now] * enough)
    requirement = "limits.attempts" if path == "app" else "limits.every-path"
    if dodging:
        requirement = "limits.per-account"
    return Prediction(False, requirement, "too many attempts", stops=path, statuses=(429,), shows_state=False)


def _can_guess_confirmation(model: Model, account: Account) -> bool:
    return (
        model.off != TOTP
        and not model.opening.enforced
        and account.shows_unverified
        and not account.has_method
        and model.certain(account)
    )


@rule(
    "guesses confirmation",
    "{who} enters wrong codes to confirm the app until she is locked out",
    when=_can_guess_confirmation,
    needs=("totp", "rate-limits", "enrolment-register-route"),
    only_she=True,
    locks_out=True,
)
@rule(
    "guesses confirmation dodging",
    "{who} enters wrong codes to confirm the app until she is locked out, signing in again after every 4",
    "{who} enters wrong codes to confirm the app until she is locked out,"
    " starting to add the app again after every 4",
    when=_can_guess_confirmation,
    where={"signing in": _by_email},
    needs=("totp", "rate-limits", "enrolment-register-route"),
    only_she=True,
    locks_out=True,
    ends=True,  # what it took besides is not told
)
def guesses_confirmation(model: Model, account: Account, act: Act, sent: Sent) -> Prediction:
    """On this path, too."""
    if model.tolerances.enrolment_route == "auth":
        return EITHER
    return guessing(model, account, act, sent, path="confirmation")


@rule(
    "guesses recovery codes",
    "{who} enters wrong recovery codes until she is locked out",
    when=lambda _model, account: account.has_method and bool(account.phone),
    needs=("recovery-codes", "rate-limits"),
    only_she=True,
    locks_out=True,
)
@rule(
    "guesses recovery codes dodging",
    "{who} enters wrong recovery codes until she is locked out, signing in again after every 4",
    when=lambda _model, account: account.has_method and bool(account.phone) and not account.way,
    needs=("recovery-codes", "rate-limits"),
    only_she=True,
    locks_out=True,
    ends=True,  # what it took besides is not told
)
def guesses_recovery(model: Model, account: Account, act: Act, sent: Sent) -> Prediction:
    """Guessing ends in 429."""
    return guessing(model, account, act, sent, path="recovery")


@rule(
    "guesses e-mail codes",
    "{who} enters wrong e-mail codes until she is locked out",
    "{who} enters wrong e-mail codes until she is locked out, spelling her address differently each time",
    "{who} enters wrong e-mail codes until she is locked out, asking for a new e-mail after every 4",
    "{who} enters wrong e-mail codes until she is locked out, having the e-mail sent again after every 4",
    "{who} enters wrong e-mail codes to prove her address again until she is locked out",
    needs=("rate-limits", "email-sign-in"),
    only_she=True,
    locks_out=True,
    ends=True,  # whether she can still sign in by e-mail is not told
)
def guesses_email(model: Model, account: Account, act: Act, sent: Sent) -> Prediction:
    """However her address is spelt."""
    return guessing(model, account, act, sent, path="e-mail")


@rule(
    "races guesses",
    "{who} enters 30 wrong codes at once",
    when=lambda model, account: _can_guess(model, account) and model.tolerances.attempts < _AT_ONCE,
    needs=("totp", "rate-limits"),
    only_she=True,
    locks_out=True,
    ends=True,  # how many of them count is not told
)
def races_guesses(model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Guesses are counted before they are looked at, not after."""
    return Prediction(None, "limits.attempts", looked_at=model.tolerances.attempts, shows_state=False)
