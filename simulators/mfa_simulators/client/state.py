"""What a client remembers of its session, changed in one place only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_simulators.client.tokens import ElevatedTokens, read_elevated
from mfa_simulators.client.values import ClientState

if TYPE_CHECKING:
    from mfa_simulators.client.values import Session, User
    from mfa_simulators.clock import Clock


class Memory:
    """Token, user, expiry, MFA token and elevated tokens of one client."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.token: str | None = None
        self.user: User | None = None
        self.expires_at: float | None = None
        self.mfa_token: str | None = None
        self.elevated = ElevatedTokens(clock)

    def store(self, session: Session, endpoint: str) -> None:
        """Takes in a VerifyResponse: it replaces token, user and expiry, a missing token by none.

        An MFA token replaces the held one only when there is a new one; an elevated token is kept by scope.

        Raises:
            MalformedAnswerError: its elevated token cannot be read; nothing is changed then.
        """
        elevated = None
        if session.elevated_access_token:
            elevated = read_elevated(session.elevated_access_token, endpoint)
        self.token = session.token
        self.user = session.user
        self.expires_at = session.expires_at
        if session.mfa_token:
            self.mfa_token = session.mfa_token
        if elevated:
            self.elevated.keep(elevated)

    def clear(self) -> None:
        """Forgets the session and every token."""
        self.restore(ClientState())

    def snapshot(self) -> ClientState:
        """The memory at this moment."""
        return ClientState(
            token=self.token,
            user=self.user,
            expires_at=self.expires_at,
            mfa_token=self.mfa_token,
            elevated_tokens=tuple(self.elevated),
        )

    def restore(self, state: ClientState) -> None:
        """Puts a snapshot in place of what is remembered."""
        self.token = state.token
        self.user = state.user
        self.expires_at = state.expires_at
        self.mfa_token = state.mfa_token
        self.elevated = ElevatedTokens(self._clock, state.elevated_tokens)
