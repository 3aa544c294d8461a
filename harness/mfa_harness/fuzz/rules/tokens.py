"""MFA tokens and elevated tokens: who asks for one gets it, and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mfa_harness.fuzz.model import Account, Model, Prediction
from mfa_harness.fuzz.rules.permits import EXPORT
from mfa_harness.fuzz.rules.rule import no_session, refused, rule

if TYPE_CHECKING:
    from mfa_harness.fuzz.rules.rule import When
    from mfa_harness.fuzz.words import Act, Answer, Sent

_TO_EXPORT = f'and asks for an elevated token for "{EXPORT}"'
_WISHES = ("without asking for a token", "and asks for an MFA token")
_NOT_GRANTED = ("console:mfa:reset", "user:basic")


_FACTORS: Final[dict[str, When]] = {
    "a code": lambda model, account: model.may_challenge(account) == "app",
    "recovery": lambda _model, account: account.has_method and account.next_code in (account.codes or ()),
    "passkey": lambda _model, account: account.key,
}
"""What it takes to complete MFA by each."""


@rule(
    "completes MFA",
    *(f"{{who}} completes MFA with a code {wish}" for wish in _WISHES),
    *(
        f'{{who}} completes MFA with a code and asks for an elevated token for "{each}"'
        for each in _NOT_GRANTED
    ),
    *(f"{{who}} completes MFA with her passkey {wish}" for wish in _WISHES),
    *(f"{{who}} completes MFA with a recovery code {wish}" for wish in _WISHES),
    where=_FACTORS,
    needs=("mfa-tokens", "elevated-tokens"),
    weight=5,
)
@rule(
    "completes MFA to export",
    *(
        f"{{who}} completes MFA with {factor} {_TO_EXPORT}"
        for factor in ("a code", "her passkey", "a recovery code")
    ),
    where=_FACTORS,
    needs=("mfa-tokens", "elevated-tokens"),
    weight=3,
    keen=lambda model, account: (
        bool(model.opening.action) and account.elevated is None and not account.pending
    ),
)
def completes(model: Model, account: Account, act: Act, _sent: Sent) -> Prediction:
    """A token comes for who asks, and for nobody else."""
    foreign = any(scope in act.text for scope in _NOT_GRANTED)
    wants_elevated = "elevated" in act.text and not foreign
    wants_token = "an MFA token" in act.text

    def settle(answer: Answer) -> None:
        if "a code" in act.text:
            model.spend_phone_step(account)
        elif "recovery" in act.text:
            (account.codes or set()).discard(account.taken_code)
            account.dead[account.taken_code] = "recovery.single-use"
            account.fresh_set = False
        else:
            account.assertion = False
        model.challenge_met(account, answer)
        if wants_token:
            account.token, account.token_browser = "good", account.front
            account.front.token_held = True
        if wants_elevated:
            account.elevated, account.elevated_spent = (EXPORT, model.now, False), False
            account.elevated_browser = account.front
            account.front.holds.add(EXPORT)

    return Prediction(
        None if foreign else True,
        "mfa-token.on-request",
        settle=settle,
        path="app" if "a code" in act.text else "recovery" if "recovery" in act.text else "passkey",
        mfa_token=wants_token,
        elevated=wants_elevated if not foreign else False,
    )


@rule(
    "re-authenticates",
    '{who} re-authenticates by e-mail for "credential:link"',
    when=lambda _model, account: account.has_method,
    needs=("elevated-tokens", "email-sign-in"),
)
def re_authenticates(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Who has MFA must use it."""
    account.elevated = None  # what she shows next is what this has brought: nothing
    return no_session(model, account) or Prediction(None, "step-up.mfa-not-reauth", elevated=False)


@rule(
    "re-authenticates externally",
    '{who} re-authenticates by her external account for "credential:link"',
    '{who} re-authenticates by her external account for "wallet:export"',
    when=lambda model, account: (
        account.way == "externally" and model.certain(account) and (account.has_method or account.front.gated)
    ),
    needs=("elevated-tokens", "external-jwt"),
    only_she=True,
    weight=12,
    keen=lambda _model, account: account.way == "externally",
)
def re_authenticates_externally(_model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Nor is the word of her identity provider enough, and a session that owes MFA may not even ask."""
    account.elevated = None
    if account.front.gated:
        return refused("gate.protects-endpoints", "MFA required")
    return Prediction(None, "step-up.mfa-not-reauth", elevated=False)
