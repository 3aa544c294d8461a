"""What can be shown to a backend in place of a full session's token, each made to order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mfa_harness.scenario import forgery
from mfa_harness.scenario.tokens import claims as claims_of, encode, header as header_of
from mfa_harness.steps.sentence import Lexicon
from mfa_harness.verdicts import Blocked, NotApplicable
from mfa_simulators.clock import SYSTEM_CLOCK

if TYPE_CHECKING:
    from mfa_harness.targets.backend.target import BackendEnvironment

FULL: Final = "a full session's token"
NEW: Final = "a full session's token signed by a new key"
WITHDRAWN: Final = "a full session's token signed by a key that was withdrawn"
_HOUR: Final = 3600
_BEYOND: Final = 30  # seconds past what the profile grants
_LONG: Final = 100_000  # characters

TOKENS: Lexicon[str | None] = Lexicon("token")
"""What is shown to the backend. Called with its environment; None is no token at all."""


@TOKENS.phrase(FULL)
def _full(environment: BackendEnvironment) -> str:
    return environment.token()


_SCOPES: Final = {
    "that still owes MFA": "requiresAdditionalAuth",
    "that still owes MFA and has other scopes": "requiresAdditionalAuth user:read",
    "whose scope is empty": "",
    "without a scope": None,
    "of other scopes": "user:read wallet:sign",
    'whose scope is "user:basically"': "user:basically",
    'whose scope is "superuser:basic"': "superuser:basic",
    'whose scope is "not-user:basic-yet"': "not-user:basic-yet",
    'whose scope is "user:basic,wallet:sign"': "user:basic,wallet:sign",
    'whose scope is "USER:BASIC"': "USER:BASIC",
}


def _of_scope(phrase: str, scope: str | None) -> None:
    @TOKENS.phrase(f"a token {phrase}")
    def token(environment: BackendEnvironment) -> str:
        return environment.token(claims={"scope": scope})


for _phrase, _scope in _SCOPES.items():
    _of_scope(_phrase, _scope)


@TOKENS.phrase("a full session's token edited to be somebody else's")
def _edited(environment: BackendEnvironment) -> str:
    return forgery.with_claims(environment.token(), sub="00000000-0000-4000-8000-00000000dead")


@TOKENS.phrase("a token that owed MFA, edited to be a full session's")
def _promoted(environment: BackendEnvironment) -> str:
    return forgery.with_claims(
        environment.token(claims={"scope": "requiresAdditionalAuth"}), scope="user:basic"
    )


@TOKENS.phrase("a full session's token without its signature")
def _cut_off(environment: BackendEnvironment) -> str:
    return environment.token().rpartition(".")[0] + "."


@TOKENS.phrase("a full session's token signed by a stranger under the issuer's key id")
def _under_our_kid(environment: BackendEnvironment) -> str:
    kid = header_of(environment.token())["kid"]
    return environment.token(key="other", headers={"kid": kid}, claims={"kid": kid})


@TOKENS.phrase("a full session's token signed by a key that is not published")
def _unknown_kid(environment: BackendEnvironment) -> str:
    return environment.token(key="other")


@TOKENS.phrase('a full session\'s token with alg "{text}" and no signature')
def _unsigned(environment: BackendEnvironment, text: str) -> str:
    token = environment.token()
    return f"{encode({**header_of(token), 'alg': text})}.{token.split('.')[1]}."


@TOKENS.phrase("a full session's token under HS256 with the published key as the secret")
def _hs256(environment: BackendEnvironment) -> str:
    return forgery.signed_with_public_key(environment.token(), environment.target.issuer.published_keys())


def _strangers(environment: BackendEnvironment, headers: dict[str, Any]) -> str:
    """Every claim as in a token of ours, signed by the key of another environment."""
    ours = claims_of(environment.token())
    return environment.token(environment.target.issuer.stranger.environment_id, claims=ours, headers=headers)


@TOKENS.phrase("a full session's token that brings its own key (jwk)")
def _embedded(environment: BackendEnvironment) -> str:
    issuer = environment.target.issuer
    return _strangers(environment, {"jwk": issuer.published_keys(issuer.stranger)[0]})


@TOKENS.phrase("a full session's token that says where its keys are (jku)")
def _referred(environment: BackendEnvironment) -> str:
    return _strangers(environment, {"jku": environment.target.issuer.stranger.jwks})


@TOKENS.phrase("a full session's token of another environment")
def _foreign(environment: BackendEnvironment) -> str:
    ours = claims_of(environment.token())
    return environment.token(
        environment.target.issuer.stranger.environment_id, claims={"aud": ours.get("aud")}
    )


@TOKENS.phrase("a full session's token in our issuer's name, signed by another environment")
def _impersonated(environment: BackendEnvironment) -> str:
    return _strangers(environment, {})


@TOKENS.phrase("a token of another issuer")
def _other_issuer(environment: BackendEnvironment) -> str:
    return environment.token(claims={"iss": "https://issuer.invalid"})


@TOKENS.phrase("a token of an issuer whose name only begins like ours")
def _longer_issuer(environment: BackendEnvironment) -> str:
    return environment.token(claims={"iss": f"{environment.target.issuer.known.issuer}.invalid"})


@TOKENS.phrase("a token without an issuer")
def _no_issuer(environment: BackendEnvironment) -> str:
    return environment.token(claims={"iss": None})


@TOKENS.phrase("a token for another audience")
def _other_audience(environment: BackendEnvironment) -> str:
    return environment.token(claims={"aud": "https://other-app.invalid"})


@TOKENS.phrase("a token for an audience that only begins like ours")
def _longer_audience(environment: BackendEnvironment) -> str:
    ours = str(claims_of(environment.token()).get("aud"))
    return environment.token(claims={"aud": f"{ours}.invalid"})


@TOKENS.phrase("a token for no audience")
def _no_audience(environment: BackendEnvironment) -> str:
    return environment.token(claims={"aud": None})


@TOKENS.phrase("a token that expired an hour ago")
def _expired(environment: BackendEnvironment) -> str:
    now = int(SYSTEM_CLOCK.now())
    return environment.token(claims={"iat": now - 2 * _HOUR, "exp": now - _HOUR})


@TOKENS.phrase("a token that expired just longer ago than clocks may differ")
def _just_expired(environment: BackendEnvironment) -> str:
    now = int(SYSTEM_CLOCK.now())
    ago = int(environment.target.declared.leeway_seconds) + _BEYOND
    return environment.token(claims={"iat": now - ago - _HOUR, "exp": now - ago})


@TOKENS.phrase("a token that is not valid yet")
def _not_yet(environment: BackendEnvironment) -> str:
    now = int(SYSTEM_CLOCK.now())
    return environment.token(claims={"nbf": now + _HOUR, "exp": now + 2 * _HOUR})


@TOKENS.phrase("an elevated token")
def _elevated(environment: BackendEnvironment) -> str:
    return environment.token(kind="elevated")


@TOKENS.phrase("an MFA token")
def _mfa(environment: BackendEnvironment) -> str:
    return environment.target.issuer.token(kind="mfa")


@TOKENS.phrase("a full session's token after signing out")
def _revoked(environment: BackendEnvironment) -> str:
    if not environment.target.declared.checks_revocation:
        raise NotApplicable(
            "the profile does not claim that the backend notices a session signed out ([backend] checks_revocation)"
        )
    token = environment.token()
    found = environment.present(token)
    if not all(each.verdict == "let in" for each in found):
        raise Blocked("have a session let in before it is signed out", "; ".join(map(str, found)))
    if not environment.target.issuer.revoke(token):
        raise Blocked("sign the session out", "the issuer refused to")
    return token


@TOKENS.phrase("no token")
def _none(environment: BackendEnvironment) -> None:
    return None


@TOKENS.phrase("an empty token")
def _empty(environment: BackendEnvironment) -> str:
    return ""


@TOKENS.phrase("garbage")
def _garbage(environment: BackendEnvironment) -> str:
    return "garbage"


@TOKENS.phrase("garbage in three parts")
def _garbage_parts(environment: BackendEnvironment) -> str:
    return "bm8.bm8.bm8"


@TOKENS.phrase("a token of 100 KB")
def _long(environment: BackendEnvironment) -> str:
    return forgery.with_claims(environment.token(), padding="A" * (_LONG * 3 // 4))


@TOKENS.phrase(NEW)
def _rotated(environment: BackendEnvironment) -> str:
    target = environment.target
    target.issuer.control.rotate_keys(target.issuer.known.environment_id)
    target.rotated = True
    return environment.token()


@TOKENS.phrase(WITHDRAWN)
def _withdrawn(environment: BackendEnvironment) -> str:
    target = environment.target
    if not target.rotated:
        _rotated(environment)
    token = environment.token(key="old")
    target.issuer.control.retire_keys(target.issuer.known.environment_id)
    environment.wait_for_old_keys()
    return token
