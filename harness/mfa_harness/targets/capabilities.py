"""What a target may have or lack: the names that profiles, tags of scenarios and reports use.

A scenario whose capability the target lacks is n/a, with the reason. One that the target claims and cannot
show is blocked, which counts as a failure; so a profile should claim no more than is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mfa_harness import usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Capability:
    """One thing a target may have.

    Args:
        name: as written in `[capabilities]`.
        sentence: what a target that has it can do.
        assumed: whether a target whose profile says nothing about it is taken to have it: what the vendor
            documents as a MUST is assumed, what is optional or needs a hand from outside is not.
    """

    name: str
    sentence: str
    assumed: bool = True


_TABLE: Final = (
    Capability(
        "totp", "Users can enrol an authenticator app and answer a challenge with its codes (D-25 to D-33)."
    ),
    Capability("passkeys", "Users can register passkeys and answer a challenge with one (D-51 to D-57)."),
    Capability(
        "recovery-codes", "Users get ten single-use recovery codes with their first method (D-38 to D-42)."
    ),
    Capability("acknowledgement", "Users acknowledge that they have kept their recovery codes (D-35, D-44)."),
    Capability("session-based", "Session-based MFA can be on: a challenge at every sign-in (D-04)."),
    Capability("onboarding", "'Require at onboarding' can be on: no sign-up without a method (D-02)."),
    Capability(
        "actions", "Actions can be protected one by one: wallet.waas.sign, user.update ... (D-73 to D-75)."
    ),
    Capability("mfa-tokens", "A challenge can yield an MFA token for one gated call (D-76 to D-78)."),
    Capability(
        "elevated-tokens", "A challenge can yield an elevated access token for a scope (D-79 to D-81)."
    ),
    Capability("step-up", "POST stepUp/check says whether a scope needs a fresh challenge (D-83, D-84)."),
    Capability(
        "step-up-enforced",
        "API version 2026_04_01: linking and unlinking credentials need step-up (D-37, D-85).",
    ),
    Capability(
        "enrolment-auth-route", "An app is verified by POST users/mfa/auth/totp, as React and JS do (D-28)."
    ),
    Capability(
        "enrolment-register-route",
        "An app is verified by POST users/mfa/register/totp, as native SDKs do (D-28).",
    ),
    Capability("default-device", "One device can be made the default (D-65)."),
    Capability(
        "passkey-sign-in",
        "Passkeys open a session without an e-mail code (D-52, POST users/passkeys/signin).",
    ),
    Capability("email-sign-in", "Users sign in with a code sent by e-mail, which the harness can read."),
    Capability(
        "external-jwt",
        "Users sign in with a token of another issuer, which the harness can obtain.",
        assumed=False,
    ),
    Capability(
        "sms-sign-in",
        "Users sign in with a code sent by text message, which the harness can read.",
        assumed=False,
    ),
    Capability("email-mfa", "A code sent by e-mail can answer an MFA challenge (D-12).", assumed=False),
    Capability(
        "cookie-mode",
        "Sessions can live in an HttpOnly cookie, with no token in the body (D-24).",
        assumed=False,
    ),
    Capability("delete-user", "Users can delete themselves: DELETE users. The harness cleans up by it."),
    Capability(
        "jwks", "Keys of session tokens are published at .well-known/jwks, and tokens are JWTs (D-17)."
    ),
    Capability("rate-limits", "Guessing is limited: wrong codes end in 429 (D-92, SP 800-63B-4 3.2.2)."),
    Capability(
        "two-environments",
        "More than one environment can be used, so that tokens can be tried on another (D-17).",
    ),
    Capability("clock", "The harness can move the target's clock (a control plane).", assumed=False),
    Capability("settings-change", "The harness can change settings of a living environment.", assumed=False),
    Capability("log", "The harness can read what the server logs.", assumed=False),
    Capability(
        "notices", "The harness can read the notices that users are sent about their factors.", assumed=False
    ),
    Capability(
        "client-sdk",
        "A client SDK is what is tested (--client), beside our own on our own server.",
        assumed=False,
    ),
    Capability(
        "admin-reset", "The harness can perform the administrator's 'Reset MFA' (D-70).", assumed=False
    ),
)

CAPABILITIES: Final[Mapping[str, Capability]] = {capability.name: capability for capability in _TABLE}
"""Every capability by name, in the order of `mfa-harness list capabilities`."""


def nearest(word: str, words: Iterable[str]) -> str:
    """Who was probably meant, as ` (did you mean 'x'?)`; nothing when no word is like it."""
    meant = usage.nearest(word, words)
    return f" (did you mean {meant!r}?)" if meant else ""
