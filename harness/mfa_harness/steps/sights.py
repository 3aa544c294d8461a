"""Then: what can be seen of an account, a session or an answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mfa_harness.scenario.actor import APP, PASSKEY, Actor
from mfa_harness.scenario.outcome import TOO_MANY, describe, require
from mfa_harness.scenario.tokens import claims
from mfa_harness.steps.lexicons import ENDINGS, FACTS
from mfa_harness.steps.people import METHODS
from mfa_harness.steps.sentence import sentence
from mfa_harness.verdicts import Blocked, Breach, NotApplicable, ScenarioError
from mfa_simulators.client.errors import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.scenario.world import World

GATED, FULL = "requiresAdditionalAuth", "user:basic"
RECOVERY_CODE = re.compile(r"[A-Za-z0-9]{10}")


def _scopes(actor: Actor) -> tuple[str, ...]:
    """The scopes of her session, which the user object and the session token must agree on."""
    client = actor.client
    user = client.state.user
    if user is None:
        raise Breach("a signed-in session", "nobody is signed in")
    scopes = tuple(sorted(user.scopes))
    if client.state.token:
        in_token = tuple(sorted(str(claims(client.state.token).get("scope", "")).split()))
        require(
            in_token == scopes,
            "the user's scope and the token's scope say the same",
            f"user: {' '.join(scopes) or 'none'}; token: {' '.join(in_token) or 'none'}",
        )
    return scopes


def _shown(scopes: tuple[str, ...]) -> str:
    told = f"scope {' '.join(scopes) or '(empty)'}"
    match FULL in scopes, GATED in scopes:
        case True, False:
            return f"a full session: {told}"
        case False, True:
            return f"a session that owes MFA: {told}"
        case _:
            return told


@ENDINGS.phrase("is fully signed in")
def fully_signed_in(world: World, actor: Actor) -> None:
    """Her session's scope has user:basic and not requiresAdditionalAuth."""
    scopes = _scopes(actor)
    require(
        FULL in scopes and GATED not in scopes, f"a full session: scope {FULL}, not {GATED}", _shown(scopes)
    )


@ENDINGS.phrase("must complete MFA first")
def must_complete_mfa(world: World, actor: Actor) -> None:
    """Her session's scope has requiresAdditionalAuth and not user:basic."""
    scopes = _scopes(actor)
    required = f"a session that owes MFA: scope {GATED}, not {FULL}"
    require(GATED in scopes and FULL not in scopes, required, _shown(scopes))


@sentence(
    "her next step is {step}",
    example="And her next step is to enrol",
    kind="then",
    step=("to enrol", "a challenge"),
)
def next_step(world: World, step: str) -> None:
    """What the session's scope and her verified methods together ask of the app."""
    _next_step_is(world, step)


@FACTS.phrase("nothing more is asked of her")
def nothing_more(world: World) -> None:
    """Neither to enrol nor to answer a challenge."""
    _next_step_is(world, "nothing more")


def _next_step_is(world: World, step: str) -> None:
    actor = world.actor("she")
    if GATED not in _scopes(actor):
        found = "nothing more"
    elif actor.client.get_mfa_methods(verified_only=True).user_has_verified_mfa_methods:
        found = "a challenge"
    else:
        found = "to enrol"
    require(found == step, step, found)


@sentence(
    "{who} has {methods} enrolled",
    example="And she has an authenticator app and a passkey enrolled",
    kind="then",
    methods=METHODS,
)
def enrolled_methods(world: World, who: str, methods: str) -> None:
    """What can meet a challenge now, and nothing besides; and the flag that says whether anything can."""
    found = world.actor(who).client.get_mfa_methods(verified_only=True)
    wanted = METHODS[methods]
    apps = sum(device.type == "totp" and device.verified for device in found.devices)
    seen = f"{apps} verified authenticator app(s), {len(found.passkeys)} passkey(s)"
    require(apps == wanted.count(APP), f"{wanted.count(APP)} verified authenticator app(s)", seen)
    require(len(found.passkeys) == wanted.count(PASSKEY), f"{wanted.count(PASSKEY)} passkey(s)", seen)
    require(
        found.user_has_verified_mfa_methods == bool(wanted),
        f"userHasVerifiedMfaMethods {str(bool(wanted)).lower()}",
        f"userHasVerifiedMfaMethods {str(found.user_has_verified_mfa_methods).lower()}",
    )


@sentence(
    "{n} {state} authenticator app[s] (is|are) listed",
    example="And 1 unverified authenticator app is listed",
    kind="then",
    state=("verified", "unverified"),
)
def apps_listed(world: World, n: str, state: str) -> None:
    """The device list as it stands: so many authenticator apps in this state, and no other."""
    _apps_are(world, int(n), int(n) if state == "verified" else 0)


@FACTS.phrase("no authenticator app is listed")
def no_app_listed(world: World) -> None:
    """The device list has no authenticator app, verified or not."""
    _apps_are(world, 0, 0)


def _apps_are(world: World, listed: int, verified: int) -> None:
    devices = [device for device in world.actor("she").client.get_mfa_devices() if device.type == "totp"]
    found = sum(device.verified for device in devices)
    require(
        (len(devices), found) == (listed, verified),
        f"{listed} authenticator app(s) in the device list, {verified} of them verified",
        f"{len(devices)} in the list, {found} of them verified",
    )


@FACTS.phrase("only her first app is listed, and its codes still work")
def only_first_app(world: World) -> None:
    """One verified authenticator app, the one enrolled first, and a fresh code of it is accepted."""
    actor = world.actor("she")
    _apps_are(world, 1, 1)
    actor.person.app = actor.first_app
    _code_works(actor)


