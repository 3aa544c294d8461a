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
    "deleted-app-answers": (
        "it takes an app deleted with fresh MFA, another way to meet the challenge, and a code of "
        "the app that is gone"
    ),
    "abandoned-secret-verifies": (
        "it takes an app begun twice, and a code of the first QR code while nothing else refuses it"
    ),
    "abandoned-secret-answers": (
        "it takes an app begun twice and verified, half a minute, and then a code of the first QR code"
    ),
    "elevated-token-never-expires": (
        "it takes an elevated token, eleven minutes, and the same token in the session that it was given in"
    ),
    "elevated-token-outlives-session": (
        "it takes an elevated token, unused, signing out, another full session, and the token there"
    ),
    "step-up-lists-unverified": (
        "it takes an app begun beside a passkey where an action is protected, and then the question "
        "what it takes"
    ),
    "update-spends-no-token": (
        "it takes an environment that protects the profile, MFA for a change of it, and the same "
        "token for something else"
    ),
    "passkey-limit-race": (
        "it takes room for exactly one more passkey, and four at once, and the story is over with it"
    ),
    "passkey-options-without-algorithms": (
        "it takes one of three looks at a registration, by a full session with a passkey"
    ),
    "old-codes-survive-regeneration": "it takes a new set of recovery codes, and a code of the old sheet",
    "recovery-code-as-totp": "it takes one of seventeen wrong codes, where a code of an app is asked for",
    "codes-shown-for-ever": (
        "it takes an environment that shows recovery codes once, their acknowledgement, and another look"
    ),
    "exhausted-set-renews-itself": (
        "it takes all ten recovery codes used up, one after the other, and then a look at them"
    ),
    "recovery-code-case-ignored": (
        "it takes an environment that takes recovery codes only as they are written, and one in the "
        "other case"
    ),
    "reauthentication-lifts-gate": (
        "it takes a session that owes MFA, in which the e-mail address is proved again"
    ),
    "deleted-user-token-works": (
        "it takes an account deleted while another session of it lives, and anything asked there"
    ),
    "gated-session-steps-up": (
        "it takes who came by an external account, owes MFA, and asks for more by that account"
    ),
    "browser-remembered": "it takes MFA done, signing out, and signing in in the very same browser",
    "enrolment-drift-too-wide": (
        "it takes an app that is being enrolled, and one of the wrong codes there, minutes old or ahead"
    ),
    "confirmation-type-ignored": (
        "it takes an app confirmed by the older call with the right code as a number or in a list"
    ),
}
"""Stateful faults that stories did not find within the steps on every seed, with what it takes."""
