"""Screens and the sync flow through a driver."""

from __future__ import annotations

from mfa_harness.targets.driving.vocabulary import ShownContent
from mfa_harness.targets.driving.words.core import scanned
from mfa_harness.targets.driving.words.step_up import StepUpWords
from mfa_simulators.client.values import ScreenContent


class ScreenWords(StepUpWords):
    """See `mfa_simulators.client.protocol.ScreenWords`."""

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

    def dismiss_screen(self) -> bool:
        """The user's own way out of the visible screen."""
        return self._something("dismiss_screen", bool)

    def prompt_mfa_auth(self) -> None:
        """Opens what this user needs; a passkey's ceremony may begin at once."""
        self._do("prompt_mfa_auth")

    def read_screen(self) -> ScreenContent:
        """What the visible screen shows; a QR code alone is scanned."""
        shown = self._something("read_screen", ShownContent)
        uri = scanned(shown.qr) if shown.qr and not shown.uri else shown.uri
        return ScreenContent(uri=uri, image=shown.image, recovery_codes=shown.recovery_codes)

    def submit_screen(self, *, code: str | None = None) -> None:
        """Presses the visible screen's button, a code typed in first where one is given."""
        self._do("submit_screen", code=code)

    def sync_mfa_flow(self) -> None:
        """From now on the client says by itself what is missing."""
        self._do("sync_mfa_flow")

    @property
    def prompts(self) -> tuple[str, ...]:
        """What it has said since."""
        return self._something("prompts", tuple[str, ...])

    def reload(self) -> None:
        """Loads the page, or starts the app, again."""
        self._do("reload")
