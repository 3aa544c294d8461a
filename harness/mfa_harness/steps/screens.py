"""What a client shows, and what it asks for by itself: its screens and the vendor's sync flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from mfa_harness.scenario.outcome import require
from mfa_harness.steps.client_duties import wire_of
from mfa_harness.steps.lexicons import ACTS, FACTS
from mfa_harness.verdicts import NotApplicable, ScenarioError
from mfa_simulators.client.screens import METHODS_OF_SCREEN

if TYPE_CHECKING:
    from mfa_harness.scenario.actor import Actor
    from mfa_harness.scenario.world import World
    from mfa_simulators.client.protocol import ScreenWords

_CODES_SCREEN: Final = "mfa-display-backup-codes"
_DRAWN_HERE: Final = ("data:", "blob:")  # addresses of a picture that nobody is asked for


def _screens(actor: Actor) -> ScreenWords:
    client: Any = actor.client
    if not hasattr(client, "show_screen"):
        raise NotApplicable("the client has no screens")
    return cast("ScreenWords", client)


def _known(name: str) -> None:
    if name not in METHODS_OF_SCREEN:
        raise ScenarioError(f'no screen is called "{name}"; there are {", ".join(METHODS_OF_SCREEN)}')


def _submitted(actor: Actor, code: str | None = None) -> None:
    """submit_screen, which our own client takes on a screen that asks for it only."""
    try:
        _screens(actor).submit_screen(code=code)
    except ValueError as error:
        raise ScenarioError(str(error)) from None


# -- opening and closing -----------------------------------------------------------------------------------------


@ACTS.phrase('opens the screen "{text}"')
def opens(world: World, actor: Actor, text: str) -> None:
    """show_screen."""
    _known(text)
    world.try_out(actor, f"opening the screen {text}", lambda a: _screens(a).show_screen(text))


@ACTS.phrase('closes the screen "{text}"')
def closes(world: World, actor: Actor, text: str) -> None:
    """hide_screen."""
    _known(text)
    world.try_out(actor, f"closing the screen {text}", lambda a: _screens(a).hide_screen(text))


@ACTS.phrase("tries to get rid of the screen")
def dismisses(world: World, actor: Actor) -> None:
    """dismiss_screen: what a user can do by herself, Escape or a cross."""
    world.try_out(actor, "getting rid of the screen", lambda a: _screens(a).dismiss_screen())


@ACTS.phrase("has her client ask her for MFA")
def prompts(world: World, actor: Actor) -> None:
    """prompt_mfa_auth."""
    world.attempt(actor, "having the client ask for MFA", lambda a: _screens(a).prompt_mfa_auth())


@FACTS.phrase("no screen is visible")
def no_screen(world: World) -> None:
    """current_screen is none."""
    _visible(world, None)


@FACTS.phrase('the screen "{text}" is visible')
def screen_visible(world: World, text: str) -> None:
    """current_screen is this one."""
    _known(text)
    _visible(world, text)


def _visible(world: World, wanted: str | None) -> None:
    found = _screens(world.actor("she")).current_screen
    require(found == wanted, wanted or "no screen visible", found or "no screen visible")


# -- what is on them ---------------------------------------------------------------------------------------------


@ACTS.phrase("scans the QR code on the screen")
def scans(world: World, actor: Actor) -> None:
    """What the code on the screen says goes into her authenticator app."""

    def scan(a: Actor) -> None:
        uri = _screens(a).read_screen().uri
        if uri is None:
            raise ScenarioError("there is no QR code on the screen")
        a.person.app = a.person.phone.add(uri, lenient=True)

    world.attempt(actor, "scanning the QR code", scan)


@ACTS.phrase("types the current code into the screen")
def types_code(world: World, actor: Actor) -> None:
    """submit_screen with a fresh code."""
    code = actor.fresh_code()
    world.attempt(actor, "typing the code into the screen", lambda a: _submitted(a, code))


@ACTS.phrase("confirms on the screen that she has written the codes down")
def confirms_codes(world: World, actor: Actor) -> None:
    """submit_screen, without a code."""
    world.attempt(actor, "confirming on the screen", _submitted)


@FACTS.phrase("the picture of the QR code comes from nobody else")
def drawn_here(world: World) -> None:
    """The screen's picture has no address, or one that nobody is asked for: whoever is asked learns the secret."""
    content = _screens(world.actor("she")).read_screen()
    if content.uri is None and content.image is None:
        raise NotApplicable("the driver does not tell what its QR code says, nor where its picture is from")
    image = content.image or _DRAWN_HERE[0]
    require(
        image.startswith(_DRAWN_HERE),
        "a QR code that the client draws by itself",
        f"a picture that is fetched from {image.split('?')[0]}",
    )


