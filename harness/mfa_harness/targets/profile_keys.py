"""Every key of a profile in one sentence, with an example: what `mfa-harness init` writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Key:
    """One key.

    Args:
        name: dotted, as in errors.
        sentence: what it says, on one line.
        example: its default where that means something, else a value to begin with.
    """

    name: str
    sentence: str
    example: Any


KEYS: Final = (
    Key("url", "Base URL of the API; it ends in /api/v0.", "https://api.example.org/api/v0"),
    Key("origin", "Web origin of the application that people sign in at, as their browsers see it.", ""),
    Key("rp_id", "RP ID of their passkeys; the origin's host unless said.", ""),
    Key("ca", "PEM file of the authority that signed the server's certificate.", "ca.pem"),
    Key(
        "proxy",
        "HTTP proxy on the way to the server; proxies of the environment are not used.",
        "http://proxy:3128",
    ),
    Key("rate", "Requests a second at most.", 5),
    Key("timeout", "Seconds to wait for an answer.", 10),
    Key("longest_wait", "Seconds that a scenario may wait in real time; what takes longer is n/a.", 45),
    Key(
        "headers",
        "Headers added to every request; they never appear in reports.",
        {"x-key": "${STAGING_KEY}"},
    ),
    Key(
        "sign_in.email",
        "Addresses of fresh users: {unique} differs in every run, {n} counts from 1, {name} is the person's.",
        "mfa-harness+{unique}@example.org",
    ),
    Key(
        "sign_in.code",
        "The e-mail code that the server accepts for these addresses, if it is always the same.",
        "123456",
    ),
    Key("sign_in.code_command", "A program that prints the code sent to {email}.", "./read-code.sh {email}"),
    Key(
        "sign_in.external_jwt_command",
        "A program that prints a token of your identity provider for {email}.",
        "./mint-jwt.sh {email}",
    ),
    Key("sign_in.command_seconds", "How long these programs may take.", 60),
    Key("environments.id", "An environment that is there already: its id in the dashboard.", ""),
    Key(
        "environments.settings",
        "Its settings in the dashboard's words; scenarios run where theirs are the same.",
        {},
    ),
    Key(
        "arrange.command",
        "A program that makes an environment: settings as JSON in, its id as JSON out.",
        "./arrange.sh",
    ),
    Key("arrange.seconds", "How long it may take.", 120),
    Key("allow.locks_out", "Run scenarios that guess until an account is limited, off this machine.", False),
    Key("allow.fuzz", "Allow fuzzing off this machine.", False),
    Key("allow.sandbox", "The environments are sandboxes: needed for hosts of the vendor's.", False),
    Key("tolerances.drift_steps", "Time steps that a code may be early or late (RFC 6238 5.2).", 1),
    Key(
        "tolerances.older_step",
        "An unused code of a step before the last one used: refused or accepted.",
        "accepted",
    ),
    Key("tolerances.code_once_scope", "Within what a code is good once: account or session.", "account"),
    Key("tolerances.second_device_statuses", "How a second app is refused: 401, 403, 409, 422.", [401]),
    Key("tolerances.second_device_at", "When: at registration, verification, or either.", "either"),
    Key("tolerances.enrolment_route", "What verifies a new app: auth, register, or either.", "either"),
    Key(
        "tolerances.pending_secret",
        "Registering again before verification: the secret is kept, renewed, either.",
        "either",
    ),
    Key(
        "tolerances.default_device_deletion",
        "Deleting the default device: allowed, refused, either.",
        "either",
    ),
    Key(
        "tolerances.deletion_authority", "What deletes a device: mfa-token, elevated-token, either.", "either"
    ),
    Key(
        "tolerances.linking_authority", "What adds a method under step-up: elevated-token, either.", "either"
    ),
    Key(
        "tolerances.recovery_codes_after_acknowledgement",
        "Recovery codes once acknowledged are shown, hidden, either.",
        "either",
    ),
    Key("tolerances.recovery_code_case", "Recovery codes are case-sensitive, insensitive, either.", "either"),
    Key(
        "tolerances.recovery_code_separators",
        "Spaces and dashes in them are ignored, refused, either.",
        "either",
    ),
    Key(
        "tolerances.recovery_codes_after_last_method",
        "Deleting the last method leaves recovery codes gone, kept, either.",
        "either",
    ),
    Key("tolerances.regenerate_needs_mfa", "New recovery codes need a fresh challenge.", False),
    Key(
        "tolerances.passkey_signin_meets_session_mfa",
        "Signing in with a passkey is challenge enough: yes, no, either.",
        "either",
    ),
    Key(
        "tolerances.counter",
        "A passkey's counter that goes back: refuse, flag, ignore (WebAuthn L3 7.2 step 22).",
        "flag",
    ),
    Key(
        "tolerances.user_verification",
        "Passkeys verify their user: required, preferred, discouraged.",
        "preferred",
    ),
    Key("tolerances.passkeys_per_user", "The most passkeys a user may have.", 10),
    Key(
        "tolerances.foreign_device_statuses",
        "How somebody else's device is refused: 401, 403, 404, 422.",
        [403, 404, 422],
    ),
    Key("tolerances.attempts", "Wrong codes in a row after which an account is limited, at the latest.", 100),
    Key("tolerances.attempts_window_seconds", "Seconds after which a limited account is free again.", 300),
    Key("backend.requests", "For check --backend: what needs a full session.", ["GET /me"]),
    Key("backend.send", "The header that carries the token.", "authorization: Bearer {token}"),
    Key("backend.headers", "Headers added to every request to the backend.", {"x-key": "${STAGING_KEY}"}),
    Key("backend.let_in_statuses", "Statuses of an answer to somebody let in.", [200, 201, 202, 204]),
    Key("backend.let_in_text", "What such an answer holds besides.", '"email"'),
    Key("backend.refused_statuses", "Statuses of a refusal.", [400, 401, 403, 413, 422, 431]),
    Key("backend.refused_text", "What makes an answer a refusal, whatever its status.", "UNAUTHENTICATED"),
    Key("backend.audience", "The aud that the backend asks for; the issuer's own unless said.", ""),
    Key("backend.claims", "Claims that it asks for besides, in every token.", {"email": "ada@example.org"}),
    Key(
        "backend.leeway_seconds", "Seconds that its clock may be off: a token is good for so much longer.", 60
    ),
    Key("backend.checks_revocation", "It claims to notice that a session was signed out.", False),
    Key("backend.keys_seconds", "Seconds that it may hold the issuer's keys before it reads them again.", 0),
    Key("backend.port", "Where the issuer is, or is served for a run, when no TARGET says so.", 8765),
)
"""In the order of the file that `init` writes; capabilities have their own table."""
