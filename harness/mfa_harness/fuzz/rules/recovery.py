"""The sheet of recovery codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mfa_harness.fuzz.model import Account, Model, Prediction
from mfa_harness.fuzz.rules.rule import EITHER, gate, no_session, other_of, refused, rule

if TYPE_CHECKING:
    from mfa_harness.fuzz.rules.rule import When
    from mfa_harness.fuzz.words import Act, Answer, Sent

TEN = 10
_ONCE = "recovery.single-use"
_CODES = (
    "a recovery code",
    "a made-up recovery code",
    "the other user's recovery code",
    "a recovery code without its last character",
    "a recovery code and one character more",
    "an empty recovery code",
    "a code from her authenticator app",
)
_WHY = {
    "other user": "recovery.bound-to-account",
    "from her authenticator app": "recovery.separate-from-totp",
    "in the other case": "recovery.format",
    "with a space": "recovery.format",
}


_HAS: Final[dict[str, When | None]] = {
    "the other user's": lambda model, account: (
        (other := other_of(model, account)) is not None and bool(other.next_code)
    ),
    "same": lambda _model, account: account.used_one,
    "old sheet": lambda _model, account: account.old_sheet,
    "app": lambda _model, account: bool(account.phone),
    "case": lambda model, account: model.opening.exact_codes and bool(account.next_code),
    "space": lambda model, account: model.opening.exact_codes and bool(account.next_code),
    "made-up": None,
    "empty": None,
    "": lambda _model, account: bool(account.next_code),
}
"""When she has such a code, by words of the sentence; at last, the next of her sheet."""


@rule(
    "uses odd recovery code",
    "{who} uses a recovery code in the other case",
    "{who} uses a recovery code with a space",
    where=_HAS,
    needs=("recovery-codes",),
    only_she=True,
    weight=12,
)
@rule(
    "uses same recovery code",
    "{who} uses the same recovery code again",
    where=_HAS,
    needs=("recovery-codes",),
    weight=3,
    keen=lambda model, account: account.used_one and model.last.endswith("uses a recovery code"),
)
@rule(
    "uses old recovery code",
    "{who} uses a recovery code from her old sheet",
    where=_HAS,
    needs=("recovery-codes",),
    weight=3,
    keen=lambda _model, account: account.old_sheet,
)
@rule(
    "uses recovery code",
    *(f"{{who}} uses {code}" for code in _CODES),
    where=_HAS,
    needs=("recovery-codes",),
    weight=2,
    keen=lambda _model, account: (
        bool(account.codes) and account.fresh_set and account.acknowledgement == "pending"
    ),
)
def uses(model: Model, account: Account, act: Act, sent: Sent) -> Prediction:
    """Each code of the set is good once, in any session of hers, and nothing else is."""
    account.used_one = True
    stopped = no_session(model, account)
    if stopped is not None:
        return stopped
    code = sent.code
    if account.has_method and account.codes is None and code not in account.dead and _of_sheet(act):
        return EITHER  # nobody has seen the set yet
    right = account.has_method and isinstance(code, str) and code in (account.codes or ())

    def settle(answer: Answer) -> None:
        if isinstance(code, str):
            if account.codes is not None:
                account.codes.discard(code)
            account.dead[code] = _ONCE
        account.fresh_set = False
        model.challenge_met(account, answer)

    if right:
        return Prediction(True, "recovery.completes-challenge", settle=settle, path="recovery")
    why = account.dead.get(str(code), "")
    if not why:
        why = next((why for words, why in _WHY.items() if words in act.text), _ONCE)
    reason = "" if any(words in act.text for words in ("character", "app", "empty")) else "invalid code"
    return Prediction(False, why, reason, settle=settle, path="recovery", certain=bool(reason))


@rule(
    "uses up recovery codes",
    "{who} uses 10 of her recovery codes, one after the other",
    when=lambda model, account: (
        account.has_method
        and account.codes is not None
        and len(account.codes) == TEN
        and set(account.sheet) == account.codes
        and account.next_code == account.sheet[0]
        and not model.may_be_limited(account, "recovery")
    ),
    needs=("recovery-codes",),
    weight=12,
)
def uses_up(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Ten challenges met, and none is left."""

    def settle(answer: Answer) -> None:
        account.dead |= dict.fromkeys(account.codes or (), _ONCE)
        account.codes = set()
        account.fresh_set = False
        model.challenge_met(account, answer)

    return Prediction(True, "recovery.completes-challenge", settle=settle)


