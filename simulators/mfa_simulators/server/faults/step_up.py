"""Faults of MFA tokens, actions and step-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mfa_simulators.server.faults.fault import fault
from mfa_simulators.server.faults.meeting import meet
from mfa_simulators.server.faults.notes import every_device
from mfa_simulators.server.operations import Operations
from mfa_simulators.server.rules import Rules
from mfa_simulators.server.store import Store
from mfa_simulators.server.store.base import here, value
from mfa_simulators.server.store.records import Methods
from mfa_simulators.server.store.tables import MFA_TOKENS

if TYPE_CHECKING:
    from collections.abc import Collection

    from mfa_simulators.server.operations import Caller

_UNUSED = select(MFA_TOKENS.c.digest).where(
    here(MFA_TOKENS),
    MFA_TOKENS.c.digest == value("token_digest"),
    MFA_TOKENS.c.user_id == value("owner"),
    MFA_TOKENS.c.session_id == value("session"),
    MFA_TOKENS.c.uses == 0,
)


@fault(
    *("M01", "mfa-token-reusable", "A single-use MFA token is accepted twice"),
    requirement="mfa-token.single-use",
    sources=("D-77", "CWE-294"),
)
class _Reusable(Store):
    def spend_mfa_token(self, digest: bytes, user_id: str, session_id: str, now: float) -> bool:
        issued_to = self.mfa_token_owner(digest)
        return super().spend_mfa_token(digest, user_id, session_id, now) or issued_to == (user_id, session_id)


@fault(
    *("M02", "mfa-token-race", "Parallel requests with one single-use MFA token all pass"),
    requirement="mfa-token.single-use",
    sources=("D-77", "CWE-367"),
)
class _Race(Store):
    def spend_mfa_token(self, digest: bytes, user_id: str, session_id: str, now: float) -> bool:
        with self.database.read() as connection:
            unused = self._row(connection, _UNUSED, token_digest=digest, owner=user_id, session=session_id)
        if unused is None:
            return super().spend_mfa_token(digest, user_id, session_id, now)
        meet(self)
        super().spend_mfa_token(digest, user_id, session_id, now)
        return True


@fault(
    *("M03", "mfa-token-of-other-user", "The MFA token of one user works for another"),
    requirement="mfa-token.bound-to-user",
    sources=("CWE-639",),
)
class _OtherUser(Store):
    def spend_mfa_token(self, digest: bytes, user_id: str, session_id: str, now: float) -> bool:
        issued_to = self.mfa_token_owner(digest)
        return super().spend_mfa_token(digest, *(issued_to or (user_id, session_id)), now)


@fault(
    *("M05", "mfa-token-unasked", "An MFA token is given to who did not ask for one"),
    requirement="mfa-token.on-request",
    sources=("D-76",),
)
class _Unasked(Rules):
    def mfa_token_wanted(self, asked: bool) -> bool:  # noqa: ARG002
        return True


@fault(
    *("M08", "action-not-protected", "Protected actions run without any proof of MFA"),
    requirement="step-up.actions-enforced",
    sources=("D-86", "CWE-862"),
)
class _NotProtected(Rules):
    def action_needs_mfa(self, action: str, has_method: bool) -> bool:  # noqa: ARG002
        return False


@fault(
    *("M09", "unlisted-action-protected", "Actions that are not switched on ask for MFA too"),
    requirement="step-up.action-default",
    sources=("D-73", "D-74"),
)
class _Unlisted(Rules):
    def action_needs_mfa(self, action: str, has_method: bool) -> bool:
        return super().action_needs_mfa(action, has_method) or (
            bool(self.settings.actions) and has_method and action.startswith("wallet.")
        )


@fault(
    *(
        "M10",
        "unenrolled-user-blocked",
        "Users without a method are kept from actions though MFA is optional",
    ),
    requirement="step-up.action-default",
    sources=("D-73",),
)
class _Blocked(Rules):
    def action_needs_mfa(self, action: str, has_method: bool) -> bool:  # noqa: ARG002
        return super().action_needs_mfa(action, has_method=True)


@fault(
    *("M11", "elevated-token-any-scope", "An elevated token of one scope opens every other"),
    requirement="step-up.scope-bound",
    sources=("D-81", "CWE-863"),
)
class _AnyScope(Rules):
    def scope_opens(self, held: Collection[str], needed: str) -> bool:  # noqa: ARG002
        return bool(held)


@fault(
    *("M12", "scope-escalation", "Any scope that is asked for is granted"),
    requirement="mfa-token.on-request",
    sources=("CWE-269",),
)
class _Escalation(Rules):
    def grantable_scopes(self, requested: tuple[str, ...]) -> tuple[str, ...]:
        return requested


@fault(
    *("M13", "elevated-token-never-expires", "Elevated tokens are accepted after they expired"),
    requirement="step-up.expiry",
    sources=("D-79",),
)
class _NeverExpires(Rules):
    def elevated_is_current(self, claims: dict[str, Any], now: float) -> bool:  # noqa: ARG002
        return True


@fault(
    *("M14", "elevated-token-reusable", "A single-use elevated token is accepted twice"),
    requirement="step-up.single-use",
    sources=("D-79",),
)
class _ElevatedReusable(Rules):
    def elevated_is_single_use(self, claims: dict[str, Any]) -> bool:  # noqa: ARG002
        return False


@fault(
    *("M15", "time-bound-token-single-use", "A time-bound elevated token dies after one use"),
    requirement="step-up.time-bound",
    sources=("D-79",),
)
class _DiesAtOnce(Rules):
    def elevated_is_single_use(self, claims: dict[str, Any]) -> bool:  # noqa: ARG002
        return True


@fault(
    *(
        "M16",
        "reauthentication-elevates-despite-mfa",
        "A code by e-mail brings an elevated token to who has MFA",
    ),
    requirement="step-up.mfa-not-reauth",
    sources=("D-82",),
)
class _Reauthentication(Rules):
    def reauthentication_may_elevate(self, has_method: bool) -> bool:  # noqa: ARG002
        return True


@fault(
    *("M17", "step-up-check-says-no", "The step-up check says that nothing is required"),
    requirement="step-up.check",
    sources=("D-83", "D-86"),
)
class _SaysNo(Rules):
    def step_up_required(self, scope: str, has_method: bool) -> bool:  # noqa: ARG002
        return False


@fault(
    *("M18", "step-up-lists-others", "The step-up check lists the devices of other users"),
    requirement="step-up.check",
    sources=("D-83", "CWE-200"),
)
class _ListsOthers(Operations):
    def step_up_methods(self, caller: Caller) -> Methods:
        return Methods(every_device(self.store), super().step_up_methods(caller).passkeys)
