"""The faults that stories do not find, or not soon on every seed, each with the reason."""

from __future__ import annotations

from typing import Final

_FORM = "about the form of one answer, whatever came before: scenarios look at it"
_FORGED = "about tokens forged, or shown as what they are not, whatever came before: scenarios do that"
_ELSEWHERE = "about tokens of another environment: a story has one, and scenarios make a second"
_BYTES = "about the bytes of one response, whatever came before: scenarios make them"
_BROWSER = "about who may ask, by headers that no person sets: scenarios set them"
NOT_STATEFUL: Final = {
    "no-op": "nothing is wrong: a finding would be a lie",
    "secret-short": _FORM,
    "secret-predictable": _FORM,
    "secret-readable-later": _FORM,
    "uri-malformed": _FORM,
    "uri-injection": _FORM,
    "secret-cacheable": _FORM,
    "recovery-codes-guessable": _FORM,
    "passkey-challenge-short": _FORM,
    "passkey-not-excluded": _FORM,
    "no-retry-after": _FORM,
    "errors-tell-apart": _FORM,
    "step-up-lists-others": _FORM,
    "other-environment-mfa-token": _ELSEWHERE,
    "other-environment-elevated-token": _ELSEWHERE,
    "elevated-token-signature-unchecked": _FORGED,
    "session-token-as-proof": _FORGED,
    "elevated-token-as-session": _FORGED,
    "mfa-token-as-session": _FORGED,
    "token-algorithm-open": _FORGED,
    "token-signature-unchecked": _FORGED,
    "token-brings-its-key": _FORGED,
    "other-environment-token": _ELSEWHERE,
    "passkey-rp-id-from-request": _BYTES,
    "passkey-cross-origin-accepted": _BYTES,
    "passkey-user-verification-unchecked": _BYTES,
    "passkey-algorithm-unchecked": _BYTES,
    "passkey-backup-flags-unchecked": _BYTES,
    "passkey-id-too-long": _BYTES,
    "passkey-malformed-500": _BYTES,
    "passkey-origin-by-prefix": _BYTES,
    "passkey-origin-by-suffix": _BYTES,
    "passkey-scheme-unchecked": _BYTES,
    "passkey-port-unchecked": _BYTES,
    "passkey-future-refused": _BYTES,
    "passkey-backup-eligibility-changes": _BYTES,
    "odd-code-500": _BYTES,
    "malformed-body-500": _BYTES,
    "leading-zeros-ignored": _BYTES,
    "code-type-ignored": _BYTES,
    "sign-in-verification-unchecked": _BYTES,
    "token-without-audience": _FORM,
    "refusal-without-known-code": _FORM,
    "public-settings-wrong": _FORM,
    "scope-as-list": _FORM,
    "clock-from-request": _BROWSER,
    "limit-by-header": _BROWSER,
    "cors-open": _BROWSER,
    "csrf-open": _BROWSER,
    "codes-in-log": "about the log, which is not part of the account",
    "no-notice": "about notices, which are not part of the account",
    "step-rounded": "about the very second of a step's end: a scenario goes there",
}
"""Faults that are not about what came before, and where they are looked for instead."""

NOT_REACHED: Final = {
    "update-keeps-session-complete": (
        "a session that has come to owe MFA while it lived may be told so by its next token or by a refresh: "
        "the model takes either"
    ),
}
"""Stateful faults that no rule or opening leads to, with the reason."""

NOT_EVERY_SEED: Final = {
    "unverified-default": "it takes an app begun and not verified, made the default by a session that may",
    "abandoned-secret-answers": (
        "it takes an app begun twice and verified, half a minute, and then a code of the first QR code"
    ),
    "deleted-app-still-counts": (
        "it takes an app deleted with fresh MFA, and another begun while the session is full"
    ),
    "time-bound-token-single-use": (
        "it takes an elevated token that is good for a while, and its second use within that"
    ),
    "elevated-token-of-other-session": (
        "it takes an elevated token, and the same one shown in another full session of hers"
    ),
    "deletion-spends-no-token": (
        "it takes a method deleted with a token, and that token again where it would open something"
    ),
    "external-word-elevates-despite-mfa": (
        "it takes who came by an external account, has enrolled, and then asks for more by that account"
    ),
    "step-up-lists-unverified": (
        "it takes an app begun beside a passkey where an action is protected, and then the question "
        "what it takes"
    ),
    "passkey-id-unchecked": (
        "it takes the one of many wrong responses that comes from an unknown credential"
    ),
    "passkey-limit-counts-deleted": "it takes room for one passkey, its deletion with fresh MFA, and another",
    "passkey-counter-equal-accepted": (
        "it takes a clone that has counted exactly as far, and the story is over with it"
    ),
    "passkey-counter-jump-refused": (
        "it takes a passkey that counts for all websites, and the story is over with it"
    ),
    "gated-session-confirms-app": (
        "it takes an app begun in a full session, another session that owes the passkey, and the "
        "older call there"
    ),
    "unverified-app-passes-gate": (
        "it takes an app begun in a full session, another session that owes the passkey, and a code "
        "of that app there"
    ),
    "confirmation-code-replay": (
        "it takes an app confirmed by the older call, and the same code in a session that can tell"
    ),
    "right-code-passes-lock": "it takes guessing until she is locked out, and then the right code",
}
"""Stateful faults that stories did not find within the steps on every seed, with what it takes."""
