"""MFA tokens, elevated tokens, what they open, and devices that take one to remove."""

# ruff: noqa: PLR0911, S105 - a decision table, a return a row; and no passwords are in it

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mfa_harness.fuzz.model import Account, Model, Prediction
from mfa_harness.fuzz.rules.rule import EITHER, alive, gate, no_session, other_of, refused, rule

if TYPE_CHECKING:
    from mfa_harness.fuzz.words import Act, Answer, Sent

_SINGLE_USE_SECONDS: Final = 300
_TIME_BOUND_SECONDS: Final = 600
_MARGIN_SECONDS: Final = 2
_UNLINK, _EXPORT, _SIGN = "credential:unlink", "wallet:export", "wallet:sign"
_FRESH = ("fresh MFA", "an MFA token")
_BARE = ("no token", "a made-up token")
_DEAD_TOKENS = {"spent": "mfa-token.single-use", "ended": "token.revoked"}


def _permit(text: str) -> str:
    return text.rpartition(" with ")[2]


def _can_show(model: Model, account: Account, sentence: str) -> bool:
    """Whether she can come by what the sentence has her show, and is let in with it where it is right."""
    permit = _permit(sentence)
    if permit in _BARE:
        return True
    if permit == "the same MFA token again":
        return account.token != ""
    if permit == "the same elevated token again":
        return account.elevated is not None
    if permit == "the other user's MFA token":
        other = other_of(model, account)
        return other is not None and bool(model.may_challenge(other))
    return bool(model.may_challenge(account))


def _come_by(model: Model, account: Account, sentence: str) -> None:
    """She meets a challenge for what she shows; so does the other user for hers."""
    permit = _permit(sentence)
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
        holder.elevated = (scope, model.now, False) if scope in (_EXPORT, _SIGN) else None
        holder.elevated_spent, holder.elevated_browser = False, holder.front
    else:
        holder.token, holder.token_browser = "good", holder.front
        holder.front.token_held = True


def _opens(model: Model, account: Account, sentence: str, scope: str, requirement: str) -> Prediction | None:
    """What must come of showing this for something of a scope; None where it is let through."""
    permit = _permit(sentence)
    if permit in _BARE:
        return refused(requirement, "step-up required")
    if permit == "the other user's MFA token":
        return refused("mfa-token.bound-to-user", "step-up required")
    if permit == "the same MFA token again":
        if account.token in _DEAD_TOKENS:
            return refused(_DEAD_TOKENS[account.token], "step-up required")
        return None if account.token_browser is account.front else EITHER
    if permit == "the same elevated token again":
        return _elevated_again(model, account, scope)
    if 'for "' in permit and scope not in permit:
        return refused("step-up.scope-bound" if scope == _EXPORT else requirement, "step-up required")
    return None


def _elevated_again(model: Model, account: Account, scope: str) -> Prediction | None:
    assert account.elevated is not None
    held, since, _ = account.elevated
    if account.elevated_browser is not account.front:
        return EITHER
    if held != scope:
        return refused("step-up.scope-bound", "step-up required")
    time_bound = model.opening.action == "time-bound"
    life = _TIME_BOUND_SECONDS if time_bound else _SINGLE_USE_SECONDS
    age = model.now - since
    if age > life + _MARGIN_SECONDS:
        return refused("step-up.expiry", "step-up required")
    if account.elevated_spent and not time_bound:
        return refused("step-up.single-use", "step-up required")
    return EITHER if age > life - _MARGIN_SECONDS else None


def _spend(account: Account, sentence: str) -> None:
    permit = _permit(sentence)
    if permit == "the same elevated token again" or 'for "' in permit:
        account.elevated_spent = True
    elif permit in _FRESH or permit == "the same MFA token again":
        account.token = "spent"


_DELETION_PERMITS = (
    *["fresh MFA"] * 3,
    "no token",
    "a made-up token",
    "the same MFA token again",
    "the other user's MFA token",
    f'an elevated token for "{_SIGN}"',
)


def _can_delete_app(model: Model, account: Account, sentence: str) -> bool:
    if not model.alive(account) or not account.verified or not _can_show(model, account, sentence):
        return False
    tolerances = model.tolerances
    if tolerances.default_device_deletion != "allowed":
        return False
    return tolerances.deletion_authority == "either" or "MFA token" not in _permit(sentence)


@rule(
    "deletes app",
    *(f"{{who}} tries to delete her authenticator app with {permit}" for permit in _DELETION_PERMITS),
    when=_can_delete_app,
    needs=("totp", "mfa-tokens"),
    only_she=True,
    weight=7,
)
def deletes_app(model: Model, account: Account, act: Act, _sent: Sent) -> Prediction:
    """It takes a token from a fresh MFA; no factor works after its deletion."""
    _come_by(model, account, act.text)
    held = _permit(act.text) in _FRESH

    def settle(_answer: Answer) -> None:
        account.verified = ""
        _spend(account, act.text)
        model.method_removed(account)
        if held:
            model.regate(account)

    stopped = gate(model, account)
    if stopped is None:
        stopped = _opens(model, account, act.text, _UNLINK, "devices.deletion-needs-token")
    if stopped is EITHER or (held and _UNLINK in account.front.holds):
        return Prediction(None, "", settle=settle)
    return stopped or Prediction(True, "recovery.alternative", settle=settle)


