"""Actions: guessing, and doing the same thing many times at once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mfa_harness.scenario import permits
from mfa_harness.scenario.outcome import TOO_MANY, Outcome, describe, is_refusal
from mfa_harness.steps.apps import need_register_route
from mfa_harness.steps.operations import wallet_path
from mfa_harness.steps.sentence import sentence
from mfa_harness.verdicts import Blocked, Breach, NotApplicable
from mfa_simulators.client.errors import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.scenario.actor import Actor
    from mfa_harness.scenario.world import World
    from mfa_simulators.client.protocol import Client
    from mfa_simulators.client.values import OtpVerification

_NOT_FOUND, _NO_SUCH_METHOD = 404, 405


class Guesser:
    """Somebody who tries one wrong code after the other, and what her next request looks like."""

    def __init__(self, world: World, actor: Actor) -> None:
        self.world = world
        self.actor = actor
        self.headers: dict[str, str] = {}
        self.named: str | None = None
        self.address = actor.person.email
        self.mail: OtpVerification | None = None
        self._stranger: Client | None = None

    def code(self, guess: str) -> None:
        """A code of the app, as an answer to the challenge."""
        if self.headers:
            self.world.send("POST", "users/mfa/auth/totp", self.actor, {"code": guess}, self.headers)
        else:
            self.actor.client.authenticate_totp_mfa_device(guess, device_id=self.named)

    def recovery_code(self, guess: str) -> None:
        """A recovery code."""
        self.actor.client.authenticate_mfa_recovery_code(f"WRONG{guess[1:]}")

    def confirmation(self, guess: str) -> None:
        """A code of the app under way, as native SDKs confirm one."""
        self.actor.client.verify_totp_mfa_device(guess)

    def email_code(self, guess: str) -> None:
        """The code of the e-mail last asked for, in a browser where nobody is signed in."""
        if self._stranger is None:
            self._stranger = self.actor.environment.connect(passkey=self.actor.person.key)
        if self.mail is None:
            self.mail = self._stranger.send_email_otp(self.address)
        self._stranger.verify_otp(self.mail, guess)

    def email_code_within(self, guess: str) -> None:
        """The code of an e-mail within the session, as to prove the address again."""
        if self.mail is None:
            self.mail = self.actor.client.send_email_otp(self.address)
        self.actor.client.verify_otp(self.mail, guess)

    def send_again(self) -> None:
        """Has another code sent in place of the one being guessed.

        Raises:
            NotApplicable: this server cannot.
        """
        if self.mail is None:
            return
        try:
            body = {"verificationUUID": self.mail.verification_uuid}
            self.world.send("POST", "emailVerifications/retry", body=body)
        except ClientError as error:
            if error.status in (_NOT_FOUND, _NO_SUCH_METHOD):
                raise NotApplicable("this server has no way to send an e-mail again") from error
            raise

    def spell(self, number: int) -> None:
        """Writes her address anew; the bits of the number say which letters are capitals."""
        letters = enumerate(self.actor.person.email)
        self.address = "".join(each.upper() if number >> place & 1 else each for place, each in letters)
        self.mail = None


_GUESSES: dict[str, Callable[[Guesser, str], None]] = {
    "wrong codes": Guesser.code,
    "wrong recovery codes": Guesser.recovery_code,
    "wrong codes to confirm the app": Guesser.confirmation,
    "wrong e-mail codes": Guesser.email_code,
    "wrong e-mail codes to prove her address again": Guesser.email_code_within,
}


def _name_app(guesser: Guesser, number: int) -> None:
    guesser.named = guesser.actor.app_id if number % 2 else None


def _other_address(guesser: Guesser, number: int) -> None:
    guesser.headers = {"x-forwarded-for": f"203.0.113.{number + 1}"}


def _new_email(guesser: Guesser, _number: int) -> None:
    guesser.mail = None


_WAYS: dict[str, tuple[int, Callable[[Guesser, int], object]]] = {
    "signing in again after every 4": (4, lambda guesser, _: guesser.actor.sign_in()),
    "starting to add the app again after every 4": (4, lambda guesser, _: guesser.actor.start_app()),
    "asking for a new e-mail after every 4": (4, _new_email),
    "having the e-mail sent again after every 4": (4, lambda guesser, _: guesser.send_again()),
    "with another X-Forwarded-For each time": (1, _other_address),
    "spelling her address differently each time": (1, Guesser.spell),
    "naming her app every other time": (1, _name_app),
    "entering a wrong recovery code after each": (1, lambda _guesser, _number: None),
}
"""What a guesser does, and before every how manieth guess, so as not to be counted."""


@sentence(
    "{who} enters {what} until she is locked out[, {way}]",
    example="When she enters wrong codes until she is locked out",
    what=_GUESSES,
    way=_WAYS,
)
def guesses(world: World, who: str, what: str, way: str | None) -> None:
    """Guess until the account is limited, but never more often than the profile says it takes (NIST: 100)."""
    world.need("rate-limits")
    if "confirm" in what:
        need_register_route(world)
    actor = world.actor(who)
    most = world.profile.tolerances.attempts + 1
    outcome = Outcome(actor, f"{most} {what}")
    guesser = Guesser(world, actor)
    for number, guess in enumerate(actor.wrong_codes(most)):
        outcome.error = (
            _stopped(partial(_on_her_way, guesser, number, way), accepted=True)
            or _stopped(partial(_GUESSES[what], guesser, guess))
            or (_stopped(partial(guesser.recovery_code, guess)) if "recovery" in (way or "") else None)
        )
        if outcome.error is not None:
            break
    world.keep(outcome)


def _on_her_way(guesser: Guesser, number: int, way: str | None) -> None:
    every, act = _WAYS[way] if way else (1, lambda _guesser, _number: None)
    if number % every == 0 and (number or every == 1):
        act(guesser, number)


def _stopped(act: Callable[[], object], *, accepted: bool = False) -> ClientError | None:
    """Does something, and returns the 429 that stops it, if one does.

    Raises:
        Breach: a guess was accepted; all of them are wrong.
        Blocked: it ended in no refusal at all.
    """
    try:
        act()
    except ClientError as error:
        if error.status == TOO_MANY:
            return error
        if accepted or not is_refusal(error):
            raise Blocked("go on guessing", describe(error)) from error
        return None
    if not accepted:
        raise Breach("a wrong code is refused", "a wrong code was accepted")
    return None


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
        outcome = world.try_out(actor, "a wrong code", partial(_enter, guess=guess))
        if outcome.error is None:
            raise Breach("a wrong code is refused", "accepted")


def _enter(actor: Actor, guess: str) -> object:
    return actor.client.authenticate_totp_mfa_device(guess)


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
