"""What a person shows, besides her session, to do something protected: an MFA token, an elevated token, nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mfa_harness.verdicts import Blocked
from mfa_simulators.client.core import ELEVATED_TOKEN_HEADER, MFA_TOKEN_HEADER

if TYPE_CHECKING:
    from mfa_harness.scenario.actor import Actor


@dataclass(frozen=True)
class Permit:
    """One header and its value.

    Args:
        header: None is no permit at all.
        value: what the header says.
        held: her client holds this very token, and sends it by itself where it belongs; any other has to be put
            into a request by hand.
    """

    header: str | None = None
    value: str = ""
    held: bool = True

    @property
    def headers(self) -> dict[str, str]:
        """As headers of a request made by hand."""
        return {self.header: self.value} if self.header else {}

    @property
    def mfa_token(self) -> str | None:
        """The MFA token to hand to a client's call, if it is one."""
        return self.value if self.header == MFA_TOKEN_HEADER else None


NONE = Permit()


def mfa_token(actor: Actor) -> Permit:
    """A single-use MFA token, from a challenge met just now with what she has.

    Raises:
        Blocked: she was given none.
    """
    session = actor.meet_challenge(create_mfa_token=True)
    actor.mfa_token = _given(session.mfa_token, "an MFA token", "create_mfa_token")
    return Permit(MFA_TOKEN_HEADER, actor.mfa_token)


def elevated_token(actor: Actor, scope: str) -> Permit:
    """An elevated token for one scope, from a challenge met just now with what she has.

    Raises:
        Blocked: she was given none.
    """
    session = actor.meet_challenge(requested_scopes=(scope,))
    actor.elevated_token = _given(session.elevated_access_token, "an elevated token", "requested_scopes")
    return Permit(ELEVATED_TOKEN_HEADER, actor.elevated_token)


def _given(token: str | None, what: str, argument: str) -> str:
    if not token:
        raise Blocked(
            f"get {what}",
            f"MFA was passed and {what} asked for, and the answer has none (a driver has to pass `{argument}` on)",
        )
    return token


def for_removal(actor: Actor) -> Permit:
    """What the target takes for removing a method, by its profile: an MFA token or an elevated token."""
    if actor.tolerances.deletion_authority == "elevated-token":
        return elevated_token(actor, "credential:unlink")
    return mfa_token(actor)


def by_hand(header: str, value: str) -> Permit:
    """A token that her client does not hold, or no longer."""
    return Permit(header, value, held=False)


def mfa_token_again(actor: Actor) -> Permit:
    """The MFA token that she got last, whether spent or not."""
    return by_hand(MFA_TOKEN_HEADER, actor.mfa_token)


def elevated_token_again(actor: Actor) -> Permit:
    """The elevated token that she got last, whether spent or not."""
    return by_hand(ELEVATED_TOKEN_HEADER, actor.elevated_token)


def made_up() -> Permit:
    """A token that nobody ever gave out."""
    return by_hand(MFA_TOKEN_HEADER, "made-up-token")
