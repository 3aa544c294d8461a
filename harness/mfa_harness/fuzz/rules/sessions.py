"""Signing in and out, keeping and losing sessions."""

# ruff: noqa: S105 - no passwords are in it

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from mfa_harness.fuzz.model import Account, Browser, Model, Prediction
from mfa_harness.fuzz.rules.rule import alive, behind_gate, no_session, refused, rule

if TYPE_CHECKING:
    from mfa_harness.fuzz.rules.rule import Predict, When
    from mfa_harness.fuzz.words import Act, Answer, Sent

_MOST_BROWSERS = 5


def _enters(model: Model, account: Account, *, mfa_done: bool = False) -> Prediction:
    def settle(answer: Answer) -> None:
        account.exists = True
        expires = math.inf if answer.expires_at is None else answer.expires_at
        account.browsers.append(Browser(mfa_done=mfa_done, expires=expires))
        account.front.gated = model.due(account, account.front)

    return Prediction(True, "onboarding.optional-completes", settle=settle)


@rule(
    "signs up", "{who} signs up", when=lambda _model, account, _: not account.exists and not account.browsers
)
def signs_up(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """A new address: an account is made."""
    return _enters(model, account)


@rule(
    "signs in",
    "{who} signs in again",
    when=lambda _model, account, _: (
        account.exists and not account.way and len(account.browsers) < _MOST_BROWSERS
    ),
    weight=2,
    keen=lambda model, account: (
        account.token == "ended"
        or (account.deleted_method and not account.has_method)
        or (bool(account.pending) and account.has_method and model.session_based and not account.front.gated)
    ),
)
def signs_in(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Another session, which has done no MFA."""
    return _enters(model, account)


_OTHER_WAYS: Final = {"by text message": "a code by text message", "externally": "an external account"}


def _signs_up(way: str) -> Predict:
    def signs_up(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
        account.way = way
        return _enters(model, account)

    return signs_up


def _comes_back(way: str) -> When:
    return lambda _model, account, _: (
        account.exists and account.way == way and len(account.browsers) < _MOST_BROWSERS
    )


for _way, _means in _OTHER_WAYS.items():
    _capability = "sms-sign-in" if "text" in _way else "external-jwt"
    rule(
        f"signs up {_way}",
        f"{{who}} signs up with {_means}",
        when=lambda _model, account, _: not account.exists and not account.browsers,
        needs=(_capability,),
        only_she=True,
        weight=2,
    )(_signs_up(_way))
    rule(
        f"signs in {_way}",
        f"{{who}} signs in again with {_means}",
        when=_comes_back(_way),
        needs=(_capability,),
        only_she=True,
        weight=3,
        keen=lambda model, account: account.has_method and model.session_based,
    )(signs_in)


@rule(
    "signs in by passkey",
    "{who} signs in again with her passkey",
    when=lambda model, account, _: (
        account.key
        and account.passkeys > 0
        and len(account.browsers) < _MOST_BROWSERS
        and model.tolerances.passkey_signin_meets_session_mfa == "no"
    ),
    needs=("passkey-sign-in", "passkeys"),
    only_she=True,
)
def signs_in_by_passkey(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """No way around MFA."""
    return _enters(model, account)


def _goes_back(_model: Model, account: Account, _: str) -> bool:
    return len(account.browsers) > 1


@rule(
    "switches session",
    "{who} goes back to her other session",
    when=_goes_back,
    weight=2,
    keen=lambda _model, account: (
        len(account.browsers) > 1 and account.front.mfa_done and not account.browsers[-2].mfa_done
    ),
)
def switches(_model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Nothing is asked of the server; what is seen there must be as it was."""
    account.browsers.append(account.browsers.pop(-2))
    return Prediction(None, "session.per-session")


@rule(
    "signs out",
    "{who} signs out",
    when=alive,
    keen=lambda model, account: (
        bool(model.opening.action) and account.token == "good" and account.token_browser is account.front
    ),
)
def signs_out(_model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """The session and its tokens die with it."""

    def settle(_answer: Answer) -> None:
        account.front.open = False
        account.front.ended_by = "token.revoked"
        account.old_token = "token.revoked"
        if account.token and account.token_browser is account.front:
            account.token = "ended"

    return Prediction(True, "token.revoked", settle=settle)


@rule(
    "presents old token",
    "{who} presents her old session token",
    "{who} refreshes with her old session token",
    when=lambda _model, account, _: bool(account.old_token),
    needs=("jwks",),
    only_she=True,
    weight=2,
)
def presents_old(_model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """The token of a session that she has ended."""
    return refused(account.old_token, "not signed in")


def _has_browser(_model: Model, account: Account, _: str) -> bool:
    return bool(account.browsers) and account.front.open


@rule(
    "refreshes",
    "{who} refreshes her session",
    when=_has_browser,
    weight=3,
    keen=lambda _model, account: (
        bool(account.browsers)
        and account.front.gated
        and any(browser.mfa_done for browser in account.browsers)
    ),
)
def refreshes(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """The gate is looked at anew, and drops nothing."""
    dead = no_session(model, account)
    if dead is not None:
        return dead

    def settle(answer: Answer) -> None:
        model.regate(account, answer)

    return Prediction(True, "session.per-session", settle=settle)


@rule("lists devices", "{who} tries to list her devices", when=_has_browser)
def lists(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """A gated session may; it sees her own, and nobody else's."""
    verified, listed = bool(account.verified), bool(account.verified) + bool(account.pending)

    def wrong(answer: Answer) -> str:
        found = answer.listed or ()
        return "" if sum(found) == verified and len(found) <= listed else "devices.listed"

    return no_session(model, account) or Prediction(True, "devices.listed", also=wrong)


@rule("changes name", "{who} tries to change her name", when=_has_browser)
def changes_name(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """For full sessions."""
    updated = Prediction(True, "gate.lifted-by-mfa", settle=lambda answer: model.renewed(account, answer))
    return behind_gate(model, account, updated)


@rule(
    "deletes account",
    "{who} tries to delete her account",
    when=lambda model, account, _: model.alive(account) and len(account.browsers) > 1,
    needs=("delete-user",),
)
def deletes_account(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Every session of hers is over with it."""

    def settle(_answer: Answer) -> None:
        browsers = account.browsers
        for browser in browsers:
            browser.ended_by = "token.deleted-user"
        browsers[-1].open = False
        account.exists = False
        account.verified = account.pending = ""
        account.passkeys, account.key = 0, False
        account.codes, account.acknowledgement = None, None

    deleted = Prediction(True, "gate.lifted-by-mfa", settle=settle, shows_state=False)
    return behind_gate(model, account, deleted)


@rule("writes into profile", "{who} writes full access into her profile", when=alive, only_she=True)
def writes_profile(_model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """It may be accepted or refused, and completes nothing. That it acknowledges the codes is right."""
    return Prediction(None, "gate.not-user-writable")


@rule("proves e-mail again", "{who} proves her e-mail address again", when=alive, needs=("email-sign-in",))
def proves_email(_model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """No second factor."""
    return Prediction(None, "gate.every-sign-in")