def _can_delete_key(model: Model, account: Account, sentence: str) -> bool:
    return model.alive(account) and account.key and _can_show(model, account, sentence)


@rule(
    "deletes passkey",
    *(f"{{who}} tries to delete her passkey with {permit}" for permit in _DELETION_PERMITS),
    when=_can_delete_key,
    needs=("passkeys", "mfa-tokens"),
    only_she=True,
    weight=5,
)
def deletes_key(model: Model, account: Account, act: Act, _sent: Sent) -> Prediction:
    """It takes a fresh MFA (D-59)."""
    _come_by(model, account, act.text)
    held = _permit(act.text) in _FRESH

    def settle(_answer: Answer) -> None:
        account.passkeys -= 1
        account.key, account.key_deleted, account.assertion = False, True, False
        _spend(account, act.text)
        model.method_removed(account)
        if held:
            model.regate(account)

    stopped = gate(model, account)
    if stopped is None:
        stopped = _opens(model, account, act.text, _UNLINK, "passkey.deletion-needs-mfa")
    if stopped is EITHER or (held and _UNLINK in account.front.holds):
        return Prediction(None, "", settle=settle)
    return stopped or Prediction(True, "passkey.deletion-needs-mfa", settle=settle)


def _full_beside_other(model: Model, account: Account, _: str) -> bool:
    if not model.alive(account) or account.front.gated or not model.certain(account):
        return False
    other = other_of(model, account)
    return other is not None and bool(other.verified) and model.alive(other)