@FACTS.phrase("a fresh code from her app still works")
def fresh_code_works(world: World) -> None:
    """The good credential was not spoilt by what went before."""
    _code_works(world.actor("she"))


def _code_works(actor: Actor) -> None:
    try:
        actor.client.authenticate_totp_mfa_device(actor.fresh_code())
    except ClientError as error:
        if error.status == TOO_MANY:
            raise Blocked("try a fresh code", "429: an attempt limit was in the way") from error
        raise Breach("a fresh code of the authenticator app is accepted", describe(error)) from error


@sentence(
    "she [still ]has {n} recovery codes[ left]", example="Then she has 9 recovery codes left", kind="then"
)
def recovery_codes_left(world: World, n: str) -> None:
    """How many unused codes the server lists, counted through another full session of hers where there is one."""
    actor = world.actor("she")
    if not actor.codes_can_be_read_again:
        raise NotApplicable("the profile does not say that recovery codes are shown again once acknowledged")
    reader = actor.full_session or actor.client
    found = reader.get_mfa_recovery_codes()
    require(len(found) == int(n), f"{n} recovery codes left", f"{len(found)} left")


@FACTS.phrase("the count of her recovery codes is right")
def recovery_count(world: World) -> None:
    """The number beside the list of recovery codes is how many there are (D-38)."""
    actor = world.actor("she")
    if not actor.codes_can_be_read_again:
        raise NotApplicable("the profile does not say that recovery codes are shown again once acknowledged")
    told = world.send("GET", "users/mfa/recovery", actor).json()
    listed = len(told.get("recoveryCodes", ()))
    require(
        told.get("count") == listed, f"a count of {listed}, as many as are listed", f"{told.get('count')}"
    )


def _distinct(actor: Actor) -> None:
    codes = actor.person.sheet.codes
    require(len(codes) == 10, "10 recovery codes", f"{len(codes)} recovery codes")  # noqa: PLR2004 - D-38
    repeated = len(codes) - len(set(codes))
    require(not repeated, "no two recovery codes alike", f"{repeated} repeated")


def _format(actor: Actor) -> None:
    odd = [code for code in actor.person.sheet.codes if not RECOVERY_CODE.fullmatch(code)]
    require(not odd, "recovery codes of 10 letters and digits each", f"{len(odd)} of another form")


def _same(actor: Actor) -> None:
    require(
        set(actor.person.sheet.codes) == set(actor.old_codes), "the same codes as before", _overlap(actor)
    )


def _new(actor: Actor) -> None:
    require(
        not set(actor.person.sheet.codes) & set(actor.old_codes), "no code of the old set", _overlap(actor)
    )


def _overlap(actor: Actor) -> str:
    common = len(set(actor.person.sheet.codes) & set(actor.old_codes))
    return f"{common} of {len(actor.person.sheet.codes)} codes were there before"


_SHEET: dict[str, Callable[[Actor], None]] = {
    "are ten in number, no two alike": _distinct,
    "have ten letters or digits each": _format,
    "are the same as before": _same,
    "are all new": _new,
}


@sentence(
    "the recovery codes {property}",
    example="Then the recovery codes are ten in number, no two alike",
    kind="then",
    property=_SHEET,
)
def sheet(world: World, property: str) -> None:  # noqa: A002 - as the sentence says
    """The set of codes that she read last."""
    actor = world.actor("she")
    if not actor.has_sheet:
        raise ScenarioError("she has read no recovery codes yet")
    _SHEET[property](actor)


_ACKNOWLEDGEMENT = {
    "are yet to be acknowledged": "pending",
    "are acknowledged": "complete",
    "need no acknowledgement": None,
}


@sentence(
    "her recovery codes {state}",
    example="Then her recovery codes are yet to be acknowledged",
    kind="then",
    state=_ACKNOWLEDGEMENT,
)
def acknowledgement(world: World, state: str) -> None:
    """The user's mfaBackupCodeAcknowledgement: pending, complete, or none at all."""
    user = world.actor("she").client.refresh_user()
    found = user.mfa_backup_code_acknowledgement
    wanted = _ACKNOWLEDGEMENT[state]
    name = "mfaBackupCodeAcknowledgement"
    require(found == wanted, f"{name} {wanted or 'absent'}", f"{name} {found or 'absent'}")


@sentence(
    "{who} is given {what}",
    example="Then she is given an MFA token",
    kind="then",
    what=("an MFA token", "an elevated token", "no token"),
)
def token_comes(world: World, who: str, what: str) -> None:
    """The last action was accepted, and which token its answer carried besides the session's."""
    require(world.outcome.error is None, f"{world.outcome.what} is accepted", world.outcome.found)
    value: Any = world.outcome.value
    found = {
        "an MFA token": bool(getattr(value, "mfa_token", None)),
        "an elevated token": bool(getattr(value, "elevated_access_token", None)),
    }
    seen = " and ".join(name for name, there in found.items() if there) or "no token"
    require(seen == what, f"{what} in the answer", f"{world.outcome.what}: {seen}")


@FACTS.phrase("exactly one device is the default")
def one_default(world: World) -> None:
    """Among all devices of hers one has the flag."""
    devices = world.actor("she").client.get_mfa_devices()
    defaults = sum(device.default for device in devices)
    require(defaults == 1, "1 default device", f"{defaults} of {len(devices)}")


@FACTS.phrase("her session is kept in a cookie")
def cookie_session(world: World) -> None:
    """The answer brought no token, and the session works all the same (D-24)."""
    client = world.actor("she").client
    require(not client.state.token, "no token in the answer", "a token")
    require(client.state.expires_at is not None, "expiresAt", "none")
    client.refresh_user()
