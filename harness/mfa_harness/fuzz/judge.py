"""What was predicted against what came back: the first deviation, named by the requirement that it breaks."""

# ruff: noqa: PLR0911 - a decision table, a return a row

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from mfa_harness.fuzz.model import FULL, GATED
from mfa_harness.fuzz.words import APP, BOTH, NOTHING, PASSKEY, SHE, Act

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.fuzz.model import Account, Model, Prediction
    from mfa_harness.fuzz.words import Answer, Sent, Sight

BEGINS: Final = "begins"
TOO_MANY: Final = 429
_MARGIN_SECONDS: Final = 2  # within which either is right
_SERVER_ERROR: Final = 500
_BY_OTHER_WAYS: Final = ("signs in by passkey", "signs in by text message", "signs in externally")
_SIGNING_IN: Final = (
    BEGINS,
    *("signs in", "signs in here", "signs in to add a method"),
    *("signs up", "signs up by text message", "signs up externally"),
    *_BY_OTHER_WAYS,
)
_LISTED = {(1, 0): APP, (0, 1): PASSKEY, (1, 1): BOTH, (0, 0): NOTHING}


@dataclass(frozen=True)
class Deviation:
    """A requirement that does not hold, and the sentence of the suite that says what should.

    Args:
        requirement: its id.
        required: what should have been seen.
        got: what was seen.
        then: the Then that says it; "" where the suite has no such sentence.
        fatal: there was no answer at all, and there may never be one again.
        adopt: takes what is to be seen as it is, so that the story can go on where the deviation is no news; None
            where nobody knows what follows from it.
    """

    requirement: str
    required: str
    got: str
    then: str
    fatal: bool = False
    adopt: Callable[[], None] | None = field(default=None, compare=False, repr=False)


def judge(model: Model, act: Act, sent: Sent, prediction: Prediction, answer: Answer) -> Deviation | None:
    """Compare, and move the model on.

    After a deviation the model has taken it as it is: what was accepted has had its effect.
    """
    account = model.accounts[act.who]
    deviation = _of_answer(model, account, act, prediction, answer)
    if answer.accepted and prediction.settle is not None:
        prediction.settle(answer)
    if answer.status == TOO_MANY and prediction.stops and answer.retry_after is not None:
        account.guessed(prediction.stops).until = sent.now + answer.retry_after - _MARGIN_SECONDS
    if answer.accepted is False and prediction.path and answer.status != TOO_MANY:
        guesses = account.guessed(prediction.path)
        (guesses.certain if prediction.certain and answer.kind == "invalid_code" else guesses.perhaps).append(
            sent.now
        )
    if (
        deviation is not None
        or answer.sight is None
        or not prediction.shows_state
        or not model.alive(account)
    ):
        return deviation
    found = _of_sight(model, account, act, answer.sight)
    if found is not None and prediction.allowed is False:
        found = replace(found, requirement=prediction.requirement, then=_refusal(act, prediction))
    return found


def judge_opening(model: Model, who: str, sight: Sight) -> Deviation | None:
    """What is to be seen of somebody before anything is done."""
    account = model.accounts[who]
    return _of_sight(model, account, Act(BEGINS, who, ""), sight) if model.alive(account) else None


def expected(act: Act, prediction: Prediction) -> str:
    """The Then that says what must come of an act; "" where either is right."""
    if prediction.allowed is None:
        return ""
    return f"{act.who} succeeds" if prediction.allowed else _refusal(act, prediction)


def _refusal(act: Act, prediction: Prediction) -> str:
    return f"{act.who} is refused" + (f' with "{prediction.reason}"' if prediction.reason else "")


def _of_answer(
    model: Model, account: Account, act: Act, prediction: Prediction, answer: Answer
) -> Deviation | None:
    if answer.status is not None and answer.status >= _SERVER_ERROR:
        return Deviation(
            "errors.shape",
            "an answer that is no failure of the server",
            answer.told,
            expected(act, prediction),
        )
    if answer.breach is not None:
        required, got = answer.breach
        return Deviation(prediction.requirement, required, got, act.text)
    if prediction.at_once:
        return _of_race(prediction, answer)
    if prediction.looked_at is not None:
        return _of_guesses(prediction, prediction.looked_at, answer)
    window = model.tolerances.attempts_window_seconds
    guesses = account.guessed(prediction.path) if prediction.path else None
    if answer.status == TOO_MANY and TOO_MANY not in prediction.statuses:
        if any(each.may_stop(model.now, window) for each in account.guesses.values()):
            return None
        return Deviation(
            "limits.ends", "no limit, since nobody has guessed lately", answer.told, f"{act.who} succeeds"
        )
    counts = prediction.certain or answer.accepted  # what is malformed may be refused as that
    if guesses is not None and counts and guesses.must_stop(model.now, model.tolerances.attempts):
        return Deviation(
            "limits.attempts" if prediction.path == "app" else "limits.every-path",
            f"429 after {model.tolerances.attempts} wrong attempts",
            answer.told,
            f'{act.who} is refused with "too many attempts"',
        )
    if prediction.allowed is False:
        return _of_refusal(act, prediction, answer)
    if prediction.allowed and answer.accepted is False:
        return Deviation(prediction.requirement, "it is accepted", answer.told, f"{act.who} succeeds")
    return _of_success(model, act, prediction, answer) if answer.accepted else None


