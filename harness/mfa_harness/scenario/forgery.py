"""Session tokens that the server never gave out, made from one that it did."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from mfa_harness.scenario.tokens import claims, encode, header
from mfa_harness.verdicts import Blocked, NotApplicable

if TYPE_CHECKING:
    from mfa_harness.scenario.actor import Actor
    from mfa_harness.scenario.world import World


def token_of(actor: Actor) -> str:
    """The session token of her current session.

    Raises:
        NotApplicable: her client keeps it to itself (cookie mode, or somebody's SDK).
    """
    token = actor.client.state.token
    if not token:
        raise NotApplicable("the session token cannot be seen from the client")
    return token


def published_keys(world: World) -> list[dict[str, Any]]:
    """The environment's JWKS (D-17).

    Raises:
        Blocked: it cannot be read.
    """
    answer = world.environment.request("GET", ".well-known/jwks")
    keys = answer.json().get("keys") if answer.succeeded and isinstance(answer.json(), dict) else None
    if not isinstance(keys, list) or not keys:
        raise Blocked(
            "read the published keys", f"GET .well-known/jwks answered {answer.status} without keys"
        )
    return keys


def verifies(token: str, keys: list[dict[str, Any]]) -> bool:
    """Whether one of the keys verifies the token's signature; claims are not looked at."""
    kid = header(token).get("kid")
    for key in keys:
        if key.get("kid") == kid:
            try:
                public = jwt.PyJWK(key)
                jwt.decode(
                    token,
                    public.key,
                    algorithms=["RS256", "ES256"],
                    options={
                        "verify_exp": False,
                        "verify_aud": False,
                        "verify_iat": False,
                        "verify_nbf": False,
                    },
                )
            except jwt.PyJWTError:
                return False
            return True
    return False


def unsigned(token: str) -> str:
    """The same claims under alg `none` (RFC 8725, 3.1)."""
    return f"{encode({'alg': 'none', 'typ': 'JWT'})}.{token.split('.')[1]}."


def signed_with_public_key(token: str, keys: list[dict[str, Any]]) -> str:
    """The same claims under HS256, the published key's PEM being the secret (RFC 8725, 2.1)."""
    public = jwt.PyJWK(keys[0]).key
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    signed = f"{encode({**header(token), 'alg': 'HS256'})}.{token.split('.')[1]}"
    mac = hmac.digest(pem, signed.encode(), hashlib.sha256)
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def other_key(token: str, *, enclosed: bool = False) -> str:
    """The same claims and key id, signed by a key of the forger's.

    Args:
        token: to forge.
        enclosed: the public key comes along in the header (`jwk`, RFC 7515 4.1.3), for whoever believes it.
    """
    stranger = ec.generate_private_key(ec.SECP256R1())
    headers: dict[str, Any] = {"kid": str(header(token).get("kid"))}
    if enclosed:
        headers["jwk"] = ECAlgorithm.to_jwk(stranger.public_key(), as_dict=True)
    return jwt.encode(claims(token), stranger, algorithm="ES256", headers=headers)


def with_claims(token: str, **changed: Any) -> str:
    """The same token with claims changed after it was signed."""
    head, _, signature = token.split(".")
    return f"{head}.{encode({**claims(token), **changed})}.{signature}"
