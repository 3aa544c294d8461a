"""Key pairs of an authenticator: made, signed with, written as COSE, SPKI and PKCS#8."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives import serialization

from mfa_simulators.passkey.keys.edwards import EDWARDS
from mfa_simulators.passkey.keys.elliptic import ELLIPTIC
from mfa_simulators.passkey.keys.key_pair import Algorithm, KeyPair
from mfa_simulators.passkey.keys.lattice import LATTICE
from mfa_simulators.passkey.keys.rivest import RIVEST

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ALGORITHMS",
    "ED448",
    "EDDSA",
    "ES256",
    "ES256K",
    "ES384",
    "ES512",
    "PS256",
    "RS256",
    "Algorithm",
    "KeyPair",
    "from_pkcs8",
]

# COSE numbers (IANA COSE Algorithms registry).
ES256: Final = -7
EDDSA: Final = -8
ES384: Final = -35
ES512: Final = -36
PS256: Final = -37
ES256K: Final = -47
ED448: Final = -53
RS256: Final = -257

ALGORITHMS: Final[Mapping[int, Algorithm]] = MappingProxyType(
    {algorithm.number: algorithm for algorithm in (*ELLIPTIC, *EDWARDS, *RIVEST, *LATTICE)}
)


def from_pkcs8(der: bytes, number: int | None = None) -> KeyPair:
    """The key pair of unencrypted PKCS#8.

    Args:
        der: the private key.
        number: the COSE algorithm, as one RSA key does for several; None takes the first that it suits.

    Raises:
        ValueError: no PKCS#8, or a key of a kind that this authenticator does not hold.
    """
    try:
        private = serialization.load_der_private_key(der, None)
    except TypeError as error:
        raise ValueError("the private key is encrypted: export it without a password") from error
    for algorithm in ALGORITHMS.values():
        if number in (None, algorithm.number) and (pair := algorithm.adopt(private)) is not None:
            return pair
    names = ", ".join(algorithm.name for algorithm in ALGORITHMS.values())
    raise ValueError(f"expected a private key for one of {names}; found another kind of key")