def _of_sheet(act: Act) -> bool:
    return not any(words in act.text for words in ("made-up", "other user", "empty"))


def _learn(account: Account, codes: tuple[str, ...]) -> None:
    account.codes = set(codes)


@rule(
    "reads codes",
    "{who} reads her recovery codes",
    needs=("recovery-codes",),
    keen=lambda model, account: (
        (model.opening.shown_once and account.acknowledgement == "complete")
        or (account.codes is not None and not account.codes)
    ),
)
def reads(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """The set that is there, and the same every time (D-40)."""
    stopped = gate(model, account, "recovery.needs-mfa")
    if stopped is EITHER:
        return Prediction(None, "", settle=lambda answer: _learn(account, answer.codes or ()))
    if stopped is not None:
        return stopped
    if not account.has_method:
        return refused("recovery.after-verification")
    if model.opening.shown_once and account.acknowledgement == "complete":
        return refused("recovery.acknowledgement")
    if model.tolerances.recovery_codes_after_acknowledgement != "shown":
        return Prediction(None, "", settle=lambda answer: _learn(account, answer.codes or ()))

    def wrong(answer: Answer) -> str:
        found = set(answer.codes or ())
        if account.codes is not None:
            return "" if found == account.codes else _set_breach(account, found)
        if account.fresh_set and len(answer.codes or ()) != TEN:
            return "recovery.ten-codes"
        return next((account.dead[code] for code in sorted(found) if code in account.dead), "")

    def settle(answer: Answer) -> None:
        _learn(account, answer.codes or ())

    return Prediction(True, "recovery.get-returns-existing", settle=settle, also=wrong)


def _set_breach(account: Account, found: set[str]) -> str:
    if not account.codes and not found & set(account.dead):
        return "recovery.exhaustion"
    shown_again = [account.dead[code] for code in sorted(found) if code in account.dead]
    return shown_again[0] if shown_again else "recovery.get-returns-existing"


@rule("tries to read codes", "{who} tries to read her recovery codes", needs=("recovery-codes",))
def tries_to_read(model: Model, account: Account, act: Act, sent: Sent) -> Prediction:
    """The same, with nothing written down."""
    return reads(model, account, act, sent)


@rule(
    "regenerates codes",
    "{who} regenerates her recovery codes",
    when=lambda model, account: (
        account.has_method and not model.opening.enforced and not model.tolerances.regenerate_needs_mfa
    ),
    needs=("recovery-codes",),
    keen=lambda _model, account: account.codes is not None and not account.codes,
)
def regenerates(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """A new set of ten; the old one is useless, and the new one is to be acknowledged."""

    def settle(answer: Answer) -> None:
        account.dead |= dict.fromkeys(account.codes or (), "recovery.regeneration-invalidates")
        _learn(account, answer.codes or ())
        account.fresh_set = True
        account.acknowledgement = "pending"

    def wrong(answer: Answer) -> str:
        codes = answer.codes or ()
        if (account.codes or set()) & set(codes) or any(code in account.dead for code in codes):
            return "recovery.regeneration-invalidates"
        return "" if len(set(codes)) == TEN else "recovery.ten-codes"

    stopped = gate(model, account, "recovery.needs-mfa")
    if stopped is EITHER:
        return Prediction(None, "", settle=settle)
    return stopped or Prediction(True, "recovery.exhaustion", settle=settle, also=wrong)


@rule(
    "tries to regenerate",
    "{who} tries to regenerate her recovery codes",
    when=lambda model, account: model.opening.enforced and account.has_method,
    needs=("recovery-codes", "step-up-enforced"),
    weight=12,
)
def tries_to_regenerate(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Where step-up is enforced a new set takes fresh MFA."""
    stopped = gate(model, account, "recovery.needs-mfa")
    return stopped or refused("recovery.regenerate-needs-step-up", "step-up required")


@rule(
    "acknowledges",
    "{who} acknowledges her recovery codes",
    when=lambda _model, account: account.has_method,
    needs=("acknowledgement",),
)
def acknowledges(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """A gated session may."""

    def settle(answer: Answer) -> None:
        account.acknowledgement = "complete"
        model.renewed(account, answer)

    return Prediction(True, "recovery.acknowledgement", settle=settle)
