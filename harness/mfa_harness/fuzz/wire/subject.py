"""Somebody to send odd requests for: an account with everything, made anew every few requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mfa_harness.fuzz.stage import Stage
from mfa_harness.fuzz.words import BOTH, SHE, Opening

if TYPE_CHECKING:
    from mfa_harness.scenario.actor import Actor
    from mfa_harness.scenario.run import Run

_LIFE: Final = 8  # requests: fewer than lock an account


class Subject:
    """Args:
    run: with the target, opened.
    settings: of the environment besides.
    """  # noqa: D205

    def __init__(self, run: Run, **settings: Any) -> None:
        self._run = run
        self._settings = settings
        self._left = 0
        self._stage: Stage | None = None

    def ready(self) -> Subject:
        """Herself, made anew where she has been asked for often enough.

        Raises:
            Blocked, NotApplicable: the target does not bring her about.
        """
        if self._left <= 0 or self._stage is None:
            self.close()
            self._stage = Stage(self._run, Opening(she=BOTH), **self._settings)
            self._stage.raise_curtain()
            self._left = _LIFE
        self._left -= 1
        return self

    @property
    def stage(self) -> Stage:
        """Where she is."""
        assert self._stage is not None, "ready() comes first"
        return self._stage

    @property
    def actor(self) -> Actor:
        """Herself."""
        return self.stage.people[SHE]

    @property
    def token(self) -> str | None:
        """Her session token."""
        return self.actor.client.state.token

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no error may tell: her session token, the secret of her app, her recovery codes."""
        app = self.actor.person.app
        return (self.token or "", app.secret if app is not None else "", *self.actor.person.sheet.unused)

    def close(self) -> None:
        """Delete her."""
        if self._stage is not None:
            self._run.leftovers.extend(self._stage.close())
            self._stage = None
