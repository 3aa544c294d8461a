"""A client whose every word is done by a driver: the vocabulary of `mfa_simulators.client.protocol`."""

from __future__ import annotations

from mfa_harness.targets.driving.words.step_up import StepUpWords


class DriverClient(StepUpWords):
    """One browser of one person, by way of somebody's SDK; see `words.core` for its arguments."""

    @property
    def current_screen(self) -> str | None:
        """The name of the screen that is visible."""
        found = self._do("current_screen", str)
        return found if isinstance(found, str) else None

    def show_screen(self, name: str) -> bool:
        """Opens a screen."""
        return self._something("show_screen", bool, name=name)

    def hide_screen(self, name: str) -> bool:
        """Closes a screen."""
        return self._something("hide_screen", bool, name=name)
