"""An attacker's tools: honest responses, and registrations of public keys that are COSE bytes of any kind."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from copy import deepcopy
from typing import Any, Literal

from fido2 import cbor

from mfa_simulators.passkey import VirtualPasskey
from mfa_simulators.passkey.keys import ALGORITHMS
from mfa_simulators.webauthn import Policy, creation_options, verify_registration

ORIGIN = "https://app.example.org"
CHALLENGE = bytes(range(32))
EXPECTED: Any = {"challenge": CHALLENGE, "origins": (ORIGIN,), "rp_id": "example.org"}
OFFERED = tuple(ALGORITHMS)


def raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def made(algorithm: int = -7, attestation: Literal["none", "direct"] = "none") -> tuple[VirtualPasskey, Any]:
    key = VirtualPasskey(seed=7, algorithms=(algorithm,))
    options = creation_options(
        challenge=CHALLENGE,
        rp_id="example.org",
        rp_name="Example",
        user_id=b"u",
        user_name="alice",
        attestation=attestation,
        policy=Policy(algorithms=OFFERED),
    )
    return key, key.create(options, origin=ORIGIN)


KEYS = {algorithm: made(algorithm) for algorithm in (-7, -8, -53, -257)}


def with_key(public_key: bytes, *, algorithm: int = -7) -> Any:
    """A registration that attests nothing, of another public key: COSE bytes of the attacker's choice."""
    key, honest = KEYS[algorithm]
    response = deepcopy(honest)
    whole: Any = cbor.decode(raw(response["response"]["attestationObject"]))
    (held,) = key.credentials
    data = whole["authData"].removesuffix(held.key.cose()) + public_key
    forged = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
    response["response"]["attestationObject"] = text(forged)
    return response


def register(response: Any) -> Any:
    return verify_registration(response, policy=Policy(algorithms=OFFERED), **EXPECTED)


def cose(algorithm: int) -> dict[int, Any]:
    (held,) = KEYS[algorithm][0].credentials
    members: Any = cbor.decode(held.key.cose())
    return dict(members)
