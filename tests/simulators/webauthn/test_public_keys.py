from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from fido2 import cbor

from mfa_simulators.webauthn import keys

_point = ec.derive_private_key(7, ec.SECP256R1()).public_key().public_numbers()
EC_KEY: dict[int, Any] = {
    1: 2,
    3: -7,
    -1: 1,
    -2: _point.x.to_bytes(32, "big"),
    -3: _point.y.to_bytes(32, "big"),
}
ED_KEY: dict[int, Any] = {
    1: 1,
    3: -8,
    -1: 6,
    -2: ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw(),
}
MODULUS = (2**521 - 1) * (2**1607 - 1)  # 2128 bits, of no use but to be parsed
RSA_KEY: dict[int, Any] = {1: 3, 3: -257, -1: MODULUS.to_bytes(266, "big"), -2: b"\x01\x00\x01"}


@pytest.mark.parametrize("cose", [EC_KEY, ED_KEY, RSA_KEY])
def test_a_sound_key_is_loaded(cose: dict[int, Any]) -> None:
    assert keys.load(cbor.encode(cose)).algorithm == cose[3]


@pytest.mark.parametrize(
    "cose",
    [
        pytest.param(EC_KEY | {1: 1}, id="key type of another algorithm"),
        pytest.param(EC_KEY | {-1: 2}, id="curve of another algorithm"),
        pytest.param(EC_KEY | {-2: bytes(32), -3: bytes(32)}, id="the zero point"),
        pytest.param(EC_KEY | {-2: bytes(31)}, id="short coordinate"),
        pytest.param(EC_KEY | {-2: b"\x00" + EC_KEY[-2]}, id="long coordinate"),
        pytest.param(
            EC_KEY | {-2: EC_KEY[-2][:-1], -3: EC_KEY[-2][-1:] + EC_KEY[-3]}, id="a sound point cut elsewhere"
        ),
        pytest.param(EC_KEY | {-3: True}, id="compressed point"),
        pytest.param(EC_KEY | {-4: bytes(32)}, id="private member"),
        pytest.param({label: EC_KEY[label] for label in (1, 3, -1, -2)}, id="no y"),
        pytest.param({label: EC_KEY[label] for label in (1, -1, -2, -3)}, id="no algorithm"),
        pytest.param(EC_KEY | {3: "ES256"}, id="algorithm as text"),
        pytest.param(EC_KEY | {3: -65535}, id="SHA-1"),
        pytest.param(ED_KEY | {-1: 7}, id="Ed448 curve"),
        pytest.param(ED_KEY | {-2: bytes(31)}, id="short Edwards key"),
        pytest.param(RSA_KEY | {-2: b"\x01"}, id="exponent one"),
        pytest.param(RSA_KEY | {-1: (2**1023 + 1).to_bytes(128, "big")}, id="1024 bits"),
        pytest.param(RSA_KEY | {-1: (2**2047 + 2).to_bytes(256, "big")}, id="even modulus"),
        pytest.param(RSA_KEY | {-1: (2**16384 + 1).to_bytes(2049, "big")}, id="16385 bits"),
        pytest.param([1, 2], id="no map"),
    ],
)
def test_an_unsound_key_is_refused(cose: Any) -> None:
    with pytest.raises(ValueError, match=r"expected|supported|curve|point|key|e must be"):
        keys.load(cbor.encode(cose))


def test_a_key_that_is_not_canonical_is_refused() -> None:
    canonical = cbor.encode(EC_KEY)
    with pytest.raises(ValueError, match="canonical"):
        keys.load(canonical.replace(b"\x03\x26", b"\x03\x38\x06", 1))
    with pytest.raises(ValueError, match="canonical"):
        keys.load(b"\xa6" + canonical[1:] + b"\x03\x26")  # the algorithm twice
