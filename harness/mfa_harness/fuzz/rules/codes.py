"""Codes of authenticator apps, honest or not: they end an enrolment, or meet a challenge."""

# ruff: noqa: PLR0911 - a decision table, a return a row

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mfa_harness.fuzz.model import Account, Model, Prediction
from mfa_harness.fuzz.rules.permits import EXPORT
from mfa_harness.fuzz.rules.rule import no_session, other_of, refused, rule
from mfa_harness.fuzz.words import OTHER, SHE, TOTP

if TYPE_CHECKING:
    from mfa_harness.fuzz.rules.rule import When
    from mfa_harness.fuzz.words import Act, Answer, Sent

_SIX_DIGITS = re.compile(r"[0-9]{6}", re.ASCII)
_FRESH = ("a fresh code", "a code that begins with 0")
_OLD = (
    "the code she enrolled with",
    "the code from 1 step ago",
    "the code from 2 steps ago",
    "the code from 20 steps ago",
)
_WRONG = (
    "a wrong code",
    "the code 1 step ahead",
    "the code 2 steps ahead",
    "a recovery code",
    "the current code without its first digit",
    "the current code without its last digit",
    "the current code and one digit more",
    "the current code and a letter",
    "the current code in full-width digits",
    "the current code as a number",
    "the current code in a list",
    "a code without its leading zero",
    "no code at all",
    "an empty code",
    'the code "000000"',
    'the code "123456"',
    'the code "999999"',
)
_CONFIRMING_WRONGLY = (
    "the same code again",
    "a code from her first app",
    "a wrong code",
    "the code from 3 steps ago",
    "the code 3 steps ahead",
    "the current code without its last digit",
    "the current code as a number",
    "the current code in a list",
    'the code "000000"',
    'the code "123456"',
)
_NEEDS_OTHER = "the other user's"
_FORMS = (
    *("first digit", "last digit", "digit more", "a letter", "full-width", "as a number", "in a list"),
    *("leading zero", "begins with 0", "no code", "empty"),
)


def _can_name(model: Model, account: Account, whose: str) -> bool:
    """Whose app is named has one, and it can be looked up; only she names one."""
    named = model.accounts.get(whose)
    return (
        account is model.accounts[SHE]
        and named is not None
        and bool(named.verified)
        and named.verified == named.phone
        and model.alive(named)
    )


def _other_shows_codes(model: Model, account: Account) -> bool:
    other = other_of(model, account)
    return other is not None and bool(other.phone) and not other.confirming


_HAS: Final[dict[str, When]] = {
    "naming her app": lambda model, account: (
        _can_name(model, account, SHE) and account.entered and bool(model.last_steps.get(account.phone))
    ),
    "naming the other": lambda model, account: (
        _can_name(model, account, OTHER) and _other_shows_codes(model, account)
    ),
    _NEEDS_OTHER: _other_shows_codes,
    "enrolled with": lambda _model, account: account.enrolled_with,
    "same code": lambda model, account: account.entered and bool(model.last_steps.get(account.phone)),
    "recovery code": lambda _model, account: bool(account.next_code),
    "first app": lambda _model, account: account.first_phone not in ("", account.phone),
}
"""When she has such a code, by words of the sentence; any other she has at any time."""


def _has_app(_model: Model, account: Account) -> bool:
    return bool(account.phone)


def _owes_another(_model: Model, account: Account) -> bool:
    """She owes another method than the app that she has not verified."""
    return account.shows_unverified and account.has_method and account.front.gated


