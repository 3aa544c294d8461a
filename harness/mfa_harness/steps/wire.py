"""Steps about what is on the wire: the QR code, headers, odd requests, settings, an administrator's hand."""

from __future__ import annotations

from email.utils import formatdate
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from mfa_harness.scenario.outcome import Outcome, require
from mfa_harness.steps.lexicons import ACTS, FACTS
from mfa_harness.steps.sentence import sentence
from mfa_harness.verdicts import Breach, ScenarioError
from mfa_simulators.client.wire import Answer, read_refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_harness.scenario.actor import Actor
    from mfa_harness.scenario.world import World
    from mfa_simulators.client.values import TotpRegistration

_BYTES_MUST, _BYTES_SHOULD = 16, 20  # RFC 4226, 4 R6: 128 bits MUST, 160 bits SHOULD


@sentence("an administrator resets her MFA", example="When an administrator resets her MFA")
def reset_mfa(world: World) -> None:
    """The dashboard's 'Reset MFA'."""
    world.need("admin-reset")
    actor = world.actor("she")
    world.environment.reset_mfa(actor.user_id)
    actor.person.app = actor.pending = None
    actor.methods = ()


def _registration(world: World) -> TotpRegistration:
    pending = world.actor("she").pending
    if pending is None:
        raise ScenarioError("no authenticator app is being added: the QR code is only there then")
    return pending


def _agree(world: World, made: TotpRegistration) -> None:
    secret = parse_qs(urlsplit(made.uri).query).get("secret", [""])[0]
    require(
        secret == made.secret, "one secret in the QR code, the one that is shown beside it", "two that differ"
    )


def _well_formed(world: World, made: TotpRegistration) -> None:
    split = urlsplit(made.uri)
    query = parse_qs(split.query, keep_blank_values=True)
    require(
        (split.scheme, split.netloc) == ("otpauth", "totp"),
        "otpauth://totp/...",
        f"{split.scheme}://{split.netloc}",
    )
    repeated = [name for name, values in query.items() if len(values) > 1]
    require(not repeated, "every parameter once", f"{', '.join(repeated)} more than once")
    require("=" not in made.secret, "an unpadded base32 secret", "padding")
    issuer, _, account = unquote(split.path.lstrip("/")).partition(":")
    require(bool(account), "a label ISSUER:ACCOUNT", "a label without a colon")
    require(
        query.get("issuer") == [issuer],
        "the same issuer in the label and in the issuer parameter of the otpauth address",
        f'"{issuer}" in the label, "{" ".join(query.get("issuer", [])) or "none"}" in the parameter',
    )


def _names_her(world: World, made: TotpRegistration) -> None:
    label = unquote(urlsplit(made.uri).path.lstrip("/"))
    email = world.actor("she").person.email
    require(label.endswith(f":{email}"), "her e-mail address as the account", "another account")
    secrets = parse_qs(urlsplit(made.uri).query).get("secret", [])
    require(len(secrets) == 1, "exactly one secret", f"{len(secrets)} secrets")


def _strong(world: World, made: TotpRegistration) -> None:
    size = len(world.actor("she").app.key.secret)
    require(size >= _BYTES_MUST, f"a secret of at least {_BYTES_MUST * 8} bits", f"{size * 8} bits")


def _recommended(world: World, made: TotpRegistration) -> None:
    size = len(world.actor("she").app.key.secret)
    require(size >= _BYTES_SHOULD, f"a secret of {_BYTES_SHOULD * 8} bits", f"{size * 8} bits")


def _six_digits(world: World, made: TotpRegistration) -> None:
    key = world.actor("she").app.key
    require(
        (key.digits, key.period) == (6, 30),
        "six digits, every 30 s",
        f"{key.digits} digits, every {key.period} s",
    )


_QR: dict[str, Callable[[World, TotpRegistration], None]] = {
    "agrees with the secret beside it": _agree,
    "is a well-formed otpauth address": _well_formed,
    "names her e-mail address and one secret": _names_her,
    "holds a secret of at least 128 bits": _strong,
    "holds a secret of 160 bits": _recommended,
    "asks for six digits every 30 seconds": _six_digits,
}


@sentence(
    "the QR code {property}",
    example="Then the QR code agrees with the secret beside it",
    kind="then",
    property=_QR,
)
def qr_code(world: World, property: str) -> None:  # noqa: A002 - as the sentence says
    """What an app that scans the QR code learns."""
    _QR[property](world, _registration(world))


@sentence(
    "{n} users who add an authenticator app all get different secrets",
    example="Then 20 users who add an authenticator app all get different secrets",
    kind="then",
)
def different_secrets(world: World, n: str) -> None:
    """Secrets are random: no two alike, and no common beginning."""
    secrets = [world.twin(world.actor("she")).start_app().secret for _ in range(int(n))]
    require(len(set(secrets)) == int(n), f"{n} different secrets", f"{len(set(secrets))} different ones")
    beginnings = {secret[:4] for secret in secrets}
    require(len(beginnings) > 1, "different beginnings", "the same first 20 bits in all of them")


_SECRETS = ("secret", "uri", "recoveryCodes")


@sentence(
    "{what} reveals no secret",
    example="Then the device list reveals no secret",
    kind="then",
    what=("the device list", "the list of her methods", "her user record"),
)
def no_secret(world: World, what: str) -> None:
    """After enrolment neither secret nor QR code nor recovery code is in an answer."""
    path = {
        "the device list": "users/mfa",
        "the list of her methods": "users/mfa/methods",
        "her user record": "users",
    }[what]
    actor = world.actor("she")
    answer = world.send("GET", path, actor)
    text = answer.body.decode("utf-8", "replace")
    leaked = [name for name in _SECRETS if f'"{name}"' in text]
    secret = actor.app.secret
    require(
        not leaked and secret not in text,
        "no secret in the answer",
        f"the answer has {' and '.join(map(repr, leaked)) or 'the secret itself'}",
    )


