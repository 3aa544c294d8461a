"""The place: time, settings changed under the users' feet, the administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mfa_harness.fuzz.model import Account, Model, Prediction
from mfa_harness.fuzz.rules.permits import TIME_BOUND_SECONDS, holds_good, reusable
from mfa_harness.fuzz.rules.rule import rule
from mfa_harness.fuzz.words import PASSKEYS, TOTP

if TYPE_CHECKING:
    from mfa_harness.fuzz.rules.rule import When
    from mfa_harness.fuzz.words import Act, Sent


@rule(
    "time passes",
    "31 seconds pass",
    "6 minutes pass",
    "3 hours pass",
    when=lambda _model, account: bool(account.browsers),
    signed_in=False,
    needs=("clock",),
    only_she=True,
    keen=lambda _model, account: bool(account.verified) and account.first_phone not in ("", account.phone),
)
def passes(_model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Time alone does nothing but end what ends."""
    return Prediction(None, "token.expiry")


@rule(
    "outwaits a token",
    "11 minutes pass",
    when=lambda model, account: account.elevated is not None and reusable(model, account),
    signed_in=False,
    needs=("clock", "elevated-tokens"),
    only_she=True,
    keen=lambda model, account: (
        account.elevated is not None
        and holds_good(model, account)
        and model.now - account.elevated[1] < TIME_BOUND_SECONDS
    ),
)
def outwaits(_model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Longer than any elevated token lives."""
    return Prediction(None, "step-up.expiry")


@rule(
    "waits out the limit",
    "the time she was told to wait has passed",
    when=lambda _model, account: account.locked,
    signed_in=False,
    needs=("clock", "rate-limits"),
    only_she=True,
    weight=12,
)
def waits(_model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """A limit ends by itself, and what is right is taken again."""
    account.guesses.clear()
    return Prediction(None, "limits.ends")


@rule(
    "nears a step's end",
    "it is 29 seconds into a time step",
    "it is 0 seconds into a time step",
    when=lambda _model, account: bool(account.verified) and account.verified == account.phone,
    signed_in=False,
    needs=("clock", "totp"),
    only_she=True,
    weight=2,
)
def nears(_model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """A code is good to the last second of its step."""
    return Prediction(None, "totp.step-boundary")


@rule(
    "switches method off",
    "TOTP is switched off for everybody",
    "passkeys are switched off for everybody",
    when=lambda model, account: bool(account.browsers) and not model.off,
    where={
        TOTP: lambda model, _account: not any(each.verified for each in model.accounts.values()),
        PASSKEYS: lambda model, _account: not any(each.passkeys for each in model.accounts.values()),
    },
    signed_in=False,
    needs=("settings-change", "totp", "passkeys"),
    only_she=True,
    keen=lambda _model, account: bool(account.pending) and not account.verified,
)
def switches_off(model: Model, _account: Account, act: Act, _sent: Sent) -> Prediction:
    """What nobody has yet, nobody can enrol any more; what was begun is not finished."""
    model.off = TOTP if TOTP in act.text else PASSKEYS
    return Prediction(None, "settings.disabled-method-refused")


_SWITCHES: Final[dict[str, When]] = {
    "session-based MFA is switched on for everybody": lambda model, _: not model.session_based,
    "session-based MFA is switched off for everybody": lambda model, _: model.session_based,
    '"Require at onboarding" is switched on for everybody': lambda model, _: not model.onboarding,
    '"Require at onboarding" is switched off for everybody': lambda model, _: model.onboarding,
}


@rule(
    "settings change",
    *_SWITCHES,
    when=lambda _model, account: bool(account.browsers),
    where=_SWITCHES,
    signed_in=False,
    needs=("settings-change",),
    only_she=True,
)
def switches(model: Model, _account: Account, act: Act, _sent: Sent) -> Prediction:
    """From the next token on, for everybody (D-05)."""
    on = "on for" in act.text
    if "session" in act.text:
        model.session_based = on
    else:
        model.onboarding = on
    return Prediction(None, "session.existing-users")


@rule(
    "administrator resets",
    "an administrator resets her MFA",
    when=lambda _model, account: account.has_method,
    needs=("admin-reset",),
    only_she=True,
)
def resets(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """All her methods are gone (D-70)."""
    account.verified = account.pending = ""
    account.passkeys, account.key, account.second, account.assertion = 0, False, False, False
    account.key_deleted = False
    account.token, account.elevated = "", None  # whether tokens outlive a reset is said nowhere
    model.method_removed(account)
    return Prediction(None, "devices.admin-reset")