def _of_race(prediction: Prediction, answer: Answer) -> Deviation | None:
    if answer.tried == 0 or answer.passed == 1:
        return None
    got = f"{answer.passed} of {answer.tried} accepted"
    return Deviation(
        prediction.requirement, f"exactly 1 of {answer.tried} accepted", got, "exactly one of them succeeds"
    )


def _of_guesses(prediction: Prediction, most: int, answer: Answer) -> Deviation | None:
    looked_at = answer.tried - answer.stopped
    if looked_at <= most:
        return None
    required = f"at most {most} of {answer.tried} looked at, the rest stopped"
    then = "no more of them are checked than the limit allows"
    return Deviation(prediction.requirement, required, f"{looked_at} looked at", then)


def _of_refusal(act: Act, prediction: Prediction, answer: Answer) -> Deviation | None:
    then = _refusal(act, prediction)
    required = f"a refusal{f' ({prediction.reason})' if prediction.reason else ''}"
    if answer.accepted:
        return Deviation(prediction.requirement, required, answer.told or "accepted", then)
    if prediction.statuses and answer.status is not None and answer.status not in prediction.statuses:
        wanted = " or ".join(map(str, prediction.statuses))
        return Deviation(prediction.requirement, wanted, answer.told, then)
    if answer.tokens_in_refusal:
        got = f"{answer.told} with {', '.join(answer.tokens_in_refusal)}"
        return Deviation(
            "gate.failure-upgrades-nothing", "a refusal without a token", got, "the refusal brings no token"
        )
    return None


def _apps_then(model: Model, act: Act) -> str:
    account = model.accounts[act.who]
    if act.who != SHE or account.pending:
        return ""
    return "1 verified authenticator app is listed" if account.verified else "no authenticator app is listed"


def _of_success(model: Model, act: Act, prediction: Prediction, answer: Answer) -> Deviation | None:
    who = act.who
    if prediction.mfa_token is not None and prediction.mfa_token != answer.mfa_token:
        what = "an MFA token" if prediction.mfa_token else "no token"
        return Deviation(prediction.requirement, what, _given(answer), f"{who} is given {what}")
    if prediction.elevated is not None and prediction.elevated != answer.elevated:
        then = (
            f"{who} is given an elevated token"
            if prediction.elevated
            else f"{who} is given no elevated token"
        )
        return Deviation(prediction.requirement, then, _given(answer), then)
    if prediction.step_up is not None and answer.step_up is not None and prediction.step_up != answer.step_up:
        then = "step-up is needed" if prediction.step_up else "step-up is not needed"
        return Deviation(prediction.requirement, then, f"isRequired {str(answer.step_up).lower()}", then)
    if prediction.also is not None and (broken := prediction.also(answer)):
        if broken == "devices.listed":
            got = f"{len(answer.listed or ())} devices, {sum(answer.listed or ())} verified"
            return Deviation(broken, "her own devices", got, _apps_then(model, act))
        if broken == "totp.secret-strength":
            return Deviation(broken, "a secret of its own", "the secret of an app that she began before", "")
        if broken == "step-up.check":
            return Deviation(broken, "her verified methods alone", "others besides, or not all", "")
        return Deviation(
            broken,
            "the codes that there should be",
            f"{len(answer.codes or ())} codes",
            _codes_then(broken, act),
        )
    return None


def _codes_then(broken: str, act: Act) -> str:
    if act.who != SHE:
        return ""
    if broken == "recovery.ten-codes":
        return "the recovery codes are ten in number, no two alike"
    if broken == "recovery.regeneration-invalidates":
        return "the recovery codes are all new"
    return "the recovery codes are the same as before" if broken == "recovery.get-returns-existing" else ""


