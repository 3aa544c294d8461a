"""MfaClient: the reference client SDK."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from mfa_simulators.client.events import LOGOUT
from mfa_simulators.client.screens import VIEW_BACKUP_CODES, Screens
from mfa_simulators.client.step_up import StepUpCalls

if TYPE_CHECKING:
    from mfa_simulators.client.sync import Pending
    from mfa_simulators.client.values import ScreenContent


class MfaClient(StepUpCalls):
    """A client of the account-MFA API: the vendor's vocabulary in snake_case, synchronous, over httpx.

    It keeps what the vendor's SDK keeps (token, user, expiry, MFA token, elevated tokens by scope), sends
    what that sends, and stays silent where that does: no call is repeated, no 401 logs out. Where the
    vendor's SDK departs from its own documentation the documentation holds: scope is tested on the split
    list (D-16), and an MFA token is forgotten when it is sent to be used up (D-77).

    Use one instance for one browser of one user; instances may share an `httpx.Client`, also between threads.
    Every failed call raises `ClientError`.

    Args:
        base_url: of the API; ends in `/api/v0`.
        environment_id: the tenant, a UUID in lower case.
        origin: of the application, for the Origin header and for passkeys.
        http: the connection pool to use; never closed here. By default one that all clients share.
        clock: decides which tokens and cookies have expired.
        passkey: the authenticator for passkey ceremonies, where a call brings none.
        device_key: signs nonces; by default a new one.
        sign_nonces: False leaves the device headers out; they are never sent in cookie mode.
        cookie_mode: whether the session token is left to a cookie; by default as the settings say.
        randomness: for keys and ids.
    """

    @cached_property
    def screens(self) -> Screens:
        """The six screens of the vendor's UI."""
        return Screens(self)

    def sync_mfa_flow(self) -> None:
        """From now on what is missing is taken down in `prompts`, and its screen opened, once a login (D-23)."""
        self.events.on(LOGOUT, lambda _: self.screens.close())
        self.on_mfa_required(self._prompt)

    def _prompt(self, pending: Pending) -> None:
        self._prompts.append(pending)
        if pending == "mfa":
            self.screens.prompt()
        else:
            self.screens.show(VIEW_BACKUP_CODES)

    @cached_property
    def _prompts(self) -> list[Pending]:
        return []

    @property
    def prompts(self) -> tuple[Pending, ...]:
        """What the client has asked for by itself, oldest first."""
        return tuple(self._prompts)

    def reload(self) -> None:
        """Takes up its session as a page does that is loaded again; the screens are gone with the page."""
        self.screens.close()
        self.restore(self.state)

    @property
    def current_screen(self) -> str | None:
        """The name of the screen that is visible."""
        return self.screens.current

    def show_screen(self, name: str) -> bool:
        """Opens a screen; False when its method is switched off and nothing happened."""
        return self.screens.show(name)

    def hide_screen(self, name: str) -> bool:
        """Closes a screen; False when it was not the visible one."""
        return self.screens.hide(name)

    def dismiss_screen(self) -> bool:
        """The user's own way out of the visible screen; False while something is due."""
        return self.screens.dismiss()

    def prompt_mfa_auth(self) -> None:
        """Opens what this user needs."""
        self.screens.prompt()

    def read_screen(self) -> ScreenContent:
        """What the visible screen shows."""
        return self.screens.read()

    def submit_screen(self, *, code: str | None = None) -> None:
        """Types a code into the visible screen, or ticks that the recovery codes were written down."""
        if code is None:
            self.screens.acknowledge()
        else:
            self.screens.submit(code)
