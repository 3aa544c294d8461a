"""Authenticator apps: asking for them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mfa_harness.fuzz.model import LINK, Account, Model, Prediction
from mfa_harness.fuzz.rules.rule import no_session, refused, rule
from mfa_harness.fuzz.words import TOTP

if TYPE_CHECKING:
    from mfa_harness.fuzz.words import Act, Answer, Sent


@rule(
    "starts app again",
    "{who} starts to add an authenticator app again",
    when=lambda _model, account: bool(account.pending),
    needs=("totp",),
    weight=8,
    keen=lambda _model, account: bool(account.pending) and not account.abandoned and not account.has_method,
)
@rule(
    "starts app",
    "{who} starts to add an authenticator app",
    when=lambda _model, account: not account.pending,
    needs=("totp",),
    weight=2,
    keen=lambda model, account: (
        not account.verified
        and not account.pending
        and (
            bool(account.way)
            or account.deleted_method
            or (
                (model.session_based or bool(model.opening.action))
                and account.passkeys > 0
                and not account.front.gated
            )
        )
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
    if model.off == TOTP:
        return refused("settings.disabled-method-refused")
    if model.certain(account):
        if account.front.gated and account.has_method:
            return refused("gate.binding-needs-mfa", "MFA required")
        if model.opening.enforced and not account.front.gated and LINK not in account.front.holds:
            return refused("step-up.always-for-credentials", "step-up required")
    return replace(_asked_for(model, account, again=again), settle=settle, also=_same_secret)


def _same_secret(answer: Answer) -> str:
    return "totp.secret-strength" if answer.secret_again else ""


def _asked_for(model: Model, account: Account, *, again: bool) -> Prediction:
    """Whether she may have another app: one verified app is all there is."""
    # Where it is not certain the gate may refuse it or not; one app a user is one app either way.
    certain = model.certain(account)
    held = model.opening.enforced and not account.front.gated
    if account.verified and model.tolerances.second_device_at == "registration":
        statuses = tuple(model.tolerances.second_device_statuses) if certain and not held else ()
        return Prediction(False, "totp.one-device", statuses=statuses)
    if account.verified or held or not certain:
        return Prediction(None, "")
    if model.off:
        return Prediction(True, "settings.methods-independent")
    return Prediction(True, "totp.reenrol-after-abandon" if again else "totp.provisioning-uri")


@rule(
    "steps up and enrols",
    "{who} steps up by e-mail and enrols an authenticator app",
    when=lambda model, account: (
        model.opening.enforced
        and not account.has_method
        and not account.phone
        and model.certain(account)
        and not account.front.gated
        and model.off != TOTP
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
    when=lambda model, account: (
        bool(account.verified)
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
