"""Signing up and in, in every way there is, and in ways that lead nowhere."""

# ruff: noqa: S105 - no passwords are in it

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mfa_harness.fuzz.model import Account, Browser, Model, Prediction
from mfa_harness.fuzz.rules.rule import rule

if TYPE_CHECKING:
    from mfa_harness.fuzz.rules.rule import Predict, When
    from mfa_harness.fuzz.words import Act, Answer, Sent

MOST_BROWSERS = 5


def enters(model: Model, account: Account, *, mfa_done: bool = False) -> Prediction:
    """Another session, in another browser."""

    def settle(answer: Answer) -> None:
        account.exists = True
        expires = math.inf if answer.expires_at is None else answer.expires_at
        account.browsers.append(Browser(mfa_done=mfa_done, expires=expires))
        account.front.gated = model.due(account, account.front)

    return Prediction(True, "onboarding.optional-completes", settle=settle)


@rule(
    "signs up",
    "{who} signs up",
    when=lambda _model, account: not account.exists and not account.browsers,
    signed_in=False,
)
def signs_up(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """A new address: an account is made."""
    return enters(model, account)


@rule(
    "signs in",
    "{who} signs in again",
    when=lambda _model, account: account.exists and not account.way and len(account.browsers) < MOST_BROWSERS,
    signed_in=False,
    weight=2,
    keen=lambda model, account: (
        account.token == "ended"
        or bool(account.elevated_browser and account.elevated_browser.ended_by)
        or (account.deleted_method and not account.has_method)
        or (
            model.session_based
            and account.has_method
            and sum(not browser.mfa_done for browser in account.browsers) == 1
        )
        or (bool(account.pending) and account.has_method and model.session_based and not account.front.gated)
    ),
)
def signs_in(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Another session, which has done no MFA."""
    return enters(model, account)


@rule(
    "signs in here",
    "{who} signs in again with an e-mail code in the same browser",
    when=lambda _model, account: (
        account.exists and not account.way and bool(account.browsers) and not account.front.open
    ),
    signed_in=False,
    needs=("email-sign-in",),
    weight=3,
    keen=lambda model, account: account.has_method and model.session_based,
)
def signs_in_here(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Another session in a browser that was in use before: it has done no MFA either."""
    entered = enters(model, account)

    def settle(answer: Answer) -> None:
        account.browsers.pop()
        assert entered.settle is not None
        entered.settle(answer)

    return replace(entered, settle=settle)


@rule(
    "signs in to add a method",
    "{who} signs in again and asks to add a method",
    when=lambda _model, account: (
        account.exists and not account.way and account.has_method and len(account.browsers) < MOST_BROWSERS
    ),
    signed_in=False,
    needs=("email-sign-in", "elevated-tokens"),
    weight=2,
)
def signs_in_to_add(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Who has MFA must use it: no elevated token comes of asking for one at sign-in."""
    return replace(enters(model, account), requirement="step-up.mfa-not-reauth", elevated=False)


_WRONG_MAIL: Final = {
    "the same e-mail code again": "email-code.single-use",
    "an e-mail code that is 11 minutes old": "email-code.expiry",
    "the code of an earlier e-mail": "email-code.bound",
    "the code of an e-mail to the other user": "email-code.bound",
}


@rule(
    "signs in wrongly",
    *(f"{{who}} signs in with {code}" for code in _WRONG_MAIL),
    when=lambda _model, account: account.exists and not account.way and bool(account.browsers),
    where={"other user": lambda model, _account: len(model.accounts) > 1},
    signed_in=False,
    needs=("email-sign-in", "clock"),
    only_she=True,
    weight=2,
)
def signs_in_wrongly(_model: Model, _account: Account, act: Act, _sent: Sent) -> Prediction:
    """A code by e-mail is good once, for a while, for the e-mail that brought it; else she stays where she was."""
    why = next(why for code, why in _WRONG_MAIL.items() if act.text.endswith(code))
    return Prediction(False, why, path="e-mail", certain=False, shows_state=False)


_OTHER_WAYS: Final = {"by text message": "a code by text message", "externally": "an external account"}


def _signs_up(way: str) -> Predict:
    def signs_up(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
        account.way = way
        return enters(model, account)

    return signs_up


def _comes_back(way: str) -> When:
    return lambda _model, account: (
        account.exists and account.way == way and len(account.browsers) < MOST_BROWSERS
    )


for _way, _means in _OTHER_WAYS.items():
    _capability = "sms-sign-in" if "text" in _way else "external-jwt"
    rule(
        f"signs up {_way}",
        f"{{who}} signs up with {_means}",
        when=lambda _model, account: not account.exists and not account.browsers,
        signed_in=False,
        needs=(_capability,),
        only_she=True,
        weight=2,
    )(_signs_up(_way))
    rule(
        f"signs in {_way}",
        f"{{who}} signs in again with {_means}",
        when=_comes_back(_way),
        signed_in=False,
        needs=(_capability,),
        only_she=True,
        weight=3,
        keen=lambda model, account: account.has_method and model.session_based,
    )(signs_in)