@sentence(
    "{what} may not be cached",
    example="Then the answer with the secret may not be cached",
    kind="then",
    what=("the answer with the secret", "the answer with the recovery codes"),
)
def not_cached(world: World, what: str) -> None:
    """Cache-Control: no-store, on an answer that does hold what must not be kept."""
    secret = "secret" in what
    answer = world.send(
        "GET", "users/mfa/register/totp" if secret else "users/mfa/recovery", world.actor("she")
    )
    held = answer.json()
    wanted = ("secret", "uri") if secret else ("recoveryCodes",)
    missing = [name for name in wanted if not (isinstance(held, dict) and held.get(name))]
    require(
        not missing, f"{what}, which holds {' and '.join(wanted)}", f"200 without {' and '.join(missing)}"
    )
    found = answer.headers.get("cache-control", "")
    require("no-store" in found.lower(), "Cache-Control: no-store", f"Cache-Control: {found or '(none)'}")


ODD_BODIES: dict[str, bytes] = {
    "no body": b"",
    "text that is not JSON": b"<code>123456</code>",
    "half a JSON document": b'{"code": "123',
    "a list": b'["123456"]',
    "a list nested without end": b"[" * 20_000,
    "bytes that are not text": b'{"code":"\xff\xfe"}',
    "an object as the code": b'{"code": {"$ne": ""}}',
    "true as the code": b'{"code": true}',
    "a code with a NUL": b'{"code": "123456\\u0000"}',
    "a code of 100,000 digits": b'{"code": "' + b"1" * 100_000 + b'"}',
    "the code twice": b'{"code": "000000", "code": 1}',
}
ROUTES = {
    "the TOTP challenge": "users/mfa/auth/totp",
    "the recovery challenge": "users/mfa/auth/recovery",
    "the passkey challenge": "users/mfa/auth/passkey",
    "the confirmation of an app": "users/mfa/register/totp",
    "the passkey registration": "users/passkeys/register",
    "the step-up check": "stepUp/check",
}


@sentence(
    "{who} sends {body} to {route}",
    example="When she sends half a JSON document to the TOTP challenge",
    body=ODD_BODIES,
    route=ROUTES,
)
def sends_odd(world: World, who: str, body: str, route: str) -> None:
    """A request that no SDK makes; it has to be refused, in the wire's own form, and never with a 5xx."""
    actor = world.actor(who)
    token = actor.client.state.token
    outcome = Outcome(actor, f"{body} to {route}")
    answer = world.environment.request("POST", ROUTES[route], token=token, body=ODD_BODIES[body])
    if answer.succeeded:
        raise Breach("400 or another 4xx", f"{body} to {route}: accepted ({answer.status})")
    outcome.error = read_refusal(answer, world.environment.clock)
    outcome.value = answer
    world.keep(outcome)


@FACTS.phrase("it is refused with a well-formed error")
def refused_in_form(world: World) -> None:
    """A 4xx with a JSON body that has `error` as a text, so that SDKs show it (D-89)."""
    answer = world.outcome.value
    if not isinstance(answer, Answer):
        raise ScenarioError(
            'nothing odd was sent: this sentence must follow one such as "When she sends ..."'
        )
    require(400 <= answer.status < 500, "a 4xx", str(answer.status))  # noqa: PLR2004 - HTTP's own
    try:
        body: Any = answer.json()
    except Exception:  # noqa: BLE001 - whatever it is, it is no JSON
        body = None
    good = isinstance(body, dict) and isinstance(body.get("error"), str)
    require(good, 'a JSON body with "error" as a text', f"{answer.status} with another body")


@sentence(
    "the public settings say that {what} is {on}",
    example="Then the public settings say that session-based MFA is on",
    kind="then",
    what=("session-based MFA", "MFA at onboarding", "TOTP", "the passkey method"),
)
def public_settings(world: World, what: str, on: str) -> None:
    """GET settings, security.mfa: what an app learns before anybody signs in."""
    answer = world.environment.request("GET", "settings")
    require(answer.succeeded, "200", str(answer.status))
    mfa = (answer.json().get("security") or {}).get("mfa") or {}
    methods = {method.get("type"): bool(method.get("enabled")) for method in mfa.get("methods", ())}
    found = {
        "session-based MFA": bool(mfa.get("enabled")),
        "MFA at onboarding": bool(mfa.get("required")) and mfa.get("enrollment") == "signup",
        "TOTP": methods.get("totp", False),
        "the passkey method": methods.get("passkey", False),
    }[what]
    require(found == (on == "on"), f"{what}: {on}", f"{what}: {'on' if found else 'off'}")


@ACTS.phrase("enters a code from an hour ahead and claims that it is an hour later")
def says_another_time(world: World, actor: Actor) -> None:
    """The request's own idea of the time, in the headers that servers have been known to believe."""
    ahead = 3600 // actor.app.period
    code = actor.app.code(step=ahead)
    later = world.environment.clock.now() + 3600
    headers = {
        "date": formatdate(later, usegmt=True),
        "x-time": str(int(later)),
        "x-timestamp": str(int(later)),
        "x-client-time": str(int(later)),
    }
    world.attempt(
        actor,
        "a code from an hour ahead",
        lambda a: world.send("POST", "users/mfa/auth/totp", a, {"code": code}, headers),
        honest=lambda twin: twin.submit(twin.fresh_code()),
    )
