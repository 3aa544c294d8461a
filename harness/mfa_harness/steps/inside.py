"""Steps about what only the server's owner can see: its log, and the notices it sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mfa_harness.scenario.outcome import require
from mfa_harness.steps.lexicons import FACTS
from mfa_harness.steps.sentence import sentence

if TYPE_CHECKING:
    from mfa_harness.scenario.world import World

NOTICES = {
    "an authenticator app was added": "totp-added",
    "an authenticator app was removed": "totp-removed",
    "a passkey was added": "passkey-added",
    "a passkey was removed": "passkey-removed",
    "a recovery code was used": "recovery-code-used",
}


@FACTS.phrase("no code and no token is in the server's log")
def nothing_logged(world: World) -> None:
    """What was sent and given out in this scenario is nowhere in what the server logged meanwhile."""
    world.need("log")
    actor = world.actor("she")
    log = world.environment.log()
    secrets = {
        "a code": str(actor.last_code or ""),
        "a recovery code": actor.last_recovery_code,
        "an MFA token": actor.mfa_token,
        "the session token": actor.client.state.token or "",
        "the app's secret": actor.person.app.secret if actor.person.app else "",
    }
    found = [name for name, secret in secrets.items() if secret and secret in log]
    require(not found, "nothing secret in the log", " and ".join(found))


@sentence(
    "she is told that {notice}",
    example="Then she is told that an authenticator app was added",
    kind="then",
    notice=NOTICES,
)
def told(world: World, notice: str) -> None:
    """The owner of an account hears of every change to its factors, and of every recovery code used."""
    world.need("notices")
    found = world.environment.notices(world.actor("she").user_id)
    require(NOTICES[notice] in found, f"a notice that {notice}", ", ".join(found) or "no notice at all")