def _given(answer: Answer) -> str:
    both = [
        name
        for name, there in (("an MFA token", answer.mfa_token), ("an elevated token", answer.elevated))
        if there
    ]
    return " and ".join(both) or "no token"


def _of_sight(model: Model, account: Account, act: Act, sight: Sight) -> Deviation | None:
    who = act.who
    methods = f"{who} has {_LISTED[1 if account.verified else 0, min(account.passkeys, 1)]} enrolled"
    if account.passkeys > 1:
        methods = ""
    verified = 1 if account.verified else 0
    seen = f"{sight.verified} verified app(s), {sight.passkeys} passkey(s)"
    if sight.verified != verified or sight.passkeys != account.passkeys:
        return Deviation(
            _why_methods(act, sight, verified),
            f"{verified} verified app(s), {account.passkeys} passkey(s)",
            seen,
            methods,
        )
    if sight.has_method != account.has_method:
        why = "totp.unverified-never-counts" if sight.has_method else "devices.listed"
        got = f"userHasVerifiedMfaMethods {str(sight.has_method).lower()}"
        return Deviation(why, f"userHasVerifiedMfaMethods {str(account.has_method).lower()}", got, methods)
    if sight.unverified > (1 if account.pending else 0):
        return Deviation("devices.listed", "no other unverified app", f"{sight.unverified} listed", "")
    scope = _of_scope(model, account, act, sight)
    if scope is not None:
        return scope
    if sight.acknowledgement != account.acknowledgement and act.rule != "writes into profile":
        state = {"pending": "are yet to be acknowledged", "complete": "are acknowledged"}
        return Deviation(
            "recovery.acknowledgement",
            f"acknowledgement {account.acknowledgement or 'absent'}",
            f"acknowledgement {sight.acknowledgement or 'absent'}",
            f"her recovery codes {state.get(account.acknowledgement or '', 'need no acknowledgement')}"
            if who == SHE
            else "",
            adopt=partial(_take_acknowledgement, account, sight),
        )
    if act.rule == "writes into profile":
        _take_acknowledgement(account, sight)
    return None


def _take_acknowledgement(account: Account, sight: Sight) -> None:
    account.acknowledgement = sight.acknowledgement


def _why_methods(act: Act, sight: Sight, verified: int) -> str:
    if act.rule.startswith("starts app") and sight.verified > verified:
        return "totp.verify-before-use"
    return "devices.admin-reset" if act.rule == "administrator resets" else "devices.listed"


def _of_scope(model: Model, account: Account, act: Act, sight: Sight) -> Deviation | None:
    gated, full = GATED in sight.scopes, FULL in sight.scopes
    if not model.certain(account):
        account.front.gated = gated  # either reading is right: this is the one
        return None
    expected = account.front.gated
    if gated != full and gated == expected:
        return None
    then = f"{act.who} must complete MFA first" if expected else f"{act.who} is fully signed in"
    required = f"scope {GATED if expected else FULL} alone"
    why = "gate.scopes-exclusive" if gated == full else _why_scope(model, account, act, expected=expected)
    seen = f"scope {' '.join(sorted(sight.scopes)) or 'none'}"
    adopt = partial(_take_scope, account, gated=gated) if gated != full else None
    return Deviation(why, required, seen, then, adopt=adopt)


def _take_scope(account: Account, *, gated: bool) -> None:
    account.front.gated = gated


def _why_scope(model: Model, account: Account, act: Act, *, expected: bool) -> str:
    fixed = {
        "refreshes": "session.per-session",
        "switches session": "session.per-session",
        "registers passkey": "passkey.registration-authenticates",
        "writes into profile": "gate.not-user-writable",
        "proves e-mail again": "gate.every-sign-in",
    }
    if act.rule in fixed and (expected or act.rule == "registers passkey"):
        return fixed[act.rule]
    if act.rule == "uses recovery code" and not expected:
        return "recovery.completes-challenge"
    if act.rule == BEGINS and account.has_method:
        return "gate.lifted-by-mfa"
    if act.rule not in _SIGNING_IN and not expected:
        return "gate.lifted-by-mfa"
    if act.rule not in _SIGNING_IN:
        return "gate.failure-upgrades-nothing"
    if not expected:
        if account.pending and not account.has_method:
            return "totp.unverified-never-counts"
        return "onboarding.no-later-challenge" if model.onboarding else "session.optional-needs-method"
    if act.rule in _BY_OTHER_WAYS:
        return "gate.every-sign-in"
    if account.has_method:
        return "session.challenge-every-login"
    return "devices.deletion-required-holds" if account.deleted_method else "onboarding.gates-until-enrolled"
