"""Methods that she has: deleted, made the default, and those of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_harness.fuzz.model import Account, Model, Prediction
from mfa_harness.fuzz.rules.passkeys import has_key, other_has_key
from mfa_harness.fuzz.rules.permits import (
    FRESH,
    PERMITS,
    SIGN,
    UNLINK,
    come_by,
    may_challenge,
    opens,
    permit_of,
    spend,
)
from mfa_harness.fuzz.rules.rule import EITHER, both, gate, other_of, refused, rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.fuzz.words import Act, Answer, Sent

_WRONG_PERMITS = (
    "no token",
    "a made-up token",
    "the same MFA token again",
    "the other user's MFA token",
    f'an elevated token for "{SIGN}"',
)


def _frees_her(model: Model, account: Account) -> bool:
    """It is her only method, and one is required."""
    return model.onboarding and bool(account.verified) + account.passkeys == 1 and not account.front.gated


def _can_delete_app(model: Model, account: Account) -> bool:
    return bool(account.verified) and model.tolerances.default_device_deletion == "allowed"


def _by_mfa_token(model: Model, _account: Account) -> bool:
    return model.tolerances.deletion_authority == "either"


_FOR_APP = {
    words: both(_by_mfa_token, takes) if takes and "MFA token" in words else takes
    for words, takes in PERMITS.items()
}


@rule(
    "deletes app",
    "{who} tries to delete her authenticator app with fresh MFA",
    when=_can_delete_app,
    where=_FOR_APP,
    needs=("totp", "mfa-tokens"),
    only_she=True,
    weight=5,
    keen=_frees_her,
)
@rule(
    "deletes app wrongly",
    *(f"{{who}} tries to delete her authenticator app with {permit}" for permit in _WRONG_PERMITS),
    when=_can_delete_app,
    where=_FOR_APP,
    needs=("totp", "mfa-tokens"),
    only_she=True,
    weight=5,
)
def deletes_app(model: Model, account: Account, act: Act, _sent: Sent) -> Prediction:
    """It takes a token from a fresh MFA; no factor works after its deletion."""

    def forget() -> None:
        account.verified = ""

    return _deletes(
        model, account, act, forget, guard="devices.deletion-needs-token", promise="recovery.alternative"
    )


def _deletes(
    model: Model, account: Account, act: Act, forget: Callable[[], None], *, guard: str, promise: str
) -> Prediction:
    """A method is gone if what she shows opens that (`guard`), which it has to where it is fresh (`promise`)."""
    come_by(model, account, act.text)
    held = permit_of(act.text) in FRESH

    def settle(_answer: Answer) -> None:
        forget()
        spend(account, act.text)
        model.method_removed(account)
        if held:
            model.regate(account)

    stopped = gate(model, account)
    if stopped is None:
        stopped = opens(model, account, act.text, UNLINK, guard)
    if stopped is EITHER or (held and UNLINK in account.front.holds):
        return Prediction(None, "", settle=settle)
    return stopped or Prediction(True, promise, settle=settle)


@rule(
    "deletes passkey",
    "{who} tries to delete her passkey with fresh MFA",
    when=has_key,
    where=PERMITS,
    needs=("passkeys", "mfa-tokens"),
    only_she=True,
    weight=5,
    keen=lambda model, account: (
        account.passkeys > 1 or bool(model.opening.passkeys_at_most) or _frees_her(model, account)
    ),
)
@rule(
    "deletes passkey wrongly",
    *(f"{{who}} tries to delete her passkey with {permit}" for permit in _WRONG_PERMITS),
    when=has_key,
    where=PERMITS,
    needs=("passkeys", "mfa-tokens"),
    only_she=True,
    weight=4,
)
def deletes_key(model: Model, account: Account, act: Act, _sent: Sent) -> Prediction:
    """It takes a fresh MFA (D-59)."""

    def forget() -> None:
        account.passkeys -= 1
        account.key, account.key_deleted, account.assertion = False, True, False

    needs_mfa = "passkey.deletion-needs-mfa"
    return _deletes(model, account, act, forget, guard=needs_mfa, promise=needs_mfa)


def _full(model: Model, account: Account) -> bool:
    return not account.front.gated and model.certain(account)


def _full_beside_app(model: Model, account: Account) -> bool:
    other = other_of(model, account)
    return other is not None and bool(other.verified) and model.alive(other) and _full(model, account)


@rule(
    "meddles with other's app",
    "{who} tries to look up the other user's authenticator app",
    "{who} tries to make the other user's authenticator app her default",
    when=_full_beside_app,
    only_she=True,
    weight=2,
)
def meddles(_model: Model, _account: Account, _act: Act, _sent: Sent) -> Prediction:
    """One user never affects another."""
    return refused("devices.own-only", "no such device")


@rule(
    "meddles with other's passkey",
    "{who} tries to rename the other user's passkey",
    "{who} tries to delete the other user's passkey with a made-up token",
    "{who} tries to delete the other user's passkey with fresh MFA",
    when=both(other_has_key, _full),
    where={"fresh": may_challenge},
    needs=("passkeys",),
    only_she=True,
    weight=3,
)
def meddles_with_key(model: Model, account: Account, act: Act, _sent: Sent) -> Prediction:
    """Her passkeys are her own as well."""
    if "with" in act.text:
        come_by(model, account, act.text)
    if "fresh" in act.text:
        account.token = ""  # whether a refused call spends it is said nowhere
    return refused("passkey.own-credential", "" if "made-up" in act.text else "no such device")


@rule(
    "deletes other's app",
    "{who} tries to delete the other user's authenticator app with fresh MFA",
    when=both(_full_beside_app, may_challenge),
    only_she=True,
    weight=2,
)
def deletes_foreign(model: Model, account: Account, act: Act, _sent: Sent) -> Prediction:
    """Nor with a token of her own."""
    come_by(model, account, act.text)
    account.token = ""  # whether a refused call spends it is said nowhere
    return refused("devices.own-only", "no such device")


@rule(
    "makes app default",
    "{who} tries to make her authenticator app the default",
    when=lambda _model, account: bool(account.verified),
    needs=("default-device",),
)
def makes_default(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """For full sessions."""
    return gate(model, account) or Prediction(True, "devices.default")


@rule(
    "makes unverified default",
    "{who} tries to make her unverified app the default",
    when=lambda _model, account: account.confirming and account.shows_unverified,
    weight=8,
    keen=lambda model, account: model.is_full(account, account.front),
    needs=("default-device",),
)
def makes_unverified_default(model: Model, account: Account, _act: Act, _sent: Sent) -> Prediction:
    """Only a verified one can be."""
    return gate(model, account) or refused("devices.default")


@rule(
    "links by MFA token",
    "{who} tries to add an authenticator app with an MFA token",
    "{who} tries to add a passkey with an MFA token",
    when=lambda model, account: (
        model.opening.enforced
        and model.certain(account)
        and not account.front.gated
        and account.has_method
        and bool(model.may_challenge(account))
        and model.tolerances.linking_authority == "elevated-token"
    ),
    needs=("totp", "passkeys", "mfa-tokens", "step-up-enforced"),
    only_she=True,
    weight=12,
)
def links_by_token(model: Model, account: Account, act: Act, _sent: Sent) -> Prediction:
    """A method is added by an elevated token, where the profile says so."""
    come_by(model, account, act.text)
    account.token = ""  # whether a refused call spends it is said nowhere
    return refused("step-up.always-for-credentials", "step-up required")
