"""Authenticator apps: enrolling them, and their codes, honest or not."""

# ruff: noqa: PLR0911 - a decision table, a return a row

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from mfa_harness.fuzz.model import LINK, Account, Model, Prediction
from mfa_harness.fuzz.rules.rule import alive, no_session, other_of, refused, rule
from mfa_harness.fuzz.words import TOTP

if TYPE_CHECKING:
    from mfa_harness.fuzz.words import Act, Answer, Sent

_SIX_DIGITS = re.compile(r"[0-9]{6}", re.ASCII)
_OLD = (
    *["the same code again"] * 3,
    "the code she enrolled with",
    "the code from 1 step ago",
    "the code from 2 steps ago",
    "the code from 20 steps ago",
    "a code from her first app",
)
_WRONG = (
    *["a wrong code"] * 2,
    "the code 1 step ahead",
    "the code 2 steps ahead",
    *["the other user's code"] * 2,
    "a recovery code",
    "the current code without its last digit",
    "the current code and one digit more",
    "the current code in full-width digits",
    'the code "000000"',
)
_NEEDS_OTHER = "the other user's"
_FORMS = ("last digit", "digit more", "full-width")


@rule(
    "starts app",
    "{who} starts to add an authenticator app",
    when=alive,
    needs=("totp",),
    weight=2,
    keen=lambda model, account: (
        model.session_based
        and account.passkeys > 0
        and not account.verified
        and not account.pending
        and not account.front.gated
    ),
)
def starts(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """One verified app a user; an abandoned registration stands in nobody's way."""
    again = bool(account.pending)

    def settle(answer: Answer) -> None:
        account.pending = account.phone = answer.device
        account.first_phone = account.first_phone or answer.device
        account.confirming = True
        account.abandoned = again
        account.tried_wrong = False

    stopped = no_session(model, account)
    if stopped is not None:
        return stopped
    if model.opening.off == TOTP:
        return refused("settings.disabled-method-refused")
    if model.certain(account):
        if account.front.gated and account.has_method:
            return refused("gate.binding-needs-mfa", "MFA required")
        if model.opening.enforced and not account.front.gated and LINK not in account.front.holds:
            return refused("step-up.always-for-credentials", "step-up required")
    return replace(_asked_for(model, account, again=again), settle=settle)


def _asked_for(model: Model, account: Account, *, again: bool) -> Prediction:
    """Whether she may have another app: one verified app is all there is."""
    certain = model.certain(
        account
    )  # if not, the gate may refuse it or not; one app a user is one app either way
    held = model.opening.enforced and not account.front.gated
    if account.verified and model.tolerances.second_device_at == "registration":
        statuses = tuple(model.tolerances.second_device_statuses) if certain and not held else ()
        return Prediction(False, "totp.one-device", statuses=statuses)
    if account.verified or held or not certain:
        return Prediction(None, "")
    if model.opening.off:
        return Prediction(True, "settings.methods-independent")
    return Prediction(True, "totp.reenrol-after-abandon" if again else "totp.provisioning-uri")


@rule(
    "steps up and enrols",
    "{who} steps up by e-mail and enrols an authenticator app",
    when=lambda model, account, _: (
        model.alive(account)
        and model.opening.enforced
        and not account.has_method
        and not account.phone
        and model.certain(account)
        and not account.front.gated
    ),
    needs=("totp", "step-up-enforced", "email-sign-in"),
    weight=12,
)
def steps_up(model: Model, account: Account, _act: Act, sent: Sent) -> Prediction:
    """What enrolment takes where step-up is enforced; the recovery codes are written down with it."""

    def settle(answer: Answer) -> None:
        device = next(iter(set(sent.last_steps) - set(account.spent)), "")
        account.verified = account.phone = sent.phones.get(_act.who, device)
        account.first_phone = account.first_phone or account.verified
        account.spent[account.verified] = {sent.last_steps[account.verified]}
        account.enrolled_with = True
        model.method_added(account, first=True)
        account.acknowledgement = "complete"
        account.codes = set(sent.sheets.get(_act.who, ()))
        account.front.holds.add(LINK)
        model.challenge_met(account, answer)

    return Prediction(True, "step-up.always-for-credentials", settle=settle)


@rule(
    "tries second app",
    "{who} tries to add a second authenticator app",
    when=lambda model, account, _: (
        model.alive(account)
        and bool(account.verified)
        and model.certain(account)
        and not account.front.gated
        and not model.opening.enforced
        and model.tolerances.second_device_at == "registration"
    ),
    needs=("totp",),
    only_she=True,
)
def tries_second(model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Refused with 401 until the first is deleted."""
    statuses = tuple(model.tolerances.second_device_statuses)
    return Prediction(False, "totp.one-device", "401 Unauthorized", statuses=statuses)


def _can_enter(model: Model, account: Account, sentence: str) -> bool:
    if not account.phone or not model.alive(account):
        return False
    if _NEEDS_OTHER in sentence:
        other = other_of(model, account)
        return other is not None and bool(other.phone) and not other.confirming
    if "enrolled with" in sentence:
        return account.enrolled_with
    if "same code" in sentence:
        return bool(model.last_steps.get(account.phone)) and account.entered
    if "recovery code" in sentence:
        return bool(account.next_code)
    return "first app" not in sentence or account.first_phone not in ("", account.phone)


def _owes_another(_model: Model, account: Account) -> bool:
    """She owes another method than the app that she has not verified."""
    pending = bool(account.pending) and account.phone == account.pending
    return pending and account.has_method and account.front.gated


@rule(
    "enters fresh code",
    "{who} enters a fresh code",
    when=_can_enter,
    needs=("totp",),
    weight=5,
    keen=_owes_another,
)
@rule(
    "enters old code",
    *(f"{{who}} enters {code}" for code in _OLD),
    when=_can_enter,
    needs=("totp",),
    weight=5,
)
@rule(
    "enters wrong code",
    *(f"{{who}} enters {code}" for code in _WRONG),
    when=_can_enter,
    needs=("totp",),
    weight=3,
)
def enters(model: Model, account: Account, act: Act, sent: Sent) -> Prediction:
    """A code ends an enrolment under way, or meets a challenge; each is good once, near its time."""
    account.entered = True
    return no_session(model, account) or _code(model, account, act, sent)


@rule(
    "confirms app",
    *(
        f"{{who}} confirms the app with {code}"
        for code in ("a fresh code", "a wrong code", "the same code again")
    ),
    when=lambda model, account, sentence: (
        _can_enter(model, account, sentence) and bool(account.pending) and account.phone == account.pending
    ),
    needs=("totp", "enrolment-register-route"),
)
def confirms(model: Model, account: Account, act: Act, sent: Sent) -> Prediction:
    """The native SDKs' way: the session stays as it was."""
    account.entered = True
    stopped = no_session(model, account)
    if stopped is not None:
        return stopped
    if account.front.gated and account.has_method:
        return refused("gate.binding-needs-mfa")
    predicted = _enrolment(model, account, act, sent, lifts=False)
    unclear = model.tolerances.enrolment_route == "auth" or account.verified or not model.certain(account)
    return replace(predicted, allowed=None) if unclear else predicted


def _code(model: Model, account: Account, act: Act, sent: Sent) -> Prediction:
    if account.verified:
        return _challenge(model, account, act, sent)
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
    return refused("totp.one-device" if why == "totp.no-backdoor" and account.deleted_method else why)


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
        if lifts:
            account.confirming = False
        model.method_added(account, first=first)
        if lifts:
            model.challenge_met(account, _answer)

    if right is None:
        return Prediction(None, "", settle=settle, path=path, certain=False)
    if right:
        why = "totp.matches-uri"
        if account.tried_wrong:
            why = "totp.wrong-code-refused"
        elif account.abandoned:
            why = "totp.reenrol-after-abandon"
        elif sent.steps[device] != model.step_now:
            why = "totp.drift-bounded"
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
        off = step != model.step_now
        return Prediction(
            True, "totp.drift-bounded" if off else "totp.matches-uri", settle=settle, path="app"
        )
    if account.pending and account.phone == account.pending and sent.steps.get(account.pending) is not None:
        return refused("totp.unverified-never-counts")
    reason = "invalid code" if _well_formed(sent) else ""
    return Prediction(
        False, _why_wrong(act, step, account), reason, path="app", settle=settle, certain=_well_formed(sent)
    )


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
