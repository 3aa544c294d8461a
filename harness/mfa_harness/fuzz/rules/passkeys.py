"""Passkeys: registering them, answering with them, honestly or not."""

# ruff: noqa: PLR0911 - a decision table, a return a row

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_harness.fuzz.model import LINK, Account, Model, Prediction
from mfa_harness.fuzz.rules.rule import no_session, other_of, refused, rule
from mfa_harness.fuzz.words import PASSKEYS

if TYPE_CHECKING:
    from mfa_harness.fuzz.words import Act, Answer, Sent

WRONG = {
    "to another challenge": "passkey.challenge",
    "made on another website": "passkey.origin",
    "for another relying party": "passkey.rp-id",
    "of the wrong type": "passkey.type",
    "given while nobody was present": "passkey.user-present",
    "whose signature does not fit": "passkey.signature",
    "that names another user": "passkey.own-credential",
    "from an unknown credential": "passkey.own-credential",
    "made on a subdomain of the website": "passkey.origin",
    "made on a look-alike of the website": "passkey.origin",
    "made on the website without TLS": "passkey.origin",
    "made on a website whose name ends like ours": "passkey.origin",
    "made on a website that has our name as a user": "passkey.origin",
    "made on no website": "passkey.origin",
    "from within a frame of another website": "passkey.origin",
    "that says that it is a payment": "passkey.type",
    "signed by another key": "passkey.signature",
    "signed over something else": "passkey.signature",
    "without a signature": "passkey.signature",
    "whose backup flags have changed": "passkey.backup-flags",
    "cut short": "passkey.robust",
    "whose client data is not JSON": "passkey.robust",
    "in another encoding": "passkey.robust",
}
_WITH_SECOND = 2  # how many authenticators a person has, with one more than at first
_RIGHT = {
    "with a member of a later version": "passkey.robust",
    "whose signature is in its other form": "passkey.signature",
}
_WRONG_REGISTRATIONS = {
    "to another challenge": "passkey.challenge",
    "made on another website": "passkey.origin",
    "for another relying party": "passkey.rp-id",
    "of the wrong type": "passkey.type",
    "given while nobody was present": "passkey.user-present",
    "whose backup flags contradict each other": "passkey.backup-flags",
    "whose attestation is cut short": "passkey.robust",
    "whose client data is not JSON": "passkey.robust",
    "in another encoding": "passkey.robust",
    "whose key is of an algorithm that was not offered": "passkey.robust",
    "whose credential id is too long": "passkey.robust",
}


@rule(
    "registers passkey",
    "{who} registers a passkey",
    needs=("passkeys",),
    weight=3,
    keen=lambda model, account: (
        bool(model.opening.passkeys_at_most)
        or (account.passkeys == 1 and model.is_full(account, account.front))
    ),
)
def registers(model: Model, account: Account, act: Act, sent: Sent) -> Prediction:
    """It meets the challenge by itself (D-51), and never that of a user who owes another method."""
    first = not account.has_method

    def settle(answer: Answer) -> None:
        account.passkeys += 1
        account.second |= sent.keys.get(act.who) == _WITH_SECOND
        model.method_added(account, first=first)
        model.challenge_met(account, answer)

    stopped = no_session(model, account)
    if stopped is not None:
        return stopped
    if model.off == PASSKEYS:
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
    why = "settings.methods-independent" if model.off else "passkey.registration-authenticates"
    return Prediction(True, why, settle=settle)


def has_key(_model: Model, account: Account) -> bool:
    """Her first passkey is registered."""
    return account.key


def other_has_key(model: Model, account: Account) -> bool:
    """So is the other user's, who is signed in."""
    other = other_of(model, account)
    return other is not None and model.alive(other) and other.key


@rule(
    "answers passkey",
    "{who} answers the passkey challenge",
    *(f"{{who}} answers the passkey challenge with a response {right}" for right in _RIGHT),
    when=has_key,
    needs=("passkeys",),
    weight=4,
)
def answers(model: Model, account: Account, act: Act, _sent: Sent) -> Prediction:
    """It meets the challenge."""
    why = next((why for right, why in _RIGHT.items() if act.text.endswith(right)), "passkey.satisfies-mfa")

    def settle(answer: Answer) -> None:
        account.assertion = True
        model.challenge_met(account, answer)

    return Prediction(True, why, settle=settle, path="passkey")


@rule(
    "answers passkey wrongly",
    *(f"{{who}} answers the passkey challenge with a response {wrong}" for wrong in WRONG),
    when=has_key,
    needs=("passkeys",),
    weight=4,
)
def answers_wrongly(model: Model, account: Account, act: Act, _sent: Sent) -> Prediction:
    """One thing is wrong with it."""
    why = next(requirement for wrong, requirement in WRONG.items() if act.text.endswith(wrong))
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
    when=lambda _model, account: account.key and account.assertion,
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
    "answers with second passkey",
    "{who} answers the passkey challenge with her second passkey",
    when=lambda _model, account: account.second,
    needs=("passkeys",),
    only_she=True,
    weight=12,
)
def answers_with_second(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Each passkey of hers is as good as the other."""

    def settle(answer: Answer) -> None:
        account.assertion = False
        model.challenge_met(account, answer)

    return Prediction(True, "passkey.several-bounded", settle=settle, path="passkey")


@rule(
    "answers with foreign passkey",
    "{who} answers the passkey challenge with the other user's passkey",
    when=lambda model, account: (
        account.passkeys > 0 and (other := other_of(model, account)) is not None and other.key
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
    when=lambda _model, account: account.key_deleted and account.passkeys > 0,
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
    when=has_key,
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


def may_add_another(model: Model, account: Account) -> bool:
    """Nothing stands in the way of another passkey of hers."""
    return (
        account.key
        and model.certain(account)
        and not account.front.gated
        and not model.opening.enforced
        and has_room(model, account)
    )


def may_begin(model: Model, account: Account) -> bool:
    """Nothing stands in the way of a passkey of hers, be it her first."""
    return (
        model.certain(account)
        and not (account.front.gated and account.has_method)
        and not model.opening.enforced
        and model.off != PASSKEYS
        and has_room(model, account)
    )


def has_room(model: Model, account: Account) -> bool:
    """She has not as many passkeys as she may have."""
    most = model.opening.passkeys_at_most or model.tolerances.passkeys_per_user or account.passkeys + 1
    return account.passkeys < most


@rule(
    "registers passkey wrongly",
    *(f"{{who}} registers a passkey with a response {wrong}" for wrong in _WRONG_REGISTRATIONS),
    when=may_begin,
    needs=("passkeys",),
    only_she=True,
    weight=2,
)
def registers_wrongly(_model: Model, _account: Account, act: Act, _sent: Sent) -> Prediction:
    """One thing is wrong with it, and nothing comes of it."""
    why = next(why for wrong, why in _WRONG_REGISTRATIONS.items() if act.text.endswith(wrong))
    return Prediction(False, why)
