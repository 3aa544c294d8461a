"""Faults of what a server promises: something that should work does not, or is told wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from mfa_simulators.server.faults.fault import fault
from mfa_simulators.server.faults.notes import notes
from mfa_simulators.server.operations import Operations
from mfa_simulators.server.rules import Rules
from mfa_simulators.server.rules.refusal import Refusal
from mfa_simulators.server.wire.requests import Proving

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_simulators.server.operations import Call, Caller
    from mfa_simulators.server.rules.gate import GateFacts
    from mfa_simulators.server.rules.tokens import SessionFacts
    from mfa_simulators.server.settings import Settings
    from mfa_simulators.server.store.records import Methods, RecoveryCode, Session, User
    from mfa_simulators.server.wire.answers import VerifyResponse
    from mfa_simulators.server.wire.requests import Assertion

_PARTS = 5  # characters before and after the dash


@fault(
    *("E19", "methods-coupled", "Switching one method off switches the other off too"),
    requirement="settings.methods-independent",
    sources=("D-01",),
)
class _Coupled(Rules):
    def method_enabled(self, kind: str) -> bool:
        return super().method_enabled(kind) and self.settings.totp and self.settings.passkeys


@fault(
    *("E20", "eight-digits", "The QR code asks for codes of eight digits"),
    requirement="totp.six-digits",
    sources=("D-29",),
)
class _EightDigits(Rules):
    def __init__(self, settings: Settings) -> None:
        super().__init__(msgspec.structs.replace(settings, totp_digits=8))


@fault(
    *("E21", "register-route-closed", "An app cannot be confirmed as native SDKs do it"),
    requirement="totp.both-routes",
    sources=("D-28",),
)
class _OneRoute(Rules):
    def enrolment_open(self, route: str) -> bool:
        return route == "auth" and super().enrolment_open(route)


@fault(
    *("R24", "recovery-code-brings-no-token", "A recovery code brings no token to remove a lost phone with"),
    requirement="recovery.alternative",
    sources=("D-48", "D-67"),
)
class _NoToken(Operations):
    def passed_mfa(self, call: Call, caller: Caller, method: str, proving: Proving) -> VerifyResponse:
        return super().passed_mfa(call, caller, method, Proving() if method == "recovery" else proving)


@fault(
    *("R25", "recovery-codes-with-dashes", "Recovery codes have a form that the vendor's screens refuse"),
    requirement="recovery.format",
    sources=("D-43",),
)
class _Dashes(Rules):
    def recovery_code_from(self, random: bytes) -> str:
        right = super().recovery_code_from(random)
        return f"{right[:_PARTS]}-{right[_PARTS:]}"


@fault(
    *("R26", "exhausted-set-renews-itself", "When all codes are used, reading them makes new ones"),
    requirement="recovery.exhaustion",
    sources=("D-50",),
)
class _Renews(Rules):
    def set_is_to_be_made(self, existing: Sequence[RecoveryCode]) -> bool:
        return all(code.spent for code in existing)


@fault(
    *("S25", "optional-onboarding-enforced", "A new user must enrol though that is optional"),
    requirement="onboarding.optional-completes",
    sources=("D-03",),
)
class _Enforced(Rules):
    def gate_due(self, facts: GateFacts) -> bool:
        return super().gate_due(facts) or not (facts.has_method or facts.mfa_done)


@fault(
    *(
        "S26",
        "existing-users-exempt",
        "Who had an account before a requirement was switched on never meets it",
    ),
    requirement="session.existing-users",
    sources=("D-05",),
)
class _Exempt(Operations):
    def session_gated(self, user: User, session: Session, methods: Methods) -> bool:
        settings = self.rules.settings
        now = (settings.session_based, settings.enrollment)
        before = notes(self, "S26").setdefault(user.id, now)
        return bool(before == now) and super().session_gated(user, session, methods)


@fault(
    *("S27", "token-without-audience", "The session token does not say whom it is for"),
    requirement="token.claims",
    sources=("D-20",),
)
class _NoAudience(Rules):
    def session_claims(self, facts: SessionFacts) -> dict[str, Any]:
        return {name: claim for name, claim in super().session_claims(facts).items() if name != "aud"}


@fault(
    *("S28", "scope-as-list", "The scope of the session token is a list"),
    requirement="token.scope-string",
    sources=("D-16", "RFC 8693 4.2"),
)
class _ScopeAsList(Rules):
    def session_claims(self, facts: SessionFacts) -> dict[str, Any]:
        return {**super().session_claims(facts), "scope": list(facts.scopes)}

    def scopes_of(self, claims: dict[str, Any]) -> frozenset[str]:
        scope = claims.get("scope")
        return frozenset(scope) if isinstance(scope, list) else super().scopes_of(claims)


@fault(
    *("P31", "passkey-lifts-no-gate", "Answering the challenge with a passkey leaves MFA to be done"),
    requirement="passkey.satisfies-mfa",
    sources=("D-52", "D-53"),
)
class _LiftsNothing(Rules):
    def lifts_gate(self, method: str) -> bool:
        return method != "passkey" and super().lifts_gate(method)


@fault(
    *("P32", "passkey-sign-in-closed", "A registered passkey signs nobody in"),
    requirement="passkey.sign-in",
    sources=("D-52",),
)
class _Closed(Rules):
    def passkey_signin_open(self) -> bool:
        return False


@fault(
    *("P33", "passkey-makes-account", "A passkey that nobody registered makes an account"),
    requirement="passkey.needs-user",
    sources=("D-54",),
)
class _MakesAccount(Operations):
    def sign_in_with_passkey(self, call: Call, body: Assertion) -> VerifyResponse:
        try:
            return super().sign_in_with_passkey(call, body)
        except Refusal:
            return self.opened(call, "external", body.raw_id, external_id=body.raw_id)


@fault(
    *("X19", "public-settings-wrong", "The public settings tell the opposite of what is enforced"),
    requirement="settings.public",
    sources=("D-09",),
)
class _Opposite(Operations):
    def project_settings(self) -> dict[str, Any]:
        told = super().project_settings()
        mfa = told["security"]["mfa"]
        mfa["enabled"], mfa["required"] = not mfa["enabled"], not mfa["required"]
        mfa["methods"] = [{**method, "enabled": not method["enabled"]} for method in mfa["methods"]]
        return told


@fault(
    *("X17", "refusal-without-known-code", "A refused code is told by no error code that SDKs know"),
    requirement="errors.shape",
    sources=("D-33", "D-89"),
)
class _UnknownCode(Rules):
    def code_refusal(self) -> Refusal:
        return Refusal(422, "nope", "No")


@fault(
    *("X18", "odd-code-500", "A code that is no text ends in an internal error"),
    requirement="errors.malformed-refused",
    sources=("CWE-20", "CWE-755"),
)
class _Crashes(Rules):
    def code_argument(self, given: object) -> str:
        return "".join(given)  # type: ignore[arg-type]  # which is the fault
