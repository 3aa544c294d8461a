"""The two P-256 keys of a client: one names the session, one signs nonces."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mfa_simulators.clock import Clock
    from mfa_simulators.randomness import Randomness

_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # n of P-256 (SEC 2)
_NONCE_SECONDS: Final = 24 * 3600
_SHA256: Final = ec.ECDSA(SHA256())


class DeviceKey:
    """A P-256 key that never leaves the client.

    Args:
        secret: its private scalar, 32 bytes or more; reduced into range.
    """

    def __init__(self, secret: bytes) -> None:
        self._key = ec.derive_private_key(int.from_bytes(secret, "big") % (_ORDER - 1) + 1, ec.SECP256R1())
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        self.public_hex = point.hex()
        """The compressed public point: 66 hexadecimal digits."""

    @classmethod
    def new(cls, randomness: Randomness, purpose: str) -> DeviceKey:
        """Makes a key from a source of randomness."""
        return cls(randomness.bytes(40, purpose))  # 64 bits more than the order: no bias (FIPS 186-5 A.2.1)

    def sign(self, text: str) -> str:
        """ECDSA with SHA-256 over the UTF-8 text, as raw r and s: 128 hexadecimal digits, not DER."""
        r, s = decode_dss_signature(self._key.sign(text.encode(), _SHA256))
        return f"{r:064x}{s:064x}"


class NoncePool:
    """Nonces fetched ahead, each used once.

    Args:
        fetch: asks the server for a handful.
        clock: by which nonces grow too old to be used, after 24 hours.
    """

    def __init__(self, fetch: Callable[[], Iterable[str]], clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._nonces: deque[str] = deque()
        self._fetched_at = 0.0

    def take(self) -> str:
        """The next nonce; the pool is filled first when it is empty or old.

        Raises:
            IndexError: the server sent none.
        """
        if not self._nonces or self._clock.now() - self._fetched_at >= _NONCE_SECONDS:
            self._nonces = deque(self._fetch())
            self._fetched_at = self._clock.now()
        return self._nonces.popleft()


def device_headers(key: DeviceKey, nonce: str) -> dict[str, str]:
    """The three headers that prove the device on a sign-in or a refresh."""
    return {
        "x-dynamic-device-nonce": nonce,
        "x-dynamic-device-publickey": key.public_hex,
        "x-dynamic-device-signed-nonce": key.sign(nonce),
    }
