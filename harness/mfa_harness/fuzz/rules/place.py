"""The place: time, settings changed under the users' feet, the administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_harness.fuzz.model import Account, Model, Prediction
from mfa_harness.fuzz.rules.permits import reusable
from mfa_harness.fuzz.rules.rule import rule

if TYPE_CHECKING:
    from mfa_harness.fuzz.words import Act, Sent


@rule(
    "time passes",
    *["31 seconds pass"] * 4,
    *["6 minutes pass"] * 2,
    "3 hours pass",
    when=lambda _model, account, _: bool(account.browsers),
    needs=("clock",),
    only_she=True,
)
def passes(_model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Time alone does nothing but end what ends."""
    return Prediction(None, "token.expiry")


@rule(
    "outwaits a token",
    "11 minutes pass",
    when=lambda model, account, _: account.elevated is not None and reusable(model, account),
    needs=("clock", "elevated-tokens"),
    only_she=True,
    weight=12,
)
def outwaits(_model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Longer than any elevated token lives."""
    return Prediction(None, "step-up.expiry")


@rule(
    "waits out the limit",
    "the time she was told to wait has passed",
    when=lambda model, account, _: account.locked and not model.over,
    needs=("clock", "rate-limits"),
    only_she=True,
)
def waits(_model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """A limit ends by itself, and what is right is taken again."""
    account.guesses.clear()
    return Prediction(None, "limits.ends")


_SWITCHES = (
    "session-based MFA is switched on for everybody",
    "session-based MFA is switched off for everybody",
    '"Require at onboarding" is switched on for everybody',
    '"Require at onboarding" is switched off for everybody',
)


def _switchable(model: Model, account: Account, sentence: str) -> bool:
    on = model.session_based if "session" in sentence else model.onboarding
    return bool(account.browsers) and ("on for" in sentence) != on


@rule("settings change", *_SWITCHES, when=_switchable, needs=("settings-change",), only_she=True)
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
    when=lambda model, account, _: model.alive(account) and account.has_method,
    needs=("admin-reset",),
    only_she=True,
)
def resets(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """All her methods are gone (D-70)."""
    account.verified = account.pending = ""
    account.passkeys, account.key, account.assertion = 0, False, False
    account.key_deleted = False
    account.token, account.elevated = "", None  # whether tokens outlive a reset is said nowhere
    model.method_removed(account)
    return Prediction(None, "devices.admin-reset")