@rule(
    "enters fresh code",
    *(f"{{who}} enters {code}" for code in _FRESH),
    when=_has_app,
    where=_HAS,
    needs=("totp",),
    weight=5,
    keen=lambda model, account: (
        account.locked
        or _owes_another(model, account)
        or (bool(account.pending) and (bool(account.way) or account.abandoned or model.off == TOTP))
    ),
)
@rule(
    "enters same code",
    "{who} enters the same code again",
    "{who} enters the same code again, naming her app",
    when=_has_app,
    where=_HAS,
    needs=("totp",),
    weight=4,
    keen=lambda model, account: bool(account.verified) and model.last.endswith("a fresh code"),
)
@rule(
    "enters code of first app",
    "{who} enters a code from her first app",
    when=_has_app,
    where=_HAS,
    needs=("totp",),
    weight=3,
    keen=lambda model, account: (
        (account.abandoned and bool(account.pending))
        or (
            bool(account.verified) and model.last.endswith(" pass")
        )  # else it may be refused for its step alone
    ),
)
@rule(
    "enters other's code",
    "{who} enters the other user's code",
    "{who} enters the other user's code, naming the other user's app",
    when=_has_app,
    where=_HAS,
    needs=("totp",),
    weight=3,
    keen=lambda model, account: bool(account.verified) and _other_shows_codes(model, account),
)
@rule(
    "enters old code",
    *(f"{{who}} enters {code}" for code in _OLD),
    when=_has_app,
    where=_HAS,
    needs=("totp",),
    weight=5,
)
@rule(
    "enters wrong code",
    *(f"{{who}} enters {code}" for code in _WRONG),
    when=_has_app,
    where=_HAS,
    needs=("totp",),
    weight=3,
)
def enters(model: Model, account: Account, act: Act, sent: Sent) -> Prediction:
    """A code ends an enrolment under way, or meets a challenge; each is good once, near its time."""
    account.entered = True
    return no_session(model, account) or _code(model, account, act, sent)


def _shows_unverified(_model: Model, account: Account) -> bool:
    return account.shows_unverified


@rule(
    "confirms app",
    "{who} confirms the app with a fresh code",
    when=_shows_unverified,
    where=_HAS,
    needs=("totp", "enrolment-register-route"),
    weight=2,
    keen=lambda _model, account: bool(account.pending),
)
@rule(
    "confirms app wrongly",
    *(f"{{who}} confirms the app with {code}" for code in _CONFIRMING_WRONGLY),
    when=_shows_unverified,
    where=_HAS,
    needs=("totp", "enrolment-register-route"),
    weight=3,
    keen=lambda _model, account: bool(account.pending) and not account.tried_wrong and not account.has_method,
)
def confirms(model: Model, account: Account, act: Act, sent: Sent) -> Prediction:
    """The native SDKs' way: the session stays as it was."""
    account.entered = True
    stopped = no_session(model, account)
    if stopped is not None:
        return stopped
    if model.off == TOTP:
        return refused("settings.disabled-method-refused")
    if account.front.gated and account.has_method:
        return refused("gate.binding-needs-mfa")
    predicted = _enrolment(model, account, act, sent, lifts=False)
    unclear = model.tolerances.enrolment_route == "auth" or account.verified or not model.certain(account)
    return replace(predicted, allowed=None) if unclear else predicted


def _code(model: Model, account: Account, act: Act, sent: Sent) -> Prediction:
    if account.verified:
        return _challenge(model, account, act, sent)
    if account.pending and model.off == TOTP:
        return refused("settings.disabled-method-refused")
    if account.pending:
        if account.front.gated and account.has_method:  # an app beside the passkey that is owed
            if model.certain(account):
                return refused("gate.binding-needs-mfa")
            return replace(_enrolment(model, account, act, sent, lifts=True), allowed=None)
        predicted = _enrolment(model, account, act, sent, lifts=True)
        return (
            replace(predicted, allowed=None) if model.tolerances.enrolment_route == "register" else predicted
        )
    why = _why_wrong(act)
    why = "totp.one-device" if why == "totp.no-backdoor" and account.deleted_method else why
    # Whether it counts with no app there is said nowhere.
    return Prediction(False, why, path="app", certain=False)


