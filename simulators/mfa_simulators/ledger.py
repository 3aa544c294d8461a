"""Ledger: which time steps of which secret were used, so that no code is ever used twice (RFC 6238 5.2)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mfa_simulators.totp import TotpAuthenticator


class NoFreshCode(LookupError):  # noqa: N818 -- not a fault: a reason to wait
    """Every code that the server would take now is used.

    Args:
        seconds_to_wait: until there is one again.
    """

    def __init__(self, seconds_to_wait: float) -> None:
        super().__init__(f"no fresh code of the authenticator app for another {seconds_to_wait:.0f} s")
        self.seconds_to_wait = seconds_to_wait


class Ledger:
    """The time steps spent, for each secret."""

    def __init__(self) -> None:
        self._spent: defaultdict[str, set[int]] = defaultdict(set)

    def spend(self, secret: str, step: int) -> None:
        """Writes a step down as used."""
        self._spent[secret].add(step)

    def spent(self, secret: str) -> frozenset[int]:
        """The steps used of a secret."""
        return frozenset(self._spent.get(secret, ()))

    def last(self, secret: str) -> int | None:
        """The latest step used of a secret."""
        return max(self._spent.get(secret, ()), default=None)

    def spend_fresh(
        self,
        app: TotpAuthenticator,
        *,
        drift_steps: int = 1,
        refuses_older: bool = True,
        guard_seconds: float = 0.0,
    ) -> str:
        """The code of the oldest step never used that a server would take now, by the app's clock.

        Args:
            app: the account.
            drift_steps: steps to either side of the present one that the server takes.
            refuses_older: steps before the last one used count as used.
            guard_seconds: use nothing when the present step ends within so many seconds.

        Raises:
            NoFreshCode: with the seconds after which this succeeds.
        """
        left, now = (
            app.seconds_left,
            app.step,
        )  # in this order: a step that ends in between gives a late `now`
        if left <= guard_seconds:
            raise NoFreshCode(left)
        spent, last = self._spent[app.secret], self.last(app.secret)
        oldest = max(0, now - drift_steps)
        if refuses_older and last is not None:
            oldest = max(oldest, last + 1)
        step = next(step for step in range(oldest, oldest + len(spent) + 1) if step not in spent)
        if step > now + drift_steps:
            raise NoFreshCode(left + (step - drift_steps - now - 1) * app.period)
        spent.add(step)
        return app.code_of(step)
