"""Then: whether the last action was accepted or refused, and how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mfa_harness.scenario.outcome import TOO_MANY, Outcome, is_refusal, require
from mfa_harness.steps.lexicons import ENDINGS, FACTS
from mfa_harness.steps.sentence import sentence
from mfa_harness.verdicts import Blocked, Breach, NotApplicable, ScenarioError

if TYPE_CHECKING:
    from mfa_harness.scenario.actor import Actor
    from mfa_harness.scenario.world import World
    from mfa_simulators.client.errors import ClientError

_TOKENS = ("jwt", "minifiedJwt", "mfaToken", "elevatedAccessToken")


@dataclass(frozen=True)
class Reason:
    """One way to be refused: what is required in words, and which statuses or error kinds are that."""

    required: str
    statuses: tuple[int, ...] = ()
    kind: str | None = None
    codes: tuple[str, ...] = ()

    def met_by(self, outcome: Outcome) -> bool:
        """Whether an outcome is this refusal."""
        error = outcome.error
        if error is None or not is_refusal(error):
            return False
        if self.kind is not None:
            return error.kind == self.kind
        if self.codes and error.code in self.codes:
            return True
        return error.status in self.statuses if self.statuses else True


REASONS = {
    "401 Unauthorized": Reason("401", statuses=(401,)),
    "403 Forbidden": Reason("403", statuses=(403,)),
    "MFA required": Reason("a refusal (401 or 403), since MFA is still due", statuses=(401, 403)),
    "not signed in": Reason("401, since the session token is not valid", statuses=(401,)),
    "invalid code": Reason("a refusal with the error code mfa_invalid_code", kind="invalid_code"),
    "too many attempts": Reason("429", statuses=(TOO_MANY,)),
    "step-up required": Reason(
        "a refusal (401 or 403), since this takes a token from a fresh MFA", statuses=(401, 403)
    ),
    "no such device": Reason(
        "a refusal as for an unknown id (401, 403, 404 or 422)", statuses=(401, 403, 404, 422)
    ),
    "too many passkeys": Reason("422 max_passkeys_per_user", statuses=(422,)),
}
_ANY = Reason("a refusal (4xx)")


@sentence(
    '{who} is refused[ with "{reason}"]',
    example='Then she is refused with "401 Unauthorized"',
    kind="then",
    reason=REASONS,
)
def refused(world: World, who: str, reason: str | None) -> None:
    """The last action was refused, as documented, and nothing that can be seen has changed."""
    expected = _expected(world, reason)
    outcome = world.outcome
    if outcome.before is None:
        raise ScenarioError("nothing was witnessed: this sentence must follow the action that it is about")
    changes = outcome.changes()
    required = f"{expected.required}, and nothing changed"
    error = outcome.error
    if error is None:
        raise Breach(required, f"{outcome.told}{'; ' + changes if changes else ''}")
    if error.status == TOO_MANY and TOO_MANY not in expected.statuses:
        raise Blocked(
            f"have {outcome.what} refused for its own reason", "429: an attempt limit was in the way"
        )
    require(expected.met_by(outcome), required, outcome.told)
    require(not changes, required, f"{outcome.told}, but {changes}")


def _expected(world: World, reason: str | None) -> Reason:
    if reason is None:
        return _ANY
    if reason == "401 Unauthorized" and world.noted.get("second device"):
        statuses = tuple(world.profile.tolerances.second_device_statuses)
        return Reason(" or ".join(map(str, statuses)), statuses=statuses)
    return REASONS[reason]


@ENDINGS.phrase("succeeds")
def succeeds(world: World, actor: Actor) -> None:
    """The last action was accepted."""
    outcome = world.outcome
    require(outcome.error is None, f"{outcome.what} is accepted", outcome.found)


@ENDINGS.phrase("is locked out")
def stopped(world: World, actor: Actor) -> None:
    """Too many attempts: 429."""
    _stop(world)


@ENDINGS.phrase("is told how long to wait")
def told_to_wait(world: World, actor: Actor) -> None:
    """Too many attempts: 429 with a Retry-After in whole seconds."""
    wait = _stop(world).retry_after
    require(
        wait is not None and wait >= 0,
        "429 with a Retry-After header in whole seconds",
        "429 that does not say for how many seconds: it has no such header",
    )


def _stop(world: World) -> ClientError:
    outcome = world.outcome
    found = outcome.told if outcome.error is not None else f"{outcome.what}: never stopped by a 429"
    require(outcome.error is not None and outcome.error.status == TOO_MANY, "429, too many attempts", found)
    assert outcome.error is not None
    return outcome.error


@FACTS.phrase("the refusal brings no token")
def refusal_without_token(world: World) -> None:
    """An error answer carries no session token, MFA token, elevated token or cookie."""
    if not world.outcome.exchanges:
        raise NotApplicable("what went over the wire cannot be seen here")
    for exchange in world.outcome.exchanges:
        body = exchange.response if isinstance(exchange.response, dict) else {}
        found = sorted(name for name in _TOKENS if body.get(name))
        require(not found, "no token in a refusal", f"{exchange.status} with {', '.join(found)}")
        cookie = next((name for name in exchange.headers if name.lower() == "set-cookie"), None)
        require(cookie is None, "no cookie in a refusal", f"{exchange.status} with a cookie")


@FACTS.phrase("exactly one of them succeeds")
def exactly_one(world: World) -> None:
    """Of several requests at once, one was accepted and the others refused."""
    tally = world.tally
    if tally is None:
        raise ScenarioError("nothing was done at once: this sentence must follow such an action")
    total = len(tally.outcomes)
    broken = [
        outcome for outcome in tally.outcomes if outcome.error is not None and not is_refusal(outcome.error)
    ]
    require(
        not broken,
        "one accepted, the others refused",
        f"{len(broken)} of {total} answered with an error of its own",
    )
    require(
        tally.accepted == 1,
        f"exactly 1 of {total} requests accepted",
        f"{tally.what}: {tally.accepted} of {total} accepted",
    )


@FACTS.phrase("the refusals are alike")
def refusals_alike(world: World) -> None:
    """The refusals of the scenario tell nothing apart: same status, code and message."""
    errors = [outcome.error for outcome in world.outcomes if outcome.error is not None]
    if len(errors) < 2:  # noqa: PLR2004 - two refusals to compare
        raise ScenarioError("two refusals are needed before they can be alike")
    seen = sorted({f"{error.status} {error.code} {error.message!r}" for error in errors})
    require(len(seen) == 1, "the same status, code and message each time", " / ".join(seen))
