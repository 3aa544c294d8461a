"""Actions: guessing, and doing the same thing many times at once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mfa_harness.scenario import permits
from mfa_harness.scenario.outcome import TOO_MANY, Outcome, is_refusal
from mfa_harness.steps.apps import need_register_route
from mfa_harness.steps.operations import wallet_path
from mfa_harness.steps.sentence import sentence
from mfa_harness.verdicts import Blocked, Breach, NotApplicable
from mfa_simulators.client.errors import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.scenario.actor import Actor
    from mfa_harness.scenario.world import World


def _guess(what: str, actor: Actor, guess: str) -> Any:
    if what == "wrong recovery codes":
        return actor.client.authenticate_mfa_recovery_code(f"WRONG{guess[1:]}")
    if what == "wrong codes to confirm the app":
        return actor.client.verify_totp_mfa_device(guess)
    return actor.client.authenticate_totp_mfa_device(guess)


def _guess_email_code(actor: Actor, guess: str, spelling: int) -> Any:
    """Guess the code of a sign-in; the bits of `spelling` say which letters of the address are capitals."""
    address = "".join(
        letter.upper() if spelling >> place & 1 else letter for place, letter in enumerate(actor.person.email)
    )
    client = actor.open_browser()
    return client.verify_otp(client.send_email_otp(address), guess)


@sentence(
    "{who} enters {what} until she is locked out[, {way}]",
    example="When she enters wrong codes until she is locked out",
    what=("wrong codes", "wrong recovery codes", "wrong codes to confirm the app", "wrong e-mail codes"),
    way=(
        "signing in again after every 4",
        "with another X-Forwarded-For each time",
        "spelling her address differently each time",
    ),
)
def guesses(world: World, who: str, what: str, way: str | None) -> None:
    """Guess until the account is limited, but never more often than the profile says it takes (NIST: 100)."""
    world.need("rate-limits")
    if "confirm" in what:
        need_register_route(world)
    actor = world.actor(who)
    most = world.profile.tolerances.attempts + 1
    outcome = Outcome(actor, f"{most} {what}")
    for number, guess in enumerate(actor.wrong_codes(most)):
        try:
            if way and way.startswith("signing in") and number and number % 4 == 0:
                actor.sign_in()
            if way and "X-Forwarded-For" in way:
                world.send(
                    "POST",
                    "users/mfa/auth/totp",
                    actor,
                    {"code": guess},
                    {"x-forwarded-for": f"203.0.113.{number + 1}"},
                )
            elif what == "wrong e-mail codes":
                _guess_email_code(actor, guess, number if way else 0)
            else:
                _guess(what, actor, guess)
        except ClientError as error:
            if error.status == TOO_MANY:
                outcome.error = error
                break
            if not is_refusal(error):
                raise Blocked("go on guessing", str(error)) from error
        else:
            raise Breach("a wrong code is refused", f"guess {number + 1} was accepted")
    world.keep(outcome)


@sentence(
    "the time she was told to wait has passed",
    example="And the time she was told to wait has passed",
)
def waited(world: World) -> None:
    """As long as the last 429 said."""
    error = world.outcome.error
    if error is None or error.retry_after is None:
        raise Blocked("wait until the stop is over", "the refusal did not say for how long")
    world.environment.wait(error.retry_after + 1)


@sentence(
    "{who} enters {n} wrong code[s]",
    example="When she enters 9 wrong codes",
)
def wrong_codes(world: World, who: str, n: str) -> None:
    """As many wrong codes, each of which has to be refused."""
    actor = world.actor(who)
    if int(n) >= world.profile.tolerances.attempts:
        raise NotApplicable(f"the profile says that {n} wrong codes are too many")
    for guess in actor.wrong_codes(int(n)):
        outcome = world.try_out(actor, "a wrong code", partial(_guess, "wrong codes", guess=guess))
        if outcome.error is None:
            raise Breach("a wrong code is refused", "accepted")


@sentence(
    "{thing} is used from {n} sessions at once",
    example="When one recovery code is used from 8 sessions at once",
    thing=("one recovery code", "one code"),
)
def used_at_once(world: World, thing: str, n: str) -> None:
    """The same single-use thing, presented by as many of her sessions in parallel."""
    actor = world.actor("she")
    calls = _RACES[thing](world, actor, int(n))
    world.at_once(actor, f"{thing} from {n} sessions at once", calls)


@sentence(
    "{thing} is used in {n} requests at once",
    example="When one MFA token is used in 8 requests at once",
    thing=("one MFA token", "one elevated token"),
)
def shown_at_once(world: World, thing: str, n: str) -> None:
    """The same single-use token, shown for as many wallet exports of one session in parallel."""
    world.need("actions")
    actor = world.actor("she")
    permit = permits.mfa_token(actor) if "MFA" in thing else permits.elevated_token(actor, "wallet:export")

    def export() -> Any:
        return world.send("POST", wallet_path("wallet.waas.export"), actor, {}, permit.headers)

    world.at_once(actor, f"{thing} in {n} requests at once", [export] * int(n))


def _sessions(actor: Actor, count: int) -> list[Any]:
    found = []
    for _ in range(count):
        actor.sign_in()
        found.append(actor.client)
    return found


def _race_recovery(world: World, actor: Actor, count: int) -> list[Callable[[], Any]]:
    code = actor.take_recovery_code()
    return [partial(client.authenticate_mfa_recovery_code, code) for client in _sessions(actor, count)]


def _race_totp(world: World, actor: Actor, count: int) -> list[Callable[[], Any]]:
    sessions = _sessions(actor, count)
    code = actor.fresh_code()
    return [partial(client.authenticate_totp_mfa_device, code) for client in sessions]


_RACES: dict[str, Callable[[World, Actor, int], list[Callable[[], Any]]]] = {
    "one recovery code": _race_recovery,
    "one code": _race_totp,
}
