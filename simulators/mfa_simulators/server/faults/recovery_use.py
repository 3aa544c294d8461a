"""Faults of using recovery codes: whose they are, which form passes, how many are used up, what is told of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import select

from mfa_simulators.server.faults.fault import fault
from mfa_simulators.server.faults.notes import notes
from mfa_simulators.server.operations import Operations
from mfa_simulators.server.rules import Rules
from mfa_simulators.server.store import Store
from mfa_simulators.server.store.base import here
from mfa_simulators.server.store.tables import USERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_simulators.server.operations import Call, Caller
    from mfa_simulators.server.rules.refusal import Refusal
    from mfa_simulators.server.store.records import Methods, RecoveryCode, Session, User
    from mfa_simulators.server.wire.answers import RecoveryCodes

_EVERY_USER = select(USERS.c.id).where(here(USERS))
_ONCE = "recovery.single-use"
_FORMAT = "recovery.format"
_FULL_SET = 10


@fault(
    *("R27", "recovery-code-of-other-user", "The recovery code of any user passes"),
    requirement="recovery.bound-to-account",
    sources=("WSTG-ATHN-11", "CWE-639"),
)
class _OtherUser(Operations):
    def recovery_code_spent(self, call: Call, caller: Caller, code: str) -> bool:
        if super().recovery_code_spent(call, caller, code):
            return True
        with self.store.database.read() as connection:
            users = connection.execute(_EVERY_USER, {"env": self.store.environment_id}).scalars().all()
        plain = self.rules.recovery_code_as_stored(code) or ""
        return any(
            self.store.spend_recovery_code(user, self.recovery_digest(user, plain), call.now)
            for user in users
        )


def _burn_one(operations: Operations, call: Call, caller: Caller) -> None:
    """Uses up the next code of her set."""
    left = [each for each in operations.store.recovery_codes(caller.user.id) if not each.spent]
    if left:
        operations.store.spend_recovery_code(caller.user.id, left[0].digest, call.now)


@fault(
    *("R28", "wrong-recovery-code-burns-one", "A wrong recovery code uses up one of the right ones"),
    requirement=_ONCE,
    sources=("D-39", "CWE-645"),
)
class _WrongBurns(Operations):
    def wrong_recovery_code(self, call: Call, caller: Caller, code: str) -> Refusal:
        _burn_one(self, call, caller)
        return super().wrong_recovery_code(call, caller, code)


@fault(
    *("R29", "recovery-code-burns-two", "Using a recovery code uses up the next one too"),
    requirement=_ONCE,
    sources=("D-39",),
)
class _BurnsTwo(Operations):
    def recovery_code_spent(self, call: Call, caller: Caller, code: str) -> bool:
        spent = super().recovery_code_spent(call, caller, code)
        if spent:
            _burn_one(self, call, caller)
        return spent


@fault(
    *("R30", "longer-recovery-code-passes", "What follows the ten characters of a recovery code is cut off"),
    requirement=_FORMAT,
    sources=("D-43",),
)
class _Longer(Rules):
    def recovery_code_as_stored(self, given: str) -> str | None:
        return super().recovery_code_as_stored(re.sub(r"[\s-]", "", given)[: self.recovery_code_length()])


@fault(
    *("R31", "no-recovery-code-passes", "An empty recovery code passes"),
    requirement=_FORMAT,
    sources=("D-43", "CWE-287"),
)
class _Empty(Operations):
    def recovery_code_spent(self, call: Call, caller: Caller, code: str) -> bool:
        return not code or super().recovery_code_spent(call, caller, code)


@fault(
    *("R32", "app-code-as-recovery-code", "A code of the app passes where a recovery code is asked for"),
    requirement="recovery.separate-from-totp",
    sources=("D-42", "CWE-287"),
)
class _AppCode(Operations):
    def recovery_code_spent(self, call: Call, caller: Caller, code: str) -> bool:
        if super().recovery_code_spent(call, caller, code):
            return True
        methods = self.store.methods(caller.user.id)
        verified = [device for device in methods.devices if device.verified]
        return self.device_proved(call, caller, verified, methods, code) is not None


@fault(
    *("R33", "recovery-count-always-ten", "The count of recovery codes says ten, however many are left"),
    requirement="recovery.ten-codes",
    sources=("D-38",),
)
class _AlwaysTen(Operations):
    def read_recovery_codes(self, call: Call) -> RecoveryCodes:
        return msgspec.structs.replace(super().read_recovery_codes(call), count=_FULL_SET)


@fault(
    *("R34", "recovery-code-case-ignored", "A recovery code passes in the other case where it must not"),
    requirement=_FORMAT,
    sources=("D-43",),
)
class _AnyCase(Rules):
    def recovery_code_as_stored(self, given: str) -> str | None:
        return super().recovery_code_as_stored(given.upper())


@fault(
    *(
        "R35",
        "recovery-code-separators-ignored",
        "A recovery code passes with spaces in it where it must not",
    ),
    requirement=_FORMAT,
    sources=("D-43",),
)
class _AnySeparators(Rules):
    def recovery_code_as_stored(self, given: str) -> str | None:
        return super().recovery_code_as_stored(re.sub(r"[\s-]", "", given))


@fault(
    *("R36", "regenerated-codes-dead", "The codes of a new set do not work"),
    requirement="recovery.regeneration-invalidates",
    sources=("D-41",),
)
class _NewDead(Store):
    def replace_recovery_codes(
        self, user_id: str, codes: Sequence[RecoveryCode], acknowledgement: str
    ) -> list[RecoveryCode]:
        notes(self, "R36")[user_id] = {code.digest for code in codes}
        return super().replace_recovery_codes(user_id, codes, acknowledgement)

    def spend_recovery_code(self, user_id: str, digest: bytes, now: float) -> bool:
        dead = digest in notes(self, "R36").get(user_id, ())
        return not dead and super().spend_recovery_code(user_id, digest, now)


@fault(
    *("R37", "acknowledged-by-signing-in", "Signing in again counts as acknowledging the recovery codes"),
    requirement="recovery.acknowledgement",
    sources=("D-44",),
)
class _AcknowledgedBySigningIn(Store):
    def sign_in(
        self, method: str, key: str, newcomer: User, session: Session
    ) -> tuple[User, Session, Methods, bool]:
        known = self.user_by(method, key)
        if known is not None and known.acknowledgement is not None:
            self.set_acknowledgement(known.id, "complete")
        return super().sign_in(method, key, newcomer, session)


@fault(
    *("R38", "first-set-acknowledged", "The set that comes with the first method counts as acknowledged"),
    requirement="recovery.acknowledgement",
    sources=("D-35",),
)
class _FirstAcknowledged(Rules):
    def acknowledgement_of_new_set(self) -> str:
        return "complete"


@fault(
    *("R39", "exhausted-set-final", "Who has used up her recovery codes can make no new ones"),
    requirement="recovery.exhaustion",
    sources=("D-50",),
)
class _Final(Operations):
    def renew_recovery_codes(self, call: Call) -> RecoveryCodes:
        codes = self.store.recovery_codes(self.authenticate(call).user.id)
        if codes and all(code.spent for code in codes):
            raise self.rules.recovery_refusal()
        return super().renew_recovery_codes(call)
