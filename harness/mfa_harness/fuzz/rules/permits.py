"""What is shown for something that is protected: MFA tokens, elevated tokens, nothing at all."""

# ruff: noqa: PLR0911, S105 - a decision table, a return a row; and no passwords are in it

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mfa_harness.fuzz.rules.rule import EITHER, other_of, refused

if TYPE_CHECKING:
    from mfa_harness.fuzz.model import Account, Model, Prediction
    from mfa_harness.fuzz.rules.rule import When

_SINGLE_USE_SECONDS: Final = 300
TIME_BOUND_SECONDS: Final = 600
_MARGIN_SECONDS: Final = 2
UNLINK, EXPORT, SIGN = "credential:unlink", "wallet:export", "wallet:sign"
FRESH = ("fresh MFA", "an MFA token")
_BARE = ("no token", "a made-up token")
_DEAD_TOKENS = {"spent": "mfa-token.single-use", "ended": "token.revoked"}


def permit_of(text: str) -> str:
    """What a sentence says is shown."""
    return text.rpartition(" with ")[2]


def may_challenge(model: Model, account: Account) -> bool:
    """She would meet a challenge now, and be accepted."""
    return bool(model.may_challenge(account))


def other_may_challenge(model: Model, account: Account) -> bool:
    """The other user would."""
    other = other_of(model, account)
    return other is not None and may_challenge(model, other)


PERMITS: Final[dict[str, When | None]] = {
    "no token": None,
    "a made-up token": None,
    "the same MFA token again": lambda _model, account: account.token != "",
    "the same elevated token again": lambda _model, account: account.elevated is not None,
    "the other user's MFA token": other_may_challenge,
    "": may_challenge,
}
"""What it takes to come by what a sentence has her show, and to be let in with it where it is right."""


def come_by(model: Model, account: Account, sentence: str) -> None:
    """She meets a challenge for what she shows; so does the other user for hers."""
    permit = permit_of(sentence)
    if permit in _BARE or "again" in permit:
        return
    holder = account
    if permit == "the other user's MFA token":
        holder = other_of(model, account) or account
    if model.may_challenge(holder) == "app":
        model.spend_phone_step(holder)
    model.challenge_met(holder)
    if "elevated" in permit:
        scope = permit.split('"')[1]
        holder.front.holds.add(scope)
        holder.elevated = (scope, model.now, False) if scope in (EXPORT, SIGN) else None
        holder.elevated_spent, holder.elevated_browser = False, holder.front
    else:
        holder.token, holder.token_browser = "good", holder.front
        holder.front.token_held = True


def opens(model: Model, account: Account, sentence: str, scope: str, requirement: str) -> Prediction | None:
    """What must come of showing this for something of a scope; None where it is let through."""
    permit = permit_of(sentence)
    if permit in _BARE:
        return refused(requirement, "step-up required")
    if permit == "the other user's MFA token":
        return refused("mfa-token.bound-to-user", "step-up required")
    if permit == "the same MFA token again":
        if account.token in _DEAD_TOKENS:
            return refused(_DEAD_TOKENS[account.token], "step-up required")
        if account.token_browser is not account.front:
            return refused("mfa-token.bound-to-session", "step-up required")
        return None
    if permit == "the same elevated token again":
        return _elevated_again(model, account, scope)
    if 'for "' in permit and scope not in permit:
        return refused("step-up.scope-bound" if scope == EXPORT else requirement, "step-up required")
    return None


def reusable(model: Model, account: Account) -> bool:
    """Whether her elevated token is refused for its age alone, if it is."""
    return model.opening.action == "time-bound" or not account.elevated_spent


def holds_good(model: Model, account: Account) -> bool:
    """Her elevated token would be taken where she is, were it not for its age."""
    return good_but_for_place(model, account) and account.elevated_browser is account.front


def good_but_for_place(model: Model, account: Account) -> bool:
    """It would be, were it not for the session that it was given in."""
    held = account.elevated is not None and account.elevated[0] == EXPORT
    return held and not account.front.gated and reusable(model, account)


def _elevated_again(model: Model, account: Account, scope: str) -> Prediction | None:
    assert account.elevated is not None
    held, since, _ = account.elevated
    if account.elevated_browser is not account.front:
        ended = account.elevated_browser is not None and account.elevated_browser.ended_by
        return refused(ended or "mfa-token.bound-to-session", "step-up required")
    if held != scope:
        return refused("step-up.scope-bound", "step-up required")
    time_bound = model.opening.action == "time-bound"
    life = TIME_BOUND_SECONDS if time_bound else _SINGLE_USE_SECONDS
    age = model.now - since
    if age > life + _MARGIN_SECONDS:
        return refused("step-up.expiry", "step-up required")
    if not reusable(model, account):
        return refused("step-up.single-use", "step-up required")
    return EITHER if age > life - _MARGIN_SECONDS else None


def spend(account: Account, sentence: str) -> None:
    """What was shown is used up, where it is good once."""
    permit = permit_of(sentence)
    if permit == "the same elevated token again" or 'for "' in permit:
        account.elevated_spent = True
    elif permit in FRESH or permit == "the same MFA token again":
        account.token = "spent"
