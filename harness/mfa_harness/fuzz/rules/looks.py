"""Looking closely: Thens of the suite, held against what is to be seen at this moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mfa_harness.fuzz.model import Account, Model, Prediction
from mfa_harness.fuzz.rules.rule import other_of, rule
from mfa_harness.fuzz.words import PASSKEYS, TOTP

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.fuzz.rules.rule import When
    from mfa_harness.fuzz.words import Act, Sent

_SEEN: Final = {
    "the QR code agrees with the secret beside it": "totp.provisioning-uri",
    "the QR code is a well-formed otpauth address": "totp.provisioning-uri",
    "the QR code names her e-mail address and one secret": "totp.provisioning-uri",
    "the QR code holds a secret of at least 128 bits": "totp.secret-strength",
    "the QR code asks for six digits every 30 seconds": "totp.six-digits",
    "the device list reveals no secret": "totp.secret-once",
    "the list of her methods reveals no secret": "totp.secret-once",
    "her user record reveals no secret": "totp.secret-once",
    "exactly one device is the default": "devices.default",
    "the count of her recovery codes is right": "recovery.ten-codes",
    "the recovery codes have ten letters or digits each": "recovery.format",
    "the recovery codes are too random to guess": "recovery.unpredictable",
    "registering again excludes the passkeys that she has": "passkey.options",
    "passkey challenges are long, and no two are alike": "passkey.challenge-unpredictable",
    "the passkey challenge names her passkeys and nobody else's": "passkey.own-credential",
    "the registration options name the website, her account and algorithms": "passkey.options",
    "her passkey is told an account id that does not give her away": "passkey.options",
    "her session token names its issuer, audience, subject, session and environment": "token.claims",
    "her session token is signed by a published key": "token.signature",
    "her session token expires when the server said it would": "token.expiry",
    "her session token has its scope as one string of words": "token.scope-string",
    "she is told how long to wait": "limits.retry-after",
    "the public settings say that session-based MFA is on": "settings.public",
    "the public settings say that session-based MFA is off": "settings.public",
    "the public settings say that MFA at onboarding is on": "settings.public",
    "the public settings say that MFA at onboarding is off": "settings.public",
    "the public settings say that TOTP is on": "settings.public",
    "the public settings say that the passkey method is on": "settings.public",
    "the public settings say that TOTP is off": "settings.public",
    "the public settings say that the passkey method is off": "settings.public",
}


def _beginning(*words: str) -> tuple[str, ...]:
    return tuple(sentence for sentence in _SEEN if sentence.startswith(words))


def seen(_model: Model, _account: Account, act: Act, _sent: Sent) -> Prediction:
    """Nothing is done, so nothing may have changed."""
    return Prediction(None, _SEEN[act.text])


rule(
    "looks at app",
    *_beginning("the QR code"),
    when=lambda _model, account: account.shows_unverified,
    where={"e-mail": lambda _model, account: not account.way},
    needs=("totp",),
    only_she=True,
    weight=6,
    keen=lambda model, account: bool(account.pending) and model.last.endswith("app"),
)(seen)


def _full(model: Model, account: Account) -> bool:
    return model.is_full(account, account.front)


def _readable(model: Model, account: Account) -> bool:
    shown = model.tolerances.recovery_codes_after_acknowledgement == "shown" and not model.opening.shown_once
    return shown and account.codes is not None and _full(model, account)


def _may_register(model: Model, account: Account) -> bool:
    free = model.off != PASSKEYS and not model.opening.enforced
    return free and account.key and _full(model, account)


rule(
    "looks at account",
    *_beginning("the device", "the list", "her user", "exactly", "the recovery", "passkey"),
    where={
        "no secret": lambda model, account: bool(account.verified) and _full(model, account),
        "default": lambda _model, account: bool(account.verified) and not account.pending,
        "recovery codes": lambda _model, account: bool(account.sheet),
        "passkey challenges": lambda _model, account: account.key,
    },
    only_she=True,
    weight=2,
)(seen)

rule(
    "looks at count",
    *_beginning("the count"),
    when=_readable,
    needs=("recovery-codes",),
    only_she=True,
    keen=lambda model, account: account.used_one and _readable(model, account),
)(seen)

rule(
    "looks at registration",
    *_beginning("registering", "the registration", "her passkey"),
    when=_may_register,
    needs=("passkeys",),
    only_she=True,
    weight=12,
)(seen)

rule(
    "looks at challenge",
    *_beginning("the passkey challenge"),
    when=lambda model, account: (
        account.key and (other := other_of(model, account)) is not None and other.passkeys > 0
    ),
    needs=("passkeys",),
    only_she=True,
    weight=6,
)(seen)

rule(
    "looks at session",
    *_beginning("her session"),
    needs=("jwks",),
    only_she=True,
)(seen)

rule(
    "looks at answer",
    *_beginning("she is told"),
    when=lambda model, account: account.locked and model.last.endswith("locked out"),
    signed_in=False,
    needs=("rate-limits",),
    only_she=True,
    weight=6,
)(seen)


def _holds(said: bool, so: Callable[[Model], bool]) -> When:
    return lambda model, _account: so(model) is said


_SO: Final[dict[str, Callable[[Model], bool]]] = {
    "session-based MFA is": lambda model: model.session_based,
    "MFA at onboarding is": lambda model: model.onboarding,
    "TOTP is": lambda model: model.off != TOTP,
    "the passkey method is": lambda model: model.off != PASSKEYS,
}

rule(
    "looks at settings",
    *_beginning("the public"),
    where={f"{what} {word}": _holds(word == "on", so) for what, so in _SO.items() for word in ("on", "off")},
    signed_in=False,
    needs=("onboarding", "session-based"),
    only_she=True,
)(seen)