@rule(
    "meddles with other's app",
    "{who} tries to look up the other user's authenticator app",
    "{who} tries to make the other user's authenticator app her default",
    when=_full_beside_other,
    only_she=True,
    weight=2,
)
def meddles(_model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """One user never affects another."""
    return refused("devices.own-only", "no such device")


@rule(
    "deletes other's app",
    "{who} tries to delete the other user's authenticator app with fresh MFA",
    when=lambda model, account, _: (
        _full_beside_other(model, account, _) and bool(model.may_challenge(account))
    ),
    only_she=True,
    weight=2,
)
def deletes_foreign(model: Model, account: Account, act: Act, _sent: Sent) -> Prediction:
    """Nor with a token of her own."""
    _come_by(model, account, act.text)
    account.token = ""  # whether a refused call spends it is said nowhere
    return refused("devices.own-only", "no such device")


@rule(
    "makes app default",
    "{who} tries to make her authenticator app the default",
    when=lambda model, account, _: alive(model, account, _) and bool(account.verified),
    needs=("default-device",),
)
def makes_default(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """For full sessions."""
    return gate(model, account) or Prediction(True, "devices.default")


@rule(
    "makes unverified default",
    "{who} tries to make her unverified app the default",
    when=lambda model, account, _: (
        alive(model, account, _)
        and bool(account.pending)
        and account.confirming
        and account.phone == account.pending
    ),
    weight=3,
    needs=("default-device",),
)
def makes_unverified_default(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Only a verified one can be."""
    return gate(model, account) or refused("devices.default")


_WISHES = (
    "without asking for a token",
    "and asks for an MFA token",
    f'and asks for an elevated token for "{_EXPORT}"',
    'and asks for an elevated token for "console:mfa:reset"',
)


def _can_complete(model: Model, account: Account, sentence: str) -> bool:
    if "a code" in sentence:
        return model.may_challenge(account) == "app"
    if "recovery" in sentence:
        return alive(model, account, "") and account.has_method and account.next_code in (account.codes or ())
    return alive(model, account, "") and account.key


@rule(
    "completes MFA",
    *(f"{{who}} completes MFA with a code {wish}" for wish in _WISHES),
    *(f"{{who}} completes MFA with her passkey {wish}" for wish in _WISHES[:3]),
    *(f"{{who}} completes MFA with a recovery code {wish}" for wish in _WISHES[:3]),
    when=_can_complete,
    needs=("mfa-tokens", "elevated-tokens"),
)
def completes(model: Model, account: Account, act: Act, _sent: Sent) -> Prediction:
    """A token comes for who asks, and for nobody else."""
    foreign = "console" in act.text
    wants_elevated = "elevated" in act.text and not foreign
    wants_token = "an MFA token" in act.text

    def settle(answer: Answer) -> None:
        if "a code" in act.text:
            model.spend_phone_step(account)
        elif "recovery" in act.text:
            (account.codes or set()).discard(account.taken_code)
            account.dead[account.taken_code] = "recovery.single-use"
            account.fresh_set = False
        else:
            account.assertion = False
        model.challenge_met(account, answer)
        if wants_token:
            account.token, account.token_browser = "good", account.front
            account.front.token_held = True
        if wants_elevated:
            account.elevated, account.elevated_spent = (_EXPORT, model.now, False), False
            account.elevated_browser = account.front
            account.front.holds.add(_EXPORT)

    return Prediction(
        None if foreign else True,
        "mfa-token.on-request",
        settle=settle,
        path="app" if "a code" in act.text else "recovery" if "recovery" in act.text else "passkey",
        mfa_token=wants_token,
        elevated=wants_elevated if not foreign else False,
    )


_EXPORT_PERMITS = (
    "no token",
    "a made-up token",
    "an MFA token",
    f'an elevated token for "{_EXPORT}"',
    f'an elevated token for "{_SIGN}"',
)
_EXPORT_AGAIN = (
    "the same MFA token again",
    "the other user's MFA token",
    *["the same elevated token again"] * 2,
)


def _can_export(model: Model, account: Account, sentence: str) -> bool:
    return bool(model.opening.action) and model.alive(account) and _can_show(model, account, sentence)


@rule(
    "exports wallet",
    *(f"{{who}} tries to export her wallet with {permit}" for permit in _EXPORT_PERMITS),
    when=_can_export,
    needs=("actions", "mfa-tokens", "elevated-tokens"),
    only_she=True,
    weight=6,
)
@rule(
    "exports wallet again",
    *(f"{{who}} tries to export her wallet with {permit}" for permit in _EXPORT_AGAIN),
    when=_can_export,
    needs=("actions", "mfa-tokens", "elevated-tokens"),
    only_she=True,
    weight=9,
)
def exports(model: Model, account: Account, act: Act, _sent: Sent) -> Prediction:
    """A protected action: it takes a token of its own scope, once, of who has a method (D-73)."""
    _come_by(model, account, act.text)
    permit = _permit(act.text)
    held = permit in ("no token", *_FRESH) and _EXPORT in account.front.holds
    held |= permit == "no token" and account.front.token_held
    if permit in ("no token", *_FRESH):
        account.front.token_held = False

    def settle(_answer: Answer) -> None:
        _spend(account, act.text)
        if held:
            if model.opening.action == "single-use":
                account.front.holds.discard(_EXPORT)
            account.token, account.elevated = "", None

    stopped = gate(model, account)
    if held:
        account.token = ""
    if stopped is None and held:
        stopped = EITHER  # the client sends what it holds by itself
    if stopped is None and not account.has_method and not model.onboarding:
        return Prediction(True, "step-up.action-default", settle=settle)
    if stopped is None:
        stopped = _opens(model, account, act.text, _EXPORT, "step-up.actions-enforced")
    if stopped is EITHER:
        return Prediction(None, "", settle=settle)
    why = "step-up.time-bound" if "elevated token again" in act.text else "step-up.actions-enforced"
    return stopped or Prediction(True, why, settle=settle)


@rule(
    "signs with wallet",
    "{who} tries to sign with her wallet with no token",
    when=lambda model, account, _: alive(model, account, _) and bool(model.opening.action),
    needs=("actions",),
)
def signs(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """An action that is not protected asks for nothing."""
    return gate(model, account) or Prediction(True, "step-up.action-default")


@rule(
    "re-authenticates",
    '{who} re-authenticates by e-mail for "credential:link"',
    when=lambda model, account, _: alive(model, account, _) and account.has_method,
    needs=("elevated-tokens", "email-sign-in"),
)
def re_authenticates(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Who has MFA must use it."""
    account.elevated = None  # what she shows next is what this has brought: nothing
    return no_session(model, account) or Prediction(None, "step-up.mfa-not-reauth", elevated=False)


@rule(
    "asks for step-up",
    f'{{who}} asks whether "{_EXPORT}" needs step-up',
    when=lambda model, account, _: (
        alive(model, account, _) and bool(model.opening.action) and _EXPORT not in account.front.holds
    ),
    needs=("step-up", "actions"),
)
def asks(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """It is needed of who has a method, or where one is required."""
    return Prediction(True, "step-up.check", step_up=account.has_method or model.onboarding)


@rule(
    "races an MFA token",
    "one MFA token is used in 4 requests at once",
    when=lambda model, account, _: (
        bool(model.opening.action)
        and bool(model.may_challenge(account))
        and _EXPORT not in account.front.holds
    ),
    needs=("actions", "mfa-tokens"),
    only_she=True,
    weight=2,
)
def races_token(model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """One winner."""
    model.over = True
    return Prediction(None, "mfa-token.single-use", at_once=True, shows_state=False)


@rule(
    "races a code",
    "one code is used from 4 sessions at once",
    when=lambda model, account, _: model.may_challenge(account) == "app",
    needs=("totp", "email-sign-in"),
    only_she=True,
)
def races_code(model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """One winner."""
    model.over = True
    return Prediction(None, "totp.code-once", at_once=True, shows_state=False)
