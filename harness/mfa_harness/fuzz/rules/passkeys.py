"""Passkeys: registering them, answering with them, honestly or not."""

# ruff: noqa: PLR0911 - a decision table, a return a row

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_harness.fuzz.model import LINK, Account, Model, Prediction
from mfa_harness.fuzz.rules.rule import alive, no_session, other_of, refused, rule
from mfa_harness.fuzz.words import PASSKEYS

if TYPE_CHECKING:
    from mfa_harness.fuzz.words import Act, Answer, Sent

_WRONG = {
    "to another challenge": "passkey.challenge",
    "made on another website": "passkey.origin",
    "for another relying party": "passkey.rp-id",
    "of the wrong type": "passkey.type",
    "given while nobody was present": "passkey.user-present",
    "whose signature does not fit": "passkey.signature",
    "that names another user": "passkey.own-credential",
}


@rule(
    "registers passkey",
    "{who} registers a passkey",
    when=alive,
    needs=("passkeys",),
    weight=3,
    keen=lambda model, _account: bool(model.opening.passkeys_at_most),
)
def registers(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """It meets the challenge by itself (D-51), and never that of a user who owes another method."""
    first = not account.has_method

    def settle(answer: Answer) -> None:
        account.passkeys += 1
        model.method_added(account, first=first)
        model.challenge_met(account, answer)

    stopped = no_session(model, account)
    if stopped is not None:
        return stopped
    if model.opening.off == PASSKEYS:
        return refused("settings.disabled-method-refused")
    if not model.certain(account):
        return Prediction(None, "", settle=settle)
    if account.front.gated and account.has_method:
        return refused("gate.binding-needs-mfa", "MFA required")
    if model.opening.enforced and LINK in account.front.holds:
        return Prediction(None, "", settle=settle)
    if model.opening.enforced and not account.front.gated:
        return refused("step-up.always-for-credentials", "step-up required")
    most = model.opening.passkeys_at_most or model.tolerances.passkeys_per_user
    if most is not None and account.passkeys >= most:
        return refused("passkey.several-bounded", "too many passkeys")
    why = "settings.methods-independent" if model.opening.off else "passkey.registration-authenticates"
    return Prediction(True, why, settle=settle)


def _has_key(model: Model, account: Account, _: str) -> bool:
    return model.alive(account) and account.key


@rule("answers passkey", "{who} answers the passkey challenge", when=_has_key, needs=("passkeys",), weight=4)
def answers(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """It meets the challenge."""

    def settle(answer: Answer) -> None:
        account.assertion = True
        model.challenge_met(account, answer)

    return Prediction(True, "passkey.satisfies-mfa", settle=settle, path="passkey")


@rule(
    "answers passkey wrongly",
    *(f"{{who}} answers the passkey challenge with a response {wrong}" for wrong in _WRONG),
    when=_has_key,
    needs=("passkeys",),
    weight=4,
)
def answers_wrongly(model: Model, account: Account, act: Act, _sent: Sent) -> Prediction:
    """One thing is wrong with it."""
    why = next(requirement for wrong, requirement in _WRONG.items() if act.text.endswith(wrong))
    account.assertion = False
    return Prediction(
        False,
        why,
        settle=lambda answer: model.challenge_met(account, answer),
        path="passkey",
        certain=False,
    )


@rule(
    "repeats passkey response",
    "{who} sends the same passkey response again",
    when=lambda model, account, _: _has_key(model, account, _) and account.assertion,
    needs=("passkeys",),
    only_she=True,
    weight=12,
)
def repeats(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """A challenge is answered once."""
    return Prediction(
        False,
        "passkey.challenge-once",
        settle=lambda answer: model.challenge_met(account, answer),
        path="passkey",
        certain=False,
    )


@rule(
    "answers with foreign passkey",
    "{who} answers the passkey challenge with the other user's passkey",
    when=lambda model, account, _: (
        model.alive(account)
        and account.passkeys > 0
        and (other := other_of(model, account)) is not None
        and other.key
    ),
    needs=("passkeys",),
    only_she=True,
    weight=3,
)
def answers_with_foreign(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Somebody else's credential answers no challenge of hers."""
    return Prediction(
        False,
        "passkey.own-credential",
        settle=lambda answer: model.challenge_met(account, answer),
        path="passkey",
        certain=False,
    )


@rule(
    "answers with deleted passkey",
    "{who} answers the passkey challenge with the deleted passkey",
    when=lambda model, account, _: model.alive(account) and account.key_deleted and account.passkeys > 0,
    needs=("passkeys",),
    only_she=True,
    weight=12,
)
def answers_with_deleted(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """No factor works after its deletion."""
    return Prediction(
        False,
        "passkey.deleted-refused",
        settle=lambda answer: model.challenge_met(account, answer),
        path="passkey",
        certain=False,
    )


@rule(
    "answers passkey late",
    "{who} answers the passkey challenge 15 minutes late",
    when=_has_key,
    needs=("passkeys", "clock"),
)
def answers_late(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """A challenge grows old."""
    account.assertion = False
    return no_session(model, account) or Prediction(
        False,
        "passkey.challenge-expires",
        settle=lambda answer: model.challenge_met(account, answer),
        path="passkey",
        certain=False,
    )


@rule(
    "answers other session's challenge",
    "{who} answers the passkey challenge of another session of hers",
    when=_has_key,
    needs=("passkeys", "email-sign-in"),
    only_she=True,
    weight=2,
)
def answers_other_session(model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """A challenge is for the session that asked for it."""
    model.over = True  # she has signed in again for it, and what that session is like is not told
    return Prediction(False, "passkey.challenge", shows_state=False)


def _may_add_another(model: Model, account: Account, _: str) -> bool:
    most = model.opening.passkeys_at_most or model.tolerances.passkeys_per_user or account.passkeys + 1
    return (
        _has_key(model, account, _)
        and model.certain(account)
        and not account.front.gated
        and not model.opening.enforced
        and account.passkeys < most
        and model.tolerances.counter == "refuse"
    )


@rule(
    "answers from clone",
    "{who} answers the passkey challenge from a cloned passkey",
    when=_may_add_another,
    needs=("passkeys",),
    only_she=True,
    weight=1,
)
def answers_from_clone(model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Its counter is behind that of the passkey that it was copied from, which was registered for it."""
    model.over = True  # she has one passkey more now, and has answered with it twice
    return Prediction(False, "passkey.counter", shows_state=False)


@rule(
    "signs in unregistered",
    "{who} signs in with a passkey that was never registered",
    when=lambda model, account, _: alive(model, account, _) and model.opening.off != PASSKEYS,
    needs=("passkey-sign-in", "passkeys"),
    only_she=True,
)
def signs_in_unregistered(model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """It opens no session, and makes no account."""
    model.over = True  # another browser is in front of her, signed in nowhere
    return Prediction(False, "passkey.needs-user", shows_state=False)