def _enrolment(model: Model, account: Account, act: Act, sent: Sent, *, lifts: bool) -> Prediction:
    device = account.pending
    right = model.takes(device, sent.steps.get(device)) if _well_formed(sent) else False
    path = "app" if lifts else "confirmation"
    first = not account.has_method

    def settle(_answer: Answer) -> None:
        step = sent.steps.get(device)
        account.spent[device] = {step} if step is not None else set()
        account.verified, account.pending = device, ""
        account.tried_wrong = False
        account.confirming = False
        model.method_added(account, first=first)
        if lifts:
            model.challenge_met(account, _answer)

    if right is None:
        return Prediction(None, "", settle=settle, path=path, certain=False)
    if right:
        if account.tried_wrong:
            why = "totp.wrong-code-refused"
        elif account.abandoned:
            why = "totp.reenrol-after-abandon"
        else:
            why = _why_right(model, act, sent.steps[device])
        return Prediction(True, why, settle=settle)
    account.tried_wrong = True
    why = _why_wrong(act)
    return Prediction(
        False,
        "totp.wrong-code-refused" if why == "totp.no-backdoor" else why,
        "invalid code" if _well_formed(sent) else "",
        path=path,
        settle=settle,
        certain=_well_formed(sent),
    )


def _challenge(model: Model, account: Account, act: Act, sent: Sent) -> Prediction:
    device = account.verified
    step = sent.steps.get(device)
    right = model.takes(device, step) if _well_formed(sent) else False

    def settle(answer: Answer) -> None:
        if step is not None:
            account.spent.setdefault(device, set()).add(step)
        account.confirming = False
        model.challenge_met(account, answer)

    if right is None:
        return Prediction(None, "", settle=settle, path="app", certain=False)
    if right:
        return Prediction(True, _why_right(model, act, step), settle=settle, path="app")
    if account.shows_unverified and sent.steps.get(account.pending) is not None:
        return refused("totp.unverified-never-counts")
    plain = _well_formed(sent) and "naming the other" not in act.text  # else the refusal may be for that
    reason = "invalid code" if plain else ""
    return Prediction(False, _why_wrong(act, step, account), reason, path="app", settle=settle, certain=plain)


def _why_right(model: Model, act: Act, step: int | None) -> str:
    """The requirement that a right code must be accepted by."""
    if "begins with 0" in act.text:
        return "totp.exact-format"
    if "into a time step" in model.last:
        return "totp.step-boundary"
    return "totp.drift-bounded" if step != model.step_now else "totp.matches-uri"


def _why_wrong(act: Act, step: int | None = None, account: Account | None = None) -> str:
    """The requirement that a code of this kind must be refused by."""
    if _NEEDS_OTHER in act.text:
        return "totp.bound-to-account"
    if "a recovery code" in act.text:
        return "recovery.separate-from-totp"
    if any(form in act.text for form in _FORMS):
        return "totp.exact-format"
    if step is not None and account is not None and account.spent.get(account.verified):
        if step <= max(account.spent[account.verified]):
            return "totp.code-once"
        return "totp.drift-bounded"
    if "step" in act.text:
        return "totp.drift-bounded"
    if "same code" in act.text or "enrolled with" in act.text:
        return "totp.code-once"
    if "first app" in act.text:
        return "totp.one-device"
    return "totp.no-backdoor"


def _well_formed(sent: Sent) -> bool:
    return isinstance(sent.code, str) and _SIX_DIGITS.fullmatch(sent.code) is not None


@rule(
    "completes MFA again",
    "{who} completes MFA with the same code again and asks for an MFA token",
    f'{{who}} completes MFA with the same code again and asks for an elevated token for "{EXPORT}"',
    when=lambda _model, account: bool(account.phone) and bool(account.verified),
    where=_HAS,
    needs=("totp", "mfa-tokens", "elevated-tokens"),
    only_she=True,
    weight=3,
)
def completes_again(model: Model, account: Account, act: Act, sent: Sent) -> Prediction:
    """A code that met a challenge brings no token besides."""
    predicted = no_session(model, account) or _challenge(model, account, act, sent)
    if predicted.allowed is not False:
        model.over = True  # it was not used yet: what came with it is not told
    return predicted
