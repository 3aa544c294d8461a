"""Signing keys: a pool that environments share, since an RSA key takes a tenth of a second to make."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import Future
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

if TYPE_CHECKING:
    from collections.abc import Sequence

Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

POOL_SIZE: Final = 3
_RSA_BITS: Final = 2048
_LONGEST_TOKEN: Final = 8192
_TOKENS_KEPT: Final = 256
# Time is ours to check, by the environment's clock; iss and environment by the rules.
_OPTIONS: Final[Any] = {
    **{f"verify_{claim}": False for claim in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")},
    "verify_signature": True,
}


class SigningKey:
    """One key: signs tokens, and publishes itself as a JWK (RFC 7517)."""

    def __init__(self, private: Private) -> None:
        self.private = private
        self.public = private.public_key()
        self.algorithm = "RS256" if isinstance(private, rsa.RSAPrivateKey) else "ES256"
        spki = self.public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.id = hashlib.sha256(spki).hexdigest()[:32]

    def sign(self, claims: dict[str, Any], token_type: str) -> str:
        """A signed token (RFC 7515) with `kid` and `typ` in its header."""
        return jwt.encode(claims, self.private, self.algorithm, {"kid": self.id, "typ": token_type})

    def jwk(self) -> dict[str, Any]:
        """The public key."""
        if isinstance(self.public, rsa.RSAPublicKey):
            members = RSAAlgorithm.to_jwk(self.public, as_dict=True)
        else:
            members = ECAlgorithm.to_jwk(self.public, as_dict=True)
        members.pop("key_ops", None)
        return {**members, "kid": self.id, "alg": self.algorithm, "use": "sig"}


def read_token(
    token: str, key: SigningKey, algorithms: Sequence[str]
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Header and claims of a token that this key signed by one of these algorithms, else None."""
    if len(token) > _LONGEST_TOKEN:
        return None
    read = _read(token, key, tuple(algorithms))
    return None if read is None else (dict(read[0]), dict(read[1]))


@lru_cache(_TOKENS_KEPT)
def _read(
    token: str, key: SigningKey, algorithms: tuple[str, ...]
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """What the token says, which its key has signed or not for good: it comes with every request of a session."""
    try:
        parts = jwt.decode_complete(token, key.public, algorithms=list(algorithms), options=_OPTIONS)
    except (jwt.PyJWTError, ValueError, RecursionError, TypeError):
        return None
    return parts["header"], parts["payload"]


class KeyPool:
    """Three RSA keys, made when first asked for, off the caller's path; keys of one's own on request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shared: dict[int, Future[SigningKey]] = {}

    def shared(self, number: int) -> Future[SigningKey]:
        """The key of environment number so-and-so, in the making or made."""
        place = number % POOL_SIZE
        with self._lock:
            if place not in self._shared:
                self._shared[place] = _make_rsa()
            return self._shared[place]

    @staticmethod
    def own(algorithm: str) -> Future[SigningKey]:
        """A new key that nobody shares."""
        if algorithm == "RS256":
            return _make_rsa()
        made: Future[SigningKey] = Future()
        made.set_result(SigningKey(ec.generate_private_key(ec.SECP256R1())))
        return made


PROCESS_KEYS: Final = KeyPool()
"""The keys that all servers of this process share: making some for each would be most of a short run."""


def _make_rsa() -> Future[SigningKey]:
    future: Future[SigningKey] = Future()

    def make() -> None:
        try:
            key = rsa.generate_private_key(public_exponent=65_537, key_size=_RSA_BITS)
            future.set_result(SigningKey(key))
        except BaseException as error:  # whoever waits is told
            future.set_exception(error)
            raise

    threading.Thread(target=make, name="rsa-key", daemon=True).start()
    return future
