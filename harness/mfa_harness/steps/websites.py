"""Steps about pages of other websites: what they may read, what they may have done, what they may ask for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mfa_harness.scenario.outcome import require
from mfa_harness.steps.lexicons import ACTS, FACTS
from mfa_harness.verdicts import Blocked
from mfa_simulators.client.wire import read_refusal

if TYPE_CHECKING:
    from mfa_harness.scenario.actor import Actor
    from mfa_harness.scenario.world import World

ELSEWHERE = "https://elsewhere.example"
_RP_ELSEWHERE = "elsewhere.example"


@FACTS.phrase("a page of another website may not read her device list")
def not_readable(world: World) -> None:
    """An answer to a foreign Origin does not allow that origin to read it (CORS)."""
    actor = world.actor("she")
    answer = world.environment.request(
        "GET", "users/mfa", token=actor.client.state.token, headers={"origin": ELSEWHERE}
    )
    allowed = answer.headers.get("access-control-allow-origin", "")
    require(allowed not in (ELSEWHERE, "*"), "no leave for the other website", f"leave for {allowed}")


@FACTS.phrase("a relying party that the request names is not believed")
def foreign_rp(world: World) -> None:
    """The relatedOriginRpId (D-58) of a domain that nobody configured does not become the RP ID."""
    actor = world.actor("she")
    answer = world.environment.request(
        "GET",
        f"users/passkeys/authenticate?relatedOriginRpId={_RP_ELSEWHERE}",
        token=actor.client.state.token,
    )
    found = answer.json().get("rpId") if answer.succeeded else None
    require(found != _RP_ELSEWHERE, "a refusal, or the relying party's own id", f"rpId {found}")


@ACTS.phrase("opens a page of another website that has her recovery codes regenerated")
def cross_site(world: World, actor: Actor) -> None:
    """A state-changing request that the browser sends with her session cookie, from a foreign page (CSRF)."""
    world.need("cookie-mode")

    def regenerate(actor: Actor, origin: str) -> Any:
        headers = {"cookie": _session_cookie(world, actor), "origin": origin, "sec-fetch-site": "cross-site"}
        if origin == world.environment.origin:
            headers["sec-fetch-site"] = "same-origin"
        answer = world.environment.request("POST", "users/mfa/recovery", headers=headers)
        if not answer.succeeded:
            raise read_refusal(answer, world.environment.clock)
        return answer

    world.attempt(
        actor,
        "a request from a page of another website",
        lambda a: regenerate(a, ELSEWHERE),
        honest=lambda twin: regenerate(twin, world.environment.origin),
        count_codes=True,
    )


def _session_cookie(world: World, actor: Actor) -> str:
    """The cookie of a session of hers, got by signing in by hand: clients keep theirs to themselves."""
    email = actor.person.email
    begun = _post(world, "emailVerifications/create", {"email": email}).json()
    proof = {"verificationUUID": begun["verificationUUID"], "verificationToken": actor.person.read_mail()}
    answer = _post(world, "emailVerifications/signin", proof)
    cookie = str(answer.headers.get("set-cookie", "")).partition(";")[0]
    if not cookie:
        raise Blocked("get a session cookie", "the sign-in set none")
    return cookie


def _post(world: World, path: str, body: dict[str, str]) -> Any:
    answer = world.environment.request("POST", path, body=json.dumps(body).encode())
    if not answer.succeeded:
        raise Blocked(f"POST {path} by hand", f"{answer.status}")
    return answer