@FACTS.phrase("her recovery codes are on the screen")
def codes_on_screen(world: World) -> None:
    """read_screen has those that the server has for her."""
    actor = world.actor("she")
    shown = _screens(actor).read_screen().recovery_codes or ()
    held = actor.client.get_mfa_recovery_codes()
    require(bool(shown), "recovery codes on the screen", "none")
    require(set(shown) == set(held), "the codes that the server has for her", "other ones")


# -- in which order ----------------------------------------------------------------------------------------------


@FACTS.phrase("nothing has been acknowledged yet")
def unacknowledged(world: World) -> None:
    """No PUT users with the acknowledgement: she is still reading."""
    sent = _moments(world)["acknowledged"]
    require(not sent, "no acknowledgement before she has confirmed", "PUT users was sent already")


@FACTS.phrase("her client has kept to the order: app verified, recovery codes read, acknowledged")
def in_order(world: World) -> None:
    """What the server saw: POST auth/totp that is accepted, GET recovery, PUT users (D-36)."""
    moments = _moments(world)
    missing = [what for what, at in moments.items() if not at]
    require(not missing, "each of the three on the wire", f"never: {', '.join(missing)}")
    verified, read, acknowledged = (at[0] for at in moments.values())
    require(verified < read, "recovery codes that are asked for when the app is verified", "asked for before")
    require(read < acknowledged, "an acknowledgement after the codes were read", "acknowledged before")


def _moments(world: World) -> dict[str, list[int]]:
    """Where in what the server saw each of the three stands."""
    wanted = {
        "verified": ("POST", ("/users/mfa/auth/totp", "/users/mfa/register/totp")),
        "read": ("GET", ("/users/mfa/recovery",)),
        "acknowledged": ("PUT", ("/users",)),
    }
    wire = list(enumerate(wire_of(world)))
    return {
        what: [
            at
            for at, seen in wire
            if seen.method == method and seen.path in paths and _counts(what, seen.status)
        ]
        for what, (method, paths) in wanted.items()
    }


def _counts(what: str, status: int | None) -> bool:
    """A code counts when it was accepted; the others when they were asked for."""
    return what != "verified" or (status or 0) < 400  # noqa: PLR2004 - HTTP's own


# -- what it asks for by itself ----------------------------------------------------------------------------------


@ACTS.phrase("lets her client say by itself what is missing")
def syncs(world: World, actor: Actor) -> None:
    """sync_mfa_flow: the vendor's useSyncMfaFlow, or the app's handler."""
    world.attempt(actor, "letting the client say what is missing", lambda a: _screens(a).sync_mfa_flow())


@ACTS.phrase("loads the page again")
def reloads(world: World, actor: Actor) -> None:
    """reload: the client takes up the session that it kept."""
    world.attempt(actor, "loading the page again", lambda a: _screens(a).reload())


@FACTS.phrase("her client has asked for MFA once")
def asked_once(world: World) -> None:
    """One prompt since the sync flow was begun."""
    _asked(world, 1)


@FACTS.phrase("her client has asked for MFA twice")
def asked_twice(world: World) -> None:
    """Two of them."""
    _asked(world, 2)


def _asked(world: World, times: int) -> None:
    found = sum(prompt == "mfa" for prompt in _screens(world.actor("she")).prompts)
    require(found == times, f"a client that has asked for MFA {times} time(s)", f"it asked {found} time(s)")
