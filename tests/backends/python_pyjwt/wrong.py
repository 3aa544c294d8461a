"""What backends get wrong: each a `SessionTokens` with one thing changed, and the checks that are there to catch it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.backends.python_pyjwt.session_token import SessionTokens

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Fault:
    """One thing that a backend gets wrong. `source` is where that is written; `caught_by`, checks or their rows."""

    slug: str
    sentence: str
    source: str
    caught_by: tuple[str, ...]
    tokens: type[SessionTokens]


FAULTS: Final[dict[str, Fault]] = {}
_GUEST: Final = {"sub": "guest", "scope": "user:basic"}


def wrong(
    slug: str, sentence: str, source: str, *caught_by: str
) -> Callable[[type[SessionTokens]], type[SessionTokens]]:
    def take(tokens: type[SessionTokens]) -> type[SessionTokens]:
        assert slug not in FAULTS
        FAULTS[slug] = Fault(slug, sentence, source, caught_by, tokens)
        return tokens

    return take


def unverified(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def header(token: str) -> dict[str, Any]:
    found: dict[str, Any] = jwt.get_unverified_header(token)
    return found


def audiences(claims: dict[str, Any]) -> list[str]:
    found = claims.get("aud", [])
    return found if isinstance(found, list) else [found]


class Lax(SessionTokens):
    """For faults of one check among those that PyJWT does: everything else is done as it should be."""

    leeway = 30.0
    options: dict[str, Any] = {}  # noqa: RUF012 - read only

    def key(self, token: str) -> Any:
        return self.keys.get_signing_key_from_jwt(token)

    def verified(self, token: str) -> dict[str, Any]:
        options: Any = {"verify_iss": False, "verify_aud": False, **self.options}
        claims: dict[str, Any] = jwt.decode(
            token, self.key(token), ["RS256"], leeway=self.leeway, options=options
        )
        if not self.is_our_issuer(claims):
            raise jwt.InvalidIssuerError
        if not self.is_for_us(claims):
            raise jwt.InvalidAudienceError
        return claims

    def is_our_issuer(self, claims: dict[str, Any]) -> bool:
        return bool(claims.get("iss") == self.issuer)

    def is_for_us(self, claims: dict[str, Any]) -> bool:
        return self.audience in audiences(claims)


# -- scope -----------------------------------------------------------------------------------------------------------


@wrong(
    *("scope-unchecked", "Every token of the issuer is a full session", "D-18"),
    *("backend.mfa-owed.refused", "backend.scope-needed.refused", "backend.scope-split.refused"),
)
class _ScopeUnchecked(SessionTokens):
    def is_full(self, claims: dict[str, Any]) -> bool:
        return True


@wrong(
    *("only-absence-checked", "What does not say requiresAdditionalAuth is a full session", "D-18"),
    "backend.scope-needed.refused",
)
class _OnlyAbsence(SessionTokens):
    def is_full(self, claims: dict[str, Any]) -> bool:
        return "requiresAdditionalAuth" not in str(claims.get("scope", "")).split()


@wrong(
    *("scope-by-substring", "user:basic is looked for in the string, not among its words", "D-16"),
    "backend.scope-split.refused[longer]",
    "backend.scope-split.refused[ending]",
    "backend.scope-split.refused[inside]",
    "backend.scope-split.refused[comma]",
)
class _Substring(SessionTokens):
    def is_full(self, claims: dict[str, Any]) -> bool:
        return "user:basic" in str(claims.get("scope", ""))


@wrong(
    *("scope-split-at-commas", "The scope is split at commas as well", "RFC 8693 4.2"),
    "backend.scope-split.refused[comma]",
)
class _Commas(SessionTokens):
    def is_full(self, claims: dict[str, Any]) -> bool:
        return "user:basic" in re.split(r"[\s,]+", str(claims.get("scope", "")))


@wrong(
    *("scope-ignores-case", "Scopes are compared without regard to case", "RFC 6749 3.3"),
    "backend.scope-split.refused[upper case]",
)
class _AnyCase(SessionTokens):
    def is_full(self, claims: dict[str, Any]) -> bool:
        return "user:basic" in str(claims.get("scope", "")).lower().split()


@wrong(
    *(
        "gated-with-scopes-let-in",
        "requiresAdditionalAuth is looked for as the whole scope, not a word",
        "D-16",
    ),
    "backend.mfa-owed.refused[other scopes]",
)
class _WholeScope(SessionTokens):
    def is_full(self, claims: dict[str, Any]) -> bool:
        return claims.get("scope") != "requiresAdditionalAuth"


# -- signature and algorithm -----------------------------------------------------------------------------------------


@wrong(
    *("nothing-verified", "The token is decoded, and never verified", "D-17"),
    *("backend.signature.refused", "backend.own-keys.refused", "backend.issuer.refused"),
)
class _Decoded(SessionTokens):
    def verified(self, token: str) -> dict[str, Any]:
        return unverified(token)


@wrong(
    *("signature-optional", "A token without a signature needs none", "RFC 8725 3.2"),
    "backend.signature.refused[no signature]",
)
class _SignatureOptional(SessionTokens):
    def verified(self, token: str) -> dict[str, Any]:
        return unverified(token) if token.endswith(".") else super().verified(token)


@wrong(
    *("alg-none-accepted", "A token that says alg none needs no signature", "RFC 8725 3.1"),
    "backend.algorithm.refused[none]",
)
class _AlgNone(SessionTokens):
    def verified(self, token: str) -> dict[str, Any]:
        return unverified(token) if header(token).get("alg") == "none" else super().verified(token)


@wrong(
    *(
        "alg-none-by-blocklist",
        "alg none is refused by its spelling: nOnE needs no signature",
        "RFC 8725 3.1",
    ),
    "backend.algorithm.refused[nOnE]",
)
class _Blocklist(SessionTokens):
    def verified(self, token: str) -> dict[str, Any]:
        algorithm = str(header(token).get("alg"))
        if algorithm != "none" and algorithm.lower() == "none":
            return unverified(token)
        return super().verified(token)


@wrong(
    *(
        "hs256-with-public-key",
        "The token says how it is verified: HS256 takes the public key as the secret",
    ),
    *("RFC 8725 2.1", "backend.algorithm.refused[HS256]"),
)
class _Confused(SessionTokens):
    def verified(self, token: str) -> dict[str, Any]:
        if header(token).get("alg") != "HS256":
            return super().verified(token)
        public: Any = self.keys.get_signing_key_from_jwt(token).key
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        signed, _, signature = token.rpartition(".")
        expected = base64.urlsafe_b64encode(hmac.digest(pem, signed.encode(), hashlib.sha256)).rstrip(b"=")
        if not hmac.compare_digest(expected.decode(), signature):
            raise jwt.InvalidSignatureError
        return unverified(token)


# -- keys ------------------------------------------------------------------------------------------------------------


@wrong(
    *("unknown-kid-trusted", "A token whose key is not known is not verified", "RFC 8725 3.10"),
    "backend.own-keys.refused[unknown kid]",
    "backend.own-keys.refused[impersonation]",
)
class _UnknownKid(SessionTokens):
    def verified(self, token: str) -> dict[str, Any]:
        try:
            return super().verified(token)
        except jwt.PyJWKClientError:
            return unverified(token)


@wrong(
    *("token-brings-key", "A key in the token's header (jwk) is used", "RFC 7515 4.1.3"),
    "backend.own-keys.refused[jwk]",
)
class _OwnKey(Lax):
    def key(self, token: str) -> Any:
        enclosed = header(token).get("jwk")
        return jwt.PyJWK(enclosed) if enclosed else super().key(token)


@wrong(
    *(
        "token-names-key-address",
        "The keys are read from where the token's header says (jku)",
        "RFC 7515 4.1.2",
    ),
    "backend.own-keys.refused[jku]",
)
class _Referred(Lax):
    def key(self, token: str) -> Any:
        address = header(token).get("jku")
        return jwt.PyJWKClient(address).get_signing_key_from_jwt(token) if address else super().key(token)


@wrong(
    *("environment-from-token", "Issuer and keys are those of the environment that the token names", "D-17"),
    "backend.own-keys.refused[other environment]",
)
class _EnvironmentFromToken(Lax):
    def key(self, token: str) -> Any:
        base, _, _ = self.keys.uri.partition("/sdk/")
        address = f"{base}/sdk/{unverified(token)['environment_id']}/.well-known/jwks"
        return jwt.PyJWKClient(address).get_signing_key_from_jwt(token)

    def is_our_issuer(self, claims: dict[str, Any]) -> bool:
        return str(claims.get("iss", "")).endswith(f"/{claims['environment_id']}")


@wrong(
    *(
        "any-published-key",
        "Keys of every environment are in one pool, and any of them will do",
        "RFC 8725 3.8",
    ),
    "backend.own-keys.refused[impersonation]",
)
class _Pool(Lax):
    def key(self, token: str) -> Any:
        root = self.keys.uri.partition("/api/")[0]
        with urllib.request.urlopen(f"{root}/control/environments", timeout=5) as answer:
            tenants = json.load(answer)
        for tenant in tenants:
            for key in jwt.PyJWKClient(tenant["jwks"]).get_signing_keys():
                if key.key_id == header(token).get("kid"):
                    return key
        raise jwt.PyJWKClientError


# -- issuer, audience, time ------------------------------------------------------------------------------------------


@wrong(
    *("only-signature-checked", "Signature and expiry are verified, and nothing else", "RFC 8725 3.8"),
    *("backend.mfa-owed.refused", "backend.issuer.refused", "backend.audience.refused"),
    "backend.token-type.refused[elevated]",
)
class _OnlySignature(Lax):
    def is_our_issuer(self, claims: dict[str, Any]) -> bool:
        return True

    def is_for_us(self, claims: dict[str, Any]) -> bool:
        return True

    def is_full(self, claims: dict[str, Any]) -> bool:
        return True


@wrong(
    *("issuer-unchecked", "Any issuer will do under a key that is trusted", "RFC 8725 3.8"),
    "backend.issuer.refused",
)
class _AnyIssuer(Lax):
    def is_our_issuer(self, claims: dict[str, Any]) -> bool:
        return True


@wrong(
    *("issuer-by-prefix", "The issuer has only to begin like ours", "RFC 8725 3.8"),
    "backend.issuer.refused[longer]",
)
class _IssuerPrefix(Lax):
    def is_our_issuer(self, claims: dict[str, Any]) -> bool:
        return str(claims.get("iss")).startswith(self.issuer)


@wrong(
    *("issuer-only-if-there", "A token without an issuer is not asked for one", "RFC 8725 3.8"),
    "backend.issuer.refused[missing]",
)
class _IssuerIfThere(Lax):
    def is_our_issuer(self, claims: dict[str, Any]) -> bool:
        return bool(claims.get("iss", self.issuer) == self.issuer)


@wrong(
    *("audience-unchecked", "Tokens for other apps are let in", "RFC 8725 3.9"),
    "backend.audience.refused",
)
class _AnyAudience(Lax):
    def is_for_us(self, claims: dict[str, Any]) -> bool:
        return True


@wrong(
    *("audience-by-prefix", "The audience has only to begin like ours", "RFC 8725 3.9"),
    "backend.audience.refused[longer]",
)
class _AudiencePrefix(Lax):
    def is_for_us(self, claims: dict[str, Any]) -> bool:
        return any(each.startswith(self.audience) for each in audiences(claims))


@wrong(
    *("audience-only-if-there", "A token for no audience is for everybody", "RFC 8725 3.9"),
    "backend.audience.refused[missing]",
)
class _AudienceIfThere(Lax):
    def is_for_us(self, claims: dict[str, Any]) -> bool:
        return "aud" not in claims or super().is_for_us(claims)


@wrong(
    *("expiry-unchecked", "Expired tokens are let in", "D-20"),
    "backend.expiry.refused[an hour ago]",
    "backend.expiry.refused[just expired]",
)
class _Expired(Lax):
    options = {"verify_exp": False}  # noqa: RUF012


@wrong(
    *("leeway-of-ten-minutes", "Clocks may differ by ten minutes", "RFC 7519 4.1.4"),
    "backend.expiry.refused[just expired]",
)
class _Leeway(Lax):
    leeway = 600.0


@wrong(
    *("not-before-unchecked", "Tokens whose time has not come are let in", "RFC 7519 4.1.5"),
    "backend.expiry.refused[not yet]",
)
class _TooEarly(Lax):
    options = {"verify_nbf": False}  # noqa: RUF012


# -- no token, and no readable one -----------------------------------------------------------------------------------


@wrong(
    *("token-optional", "Who brings no token goes on as a guest, and the handler does not look", "CWE-306"),
    "backend.no-token.refused[none]",
    "backend.no-token.refused[empty]",
)
class _Optional(SessionTokens):
    def claims(self, authorization: str | None) -> dict[str, Any]:
        token = (authorization or "").partition(" ")[2].strip()
        return super().claims(authorization) if token else _GUEST


@wrong(
    *("unreadable-is-guest", "Who brings something that is no JWT goes on as a guest", "CWE-306"),
    "backend.no-token.refused[garbage]",
    "backend.no-token.refused[three parts]",
    "backend.token-type.refused[MFA]",
)
class _Guest(SessionTokens):
    def verified(self, token: str) -> dict[str, Any]:
        try:
            return super().verified(token)
        except jwt.DecodeError as error:
            if isinstance(error, jwt.InvalidSignatureError):
                raise
            return _GUEST


@wrong(
    *("garbage-crashes", "What is no JWT is answered 500", "CWE-755"),
    "backend.no-token.refused[garbage]",
)
class _Crashes(SessionTokens):
    def verified(self, token: str) -> dict[str, Any]:
        json.loads(base64.urlsafe_b64decode(token.split(".")[1]))
        return super().verified(token)


@wrong(
    *("long-token-crashes", "A token longer than a buffer is answered 500", "CWE-755"),
    "backend.no-token.refused[100 KB]",
)
class _TooLong(SessionTokens):
    def token_of(self, authorization: str | None) -> str:
        token = (authorization or "").partition(" ")[2]
        memoryview(bytearray(65_536))[: len(token)][:] = token.encode()
        return super().token_of(authorization)


# -- sessions and rotation -------------------------------------------------------------------------------------------


@wrong(
    *("revoked-let-in", "Nobody asks whether the session was signed out", "ASVS 5.0 7.4.1"),
    "backend.revoked.signed-out",
)
class _NotAsked(SessionTokens):
    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **{**named, "is_alive": None})


@wrong(
    *("keys-read-once", "The keys are read when the first token comes, and never again", "D-17"),
    "backend.key-rotation.new-key",
)
class _ReadOnce(Lax):
    read: dict[str, Any] | None = None

    def key(self, token: str) -> Any:
        if self.read is None:
            self.read = {str(key.key_id): key for key in self.keys.get_signing_keys()}
        if header(token).get("kid") not in self.read:
            raise jwt.PyJWKClientError
        return self.read[header(token)["kid"]]


@wrong(
    *("withdrawn-keys-kept", "A key once read is believed for ever", "CWE-324"),
    "backend.key-rotation.withdrawn-key",
)
class _Kept(Lax):
    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.kept: dict[str, Any] = {}

    def key(self, token: str) -> Any:
        kid = str(header(token).get("kid"))
        if kid not in self.kept:
            self.kept[kid] = super().key(token)
        return self.kept[kid]
