"""Actions that take a token, and the question whether they do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mfa_harness.fuzz.model import Account, Model, Prediction
from mfa_harness.fuzz.rules.permits import (
    EXPORT,
    FRESH,
    PERMITS,
    SIGN,
    come_by,
    good_but_for_place,
    may_challenge,
    opens,
    other_may_challenge,
    permit_of,
    spend,
)
from mfa_harness.fuzz.rules.rule import EITHER, both, gate, refused, rule

if TYPE_CHECKING:
    from mfa_harness.fuzz.words import Act, Answer, Sent

_EXPORT_PERMITS = (
    "no token",
    "a made-up token",
    "an MFA token",
    f'an elevated token for "{EXPORT}"',
    f'an elevated token for "{SIGN}"',
)


def _is_protected(model: Model, _account: Account) -> bool:
    return bool(model.opening.action)


_IF_PROTECTED = {words: both(_is_protected, takes) if takes else takes for words, takes in PERMITS.items()}
"""Under the version that enforces step-up an action takes it though none is set; no token opens it then."""


@rule(
    "exports wallet",
    *(f"{{who}} tries to export her wallet with {permit}" for permit in _EXPORT_PERMITS),
    when=lambda model, _account: bool(model.opening.action) or model.opening.enforced,
    where=_IF_PROTECTED,
    needs=("actions", "mfa-tokens", "elevated-tokens"),
    only_she=True,
    weight=6,
)
@rule(
    "exports wallet again",
    "{who} tries to export her wallet with the same MFA token again",
    "{who} tries to export her wallet with the other user's MFA token",
    when=_is_protected,
    where=PERMITS,
    needs=("actions", "mfa-tokens"),
    only_she=True,
    weight=6,
    keen=lambda _model, account: account.token in ("ended", "spent"),
)
@rule(
    "exports wallet with old elevated token",
    "{who} tries to export her wallet with the same elevated token again",
    when=_is_protected,
    where=PERMITS,
    needs=("actions", "elevated-tokens"),
    only_she=True,
    weight=4,
    keen=good_but_for_place,
)
def exports(model: Model, account: Account, act: Act, _sent: Sent) -> Prediction:
    """A protected action: it takes a token of its own scope, once, of who has a method (D-73)."""
    come_by(model, account, act.text)
    permit = permit_of(act.text)
    held = permit in ("no token", *FRESH) and EXPORT in account.front.holds
    held |= permit == "no token" and account.front.token_held
    if permit in ("no token", *FRESH):
        account.front.token_held = False

    def settle(_answer: Answer) -> None:
        spend(account, act.text)
        if held:
            if model.opening.action == "single-use":
                account.front.holds.discard(EXPORT)
            account.token, account.elevated = "", None

    stopped = gate(model, account)
    if held:
        account.token = ""
    if stopped is None and held:
        stopped = EITHER  # the client sends what it holds by itself
    if stopped is None and not (account.has_method or model.onboarding or model.opening.enforced):
        return Prediction(True, "step-up.action-default", settle=settle)
    if stopped is None:
        always = "step-up.always-for-credentials" if model.opening.enforced else "step-up.actions-enforced"
        stopped = opens(model, account, act.text, EXPORT, always)
    if stopped is EITHER:
        return Prediction(None, "", settle=settle)
    why = "step-up.time-bound" if "elevated token again" in act.text else "step-up.actions-enforced"
    return stopped or Prediction(True, why, settle=settle)


_OF_OTHER_SESSION = (
    "an MFA token of another session of hers",
    f'an elevated token for "{EXPORT}" of another session of hers',
)


def _may_misuse(model: Model, account: Account) -> bool:
    return (
        bool(model.opening.action)
        and model.certain(account)
        and not account.front.gated
        and account.has_method
    )


@rule(
    "exports with other session's proof",
    *(f"{{who}} tries to export her wallet with {permit}" for permit in _OF_OTHER_SESSION),
    when=both(_may_misuse, may_challenge),
    needs=("actions", "mfa-tokens", "elevated-tokens", "email-sign-in"),
    only_she=True,
    weight=3,
    ends=True,  # she has another session now, and what it is like is not told
)
def exports_otherwise(_model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """A proof is good in the session that it was given in."""
    return replace(refused("mfa-token.bound-to-session", "step-up required"), shows_state=False)


@rule(
    "exports with other's proof",
    f'{{who}} tries to export her wallet with the other user\'s elevated token for "{EXPORT}"',
    when=both(_may_misuse, other_may_challenge),
    needs=("actions", "elevated-tokens"),
    only_she=True,
    weight=2,
    ends=True,
)
def exports_with_foreign(_model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Nor of somebody else."""
    return replace(refused("mfa-token.bound-to-user", "step-up required"), shows_state=False)


@rule(
    "signs with wallet",
    "{who} tries to sign with her wallet with no token",
    when=_is_protected,
    needs=("actions",),
)
def signs(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """An action that is not protected asks for nothing."""
    return gate(model, account) or Prediction(True, "step-up.action-default")


@rule(
    "asks for step-up",
    f'{{who}} asks whether "{EXPORT}" needs step-up',
    f'{{who}} asks whether "{SIGN}" needs step-up',
    when=_is_protected,
    where={EXPORT: lambda _model, account: EXPORT not in account.front.holds},
    needs=("step-up", "actions"),
    keen=lambda _model, account: bool(account.pending) and account.has_method,
)
def asks(model: Model, account: Account, act: Act, _sent: Sent) -> Prediction:
    """It is needed of who has a method, or where one is required; and by what she has verified."""
    needed = EXPORT in act.text and (account.has_method or model.onboarding)
    methods = bool(account.verified) + account.passkeys

    def wrong(answer: Answer) -> str:
        told = needed and account.has_method and answer.credentials is not None
        return "step-up.check" if told and answer.credentials != methods else ""

    return Prediction(True, "step-up.check", step_up=needed, also=wrong)
