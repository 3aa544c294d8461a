"""Session tokens made to order, for tests of whoever relies on them: any claims, any header, several keys.

A token is that of a real session, which can be refreshed and revoked; what is ordered goes over it.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Literal

import jwt
import msgspec

from mfa_simulators.server.operations.call import Call
from mfa_simulators.server.rules.gate import FULL
from mfa_simulators.server.wire.requests import TokenWish

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_simulators.server.keys import SigningKey
    from mfa_simulators.server.operations import Operations

Kind = Literal["session", "elevated", "mfa"]
Key = Literal["own", "old", "other"]


class TokenOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What token is wanted.

    Args:
        kind: a session's, an elevated token for `scopes`, or an MFA token, which is opaque.
        email: whose it is; she is made if nobody has the address.
        claims: go over those of a completed session; null takes one away.
        headers: the same for the header; `kid` and `alg` are otherwise those of the key.
        key: what signs: the key in use, the one that was rotated out last, or one that nobody publishes.
        scopes: of an elevated token.
    """

    kind: Kind = "session"
    email: str = "full@example.org"
    claims: dict[str, Any] = {}
    headers: dict[str, Any] = {}
    key: Key = "own"
    scopes: tuple[str, ...] = ("wallet:sign",)


class MintedToken(msgspec.Struct, frozen=True, rename="camel"):
    """A token, and the session that it is of."""

    jwt: str
    session_id: str
    user_id: str


def mint(operations: Operations, order: TokenOrder, key: SigningKey, now: float) -> MintedToken:
    """A token to order.

    Args:
        operations: of the environment.
        order: what is wanted.
        key: what signs it.
        now: the environment's time, in unix seconds.

    Raises:
        ValueError: an MFA token with claims or headers, which it does not have.
    """
    email = operations.rules.email(order.email)
    answer = operations.opened(Call(now=now), "email", operations.rules.account_of_email(email), email=email)
    present = operations.store.presence(answer.user.session_id)
    assert present is not None  # it was opened just now
    session, user = present
    if order.kind == "mfa":
        if order.claims or order.headers or order.key != "own":
            raise ValueError("an MFA token is opaque: it has no claims, no header and no key")
        token = operations.new_mfa_token(session, TokenWish(), now) or ""
        return MintedToken(jwt=token, session_id=session.id, user_id=user.id)
    claims: dict[str, Any] = {"scope": FULL}
    made = str(answer.jwt)
    if order.kind == "elevated":
        claims = {}
        made = operations.new_elevated_token(session, order.scopes, now)
    parts = jwt.decode_complete(made, options={"verify_signature": False})
    if "kid" in parts["payload"]:  # the vendor's tokens name their key twice
        claims["kid"] = key.id
    header = _over({**parts["header"], "kid": key.id, "alg": key.algorithm}, order.headers)
    payload = _over({**parts["payload"], **claims}, order.claims)
    return MintedToken(jwt=sign(header, payload, key), session_id=session.id, user_id=user.id)


def sign(header: Mapping[str, Any], payload: Mapping[str, Any], key: SigningKey) -> str:
    """A JWS (RFC 7515) that says what it is told to, whatever libraries think of it."""
    signed = f"{_encoded(msgspec.json.encode(header))}.{_encoded(msgspec.json.encode(payload))}"
    signature = jwt.get_algorithm_by_name(key.algorithm).sign(signed.encode(), key.private)
    return f"{signed}.{_encoded(signature)}"


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**below, **above}.items() if value is not None}


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()
