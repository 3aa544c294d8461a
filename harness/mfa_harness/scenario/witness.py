"""What is visible of an account before and after a request that must change nothing (DESIGN rule 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mfa_simulators.client.errors import ClientError

if TYPE_CHECKING:
    from mfa_harness.scenario.actor import Actor
    from mfa_simulators.client.protocol import Client

UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Sight:
    """An account as its owner sees it. A part that cannot be read is `unreadable`, before and after."""

    devices: tuple[str, ...] | str
    passkeys: int | str
    scope: str
    acknowledgement: str
    recovery_codes: int | None = None

    def difference(self, later: Sight) -> str:
        """What changed, in words: "devices 1 -> 2"; "" when nothing did."""
        if later.devices == UNREADABLE and self.devices != UNREADABLE:
            return "her account could be read before, and cannot be read any more"
        of_one_number = len(self.devices) == len(later.devices)
        parts = {
            "devices": (
                _shown(self.devices, whole=of_one_number),
                _shown(later.devices, whole=of_one_number),
            ),
            "passkeys": (self.passkeys, later.passkeys),
            "scope": (self.scope or "none", later.scope or "none"),
            "acknowledgement of recovery codes": (
                self.acknowledgement or "none",
                later.acknowledgement or "none",
            ),
            "recovery codes left": (self.recovery_codes, later.recovery_codes),
        }
        return "; ".join(f"{name} {was} -> {now}" for name, (was, now) in parts.items() if was != now)


def _shown(devices: tuple[str, ...] | str, *, whole: bool) -> str:
    """A device list in words: how many there are, or what they are where that is what changed."""
    if isinstance(devices, str):
        return devices
    return ", ".join(devices) if whole else str(len(devices))


def look(actor: Actor, *, count_codes: bool) -> Sight:
    """See the account through its current session, or through another of hers where that one is not let in.

    Recovery codes are counted only where counting changes nothing: a set exists, the profile lets it be read
    again, and a second, fully signed-in session of hers can do the reading.
    """
    scope = _scope(actor.client)
    sessions = [actor.client, *(session for session in actor.sessions if session is not actor.client)]
    for client in sessions:
        if not client.state.signed_in:
            continue
        try:
            methods = client.get_mfa_methods(verified_only=False)
        except ClientError:
            continue
        return Sight(
            devices=tuple(
                sorted(
                    f"{device.type} ({'verified' if device.verified else 'not verified'}"
                    f"{', default' if device.default else ''})"
                    for device in methods.devices
                )
            ),
            passkeys=len(methods.passkeys),
            scope=scope,
            acknowledgement=_acknowledgement(actor.client),
            recovery_codes=_codes_left(actor) if count_codes else None,
        )
    return Sight(UNREADABLE, UNREADABLE, scope, UNREADABLE)


def _scope(client: Client) -> str:
    if not client.state.signed_in:
        return ""
    try:
        return " ".join(sorted(client.refresh_user().scopes))
    except ClientError:
        return UNREADABLE


def _acknowledgement(client: Client) -> str:
    user = client.state.user
    return (user.mfa_backup_code_acknowledgement or "") if user else ""


def _codes_left(actor: Actor) -> int | None:
    reader = actor.full_session
    if reader is None or not actor.has_sheet or not actor.codes_can_be_read_again:
        return None
    try:
        return len(reader.get_mfa_recovery_codes())
    except ClientError:
        return None
