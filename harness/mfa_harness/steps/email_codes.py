"""Ways to sign in with an e-mail code that is used, old, or of another e-mail."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mfa_harness.steps.lexicons import WAYS, Way
from mfa_harness.verdicts import NotApplicable, ScenarioError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.scenario.actor import Actor
    from mfa_harness.scenario.world import World
    from mfa_simulators.client.protocol import Client
    from mfa_simulators.client.values import OtpVerification, Session

    Mail = tuple[OtpVerification, str]


def _need_codes(world: World) -> None:
    """Make the check n/a where people do not sign in by e-mail."""
    if world.profile.sign_in.how == "external-jwt":
        raise NotApplicable(
            "the profile says that people sign in by another issuer's token, not by e-mail code"
        )


def _mail(actor: Actor, client: Client) -> Mail:
    """Have an e-mail sent to her, and read the code."""
    return client.send_email_otp(actor.person.email), actor.person.read_mail()


def _tell_apart(one: Mail, other: Mail) -> None:
    """Make the check n/a where every e-mail brings the same code: a fixed one is good at any time."""
    if one[1] == other[1]:
        raise NotApplicable("every e-mail brings the same fixed code here, so this says nothing of real ones")


def _wrong(sign_in: Callable[[Actor], Session]) -> Way:
    """A way in that must lead nowhere; the control signs in as everybody does."""
    return Way(sign_in, honest=lambda twin: twin.sign_in())


@WAYS.phrase("the same e-mail code again")
def _used(world: World) -> Way:
    _need_codes(world)

    def sign_in(actor: Actor) -> Session:
        used = actor.last_mail
        if used is None:
            raise ScenarioError(f"{actor.role} has not signed in by e-mail yet")
        return actor.sign_in_from_another_browser(lambda client: _spend(client, used, _mail(actor, client)))

    return _wrong(sign_in)


def _spend(client: Client, mail: Mail, other: Mail) -> Session:
    _tell_apart(mail, other)
    return client.verify_otp(*mail)


@WAYS.phrase("an e-mail code that is {n} minutes old")
def _old(world: World, n: str) -> Way:
    _need_codes(world)

    def late(actor: Actor, client: Client) -> Session:
        mail = _mail(actor, client)
        if actor.last_mail is not None:
            _tell_apart(mail, actor.last_mail)
        world.environment.wait(int(n) * 60)
        return client.verify_otp(*mail)

    return _wrong(lambda actor: actor.sign_in_from_another_browser(partial(late, actor)))


@WAYS.phrase("the code of an earlier e-mail")
def _earlier(world: World) -> Way:
    _need_codes(world)

    def with_earlier(actor: Actor, client: Client) -> Session:
        earlier, later = _mail(actor, client), _mail(actor, client)
        return _spend(client, (later[0], earlier[1]), later)

    return _wrong(lambda actor: actor.sign_in_from_another_browser(partial(with_earlier, actor)))


@WAYS.phrase("the code of an e-mail to the other user")
def _of_other(world: World) -> Way:
    _need_codes(world)

    def with_theirs(actor: Actor, client: Client) -> Session:
        theirs, hers = _mail(world.actor("the other user"), client), _mail(actor, client)
        return _spend(client, (hers[0], theirs[1]), hers)

    return _wrong(lambda actor: actor.sign_in_from_another_browser(partial(with_theirs, actor)))
