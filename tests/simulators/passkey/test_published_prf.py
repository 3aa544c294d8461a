"""The prf test vectors of Web Authentication Level 3, section 16: how hmac-secret travels under both protocols."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from mfa_simulators.passkey.ctap.pins import Protocol

SEED = b"WebAuthn PRF test vectors"
SALT = "527413ebb48293772df30f031c5ac4650c7de14bf9498671ae163447b6a772b3"
OUTPUT = "3c33e07d202c3b029cc21f1722767021bf27d595933b3d2b6a1b9d5dddc77fae"
VECTORS = {
    2: (
        (
            "0c63083de8170101d38bcf8bd72309568ddb4550867e23404b35d85712f7c20d"
            "8bc911ee23c06034cbc14290b9669bec07739053c5a416e313ef905c79955876"
        ),
        "23dde5e3462daf36559b85c4ac5f9656aa9bfd81c1dc2bf8533c8b9f3882854786b4f500e25b4e3d81f7fc7c74236229",
        "3bfaa48f7952330d63e35ff8cd5bca48d2a12823828915749287256ab146272f9fb437bf65691243c3f504bd7ea6d5e6",
    ),
    1: (
        "23e5ed7157c25892b77732fb9c8a107e3518800db2af4142f9f4adfacb771d39",
        "ab8c878bb05d04700f077ed91845ec9c503c925cb12b327ddbeb4243c397f913",
        "15d4e4f3f04109b492b575c1b38c28585b6719cf8d61304215108d939f37ccfb",
    ),
}


def drawn(number: int) -> bytes:
    return hashlib.sha256(SEED + bytes((number,))).digest()


@pytest.mark.parametrize("version", VECTORS)
def test_the_authenticators_side_of_a_vector(version: int) -> None:
    shared, hidden_salt, hidden_output = map(bytes.fromhex, VECTORS[version])
    platform = ec.derive_private_key(int.from_bytes(drawn(4), "big"), ec.SECP256R1()).public_key()
    point = platform.public_numbers()
    key = int.from_bytes(drawn(5), "big") - 1  # the protocol adds one, so that no draw gives zero
    draws = {40: key.to_bytes(40, "big"), 16: drawn(9)[:16]}
    protocol = Protocol(version, draws.__getitem__)
    secret = protocol.secret({-2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})
    assert secret == shared
    salt = protocol.decrypt(secret, hidden_salt)
    assert salt.hex() == SALT
    output = hmac.digest(drawn(6), salt, "sha256")
    assert output.hex() == OUTPUT
    assert protocol.encrypt(secret, output) == hidden_output
