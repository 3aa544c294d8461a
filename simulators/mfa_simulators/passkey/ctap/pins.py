"""PIN and token: authenticatorClientPIN with both protocols (CTAP 2.2 section 6.5)."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mfa_simulators.passkey.ctap import status
from mfa_simulators.passkey.ctap.requests import member, optional
from mfa_simulators.passkey.ctap.status import CtapRefusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from mfa_simulators.clock import Clock

MAKE_CREDENTIAL: Final = 0x01
GET_ASSERTION: Final = 0x02
CREDENTIAL_MANAGEMENT: Final = 0x04
LARGE_BLOB_WRITE: Final = 0x10
# Subcommands of authenticatorClientPIN.
CHANGE_PIN: Final = 0x04
TOKEN_FOR_USER: Final = 0x06
UV_RETRIES: Final = 0x07
_RETRIES: Final = 8
_AT_ONCE: Final = 3  # wrong PINs until the device must be plugged in anew
_TOKEN_SECONDS: Final = 600
_SHORTEST_PIN: Final = 4
_LONGEST_PIN: Final = 63
_SECRET: Final = 32
_BLOCK: Final = 16
_KEY_AGREEMENT: Final = -25  # the COSE algorithm that the standard writes there


class Protocol:
    """One PIN/UV auth protocol, on the authenticator's side.

    Args:
        version: 1 or 2.
        draw: gives random bytes.
    """

    def __init__(self, version: int, draw: Callable[[int], bytes]) -> None:
        self.version = version
        self._draw = draw
        order = ec.SECP256R1().group_order
        self._key = ec.derive_private_key(int.from_bytes(draw(40), "big") % (order - 1) + 1, ec.SECP256R1())

    def public(self) -> dict[int, Any]:
        """The key that a client agrees a secret with, as COSE members."""
        point = self._key.public_key().public_numbers()
        return {
            1: 2,
            3: _KEY_AGREEMENT,
            -1: 1,
            -2: point.x.to_bytes(32, "big"),
            -3: point.y.to_bytes(32, "big"),
        }

    def secret(self, peer: dict[Any, Any]) -> bytes:
        """The secret that is shared with a client.

        Raises:
            CtapRefusal: its key is none.
        """
        try:
            x, y = (int.from_bytes(member(peer, coordinate, bytes), "big") for coordinate in (-2, -3))
            point = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1())
            shared = self._key.exchange(ec.ECDH(), point.public_key())
        except ValueError as error:
            raise CtapRefusal(status.INVALID_PARAMETER) from error
        if self.version == 1:
            return hashlib.sha256(shared).digest()
        return b"".join(
            HKDF(SHA256(), _SECRET, bytes(_SECRET), b"CTAP2 " + name + b" key").derive(shared)
            for name in (b"HMAC", b"AES")
        )

    def encrypt(self, secret: bytes, plain: bytes) -> bytes:
        """What only who shares the secret can read."""
        vector = bytes(_BLOCK) if self.version == 1 else self._draw(_BLOCK)
        encryptor = Cipher(algorithms.AES(secret[-_SECRET:]), modes.CBC(vector)).encryptor()
        hidden = encryptor.update(plain) + encryptor.finalize()
        return hidden if self.version == 1 else vector + hidden

    def decrypt(self, secret: bytes, hidden: Any) -> bytes:
        """What who shares the secret wrote.

        Raises:
            CtapRefusal: it is no whole number of blocks.
        """
        if not isinstance(hidden, bytes) or len(hidden) % _BLOCK:
            raise CtapRefusal(status.INVALID_PARAMETER)
        vector = bytes(_BLOCK)
        if self.version != 1:
            vector, hidden = hidden[:_BLOCK], hidden[_BLOCK:]
        if len(vector) != _BLOCK or not hidden:
            raise CtapRefusal(status.INVALID_PARAMETER)
        decryptor = Cipher(algorithms.AES(secret[-_SECRET:]), modes.CBC(vector)).decryptor()
        return decryptor.update(hidden) + decryptor.finalize()

    def proves(self, secret: bytes, message: bytes, proof: Any) -> bool:
        """Whether the proof is that of who shares the secret, or holds the token."""
        digest = hmac.digest(secret[:_SECRET], message, "sha256")
        expected = digest[:_BLOCK] if self.version == 1 else digest
        return isinstance(proof, bytes) and hmac.compare_digest(expected, proof)


class PinState:
    """The PIN, its retries, and the token that was given out.

    Args:
        clock: by which a token expires.
        draw: gives random bytes.
        pin: set from the beginning; empty for a device that takes one and has none yet; None for one that
            takes none.
        shortest: characters that a PIN must have.
    """

    def __init__(
        self, clock: Clock, draw: Callable[[int], bytes], pin: str | None, shortest: int | None
    ) -> None:
        self._clock = clock
        self._draw = draw
        self.protocols = {version: Protocol(version, draw) for version in (2, 1)}
        self.shortest = shortest or _SHORTEST_PIN
        self.possible = pin is not None
        self._hash: bytes | None = _pin_hash(pin.encode()) if pin else None
        self.retries = _RETRIES
        self._wrong_at_once = 0
        self._token = b""
        self._permissions = 0
        self._rp_id: str | None = None
        self._until = 0.0

    @property
    def is_set(self) -> bool:
        """Whether there is a PIN."""
        return self._hash is not None

    def plug_in(self) -> None:
        """The device is taken out and put back: three more wrong PINs may be tried; tokens are forgotten."""
        self._wrong_at_once = 0
        self._token = b""

    def protocol(self, version: Any) -> Protocol:
        """The protocol of a version.

        Raises:
            CtapRefusal: there is none.
        """
        found = self.protocols.get(version) if isinstance(version, int) else None
        if found is None:
            raise CtapRefusal(status.INVALID_PARAMETER if version is not None else status.MISSING_PARAMETER)
        return found

    def command(self, command: int, request: dict[int, Any]) -> dict[int | str, Any]:
        """One subcommand; for a token of the user's the user was verified already.

        Raises:
            CtapRefusal: with the reason.
        """
        permissions = optional(request, 9, int, 0)
        rp_id = member(request, 10, str) if 10 in request else None  # noqa: PLR2004
        match command:
            case 0x01:  # PIN_RETRIES
                return {3: self.retries, 4: self._wrong_at_once >= _AT_ONCE}
            case 0x02:  # KEY_AGREEMENT
                return {1: self.protocol(request.get(1)).public()}
            case 0x03 | 0x04:  # SET_PIN, CHANGE_PIN
                self.set(request, change=command == CHANGE_PIN)
                return {}
            case 0x05:  # TOKEN_FOR_PIN_ALONE
                return {2: self.token_for_pin(request, MAKE_CREDENTIAL | GET_ASSERTION, None)}
            case 0x06:  # TOKEN_FOR_USER
                return {2: self.token_for_user(request, permissions, rp_id)}
            case 0x09:  # TOKEN_FOR_PIN
                return {2: self.token_for_pin(request, permissions, rp_id)}
        raise CtapRefusal(status.INVALID_SUBCOMMAND)

    def set(self, request: dict[int, Any], *, change: bool) -> None:
        """Sets the PIN, or changes it.

        Raises:
            CtapRefusal: it is set already, the old one is wrong, or the new one too short.
        """
        if not self.possible:
            raise CtapRefusal(status.INVALID_PARAMETER)
        if self.is_set is not change:
            raise CtapRefusal(status.PIN_NOT_SET if change else status.PIN_AUTH_INVALID)
        protocol = self.protocol(request.get(1))
        secret = protocol.secret(member(request, 3, dict))
        hidden, old = member(request, 5, bytes), optional(request, 6, bytes, b"")
        if not protocol.proves(secret, hidden + (old if change else b""), request.get(4)):
            raise CtapRefusal(status.PIN_AUTH_INVALID)
        if change:
            self._check(protocol, secret, old)
        pin = protocol.decrypt(secret, hidden).rstrip(b"\x00")
        if not self.shortest <= len(pin.decode("utf-8", "replace")) or len(pin) > _LONGEST_PIN:
            raise CtapRefusal(status.PIN_POLICY_VIOLATION)
        self._hash = _pin_hash(pin)
        self.retries = _RETRIES

    def token_for_pin(self, request: dict[int, Any], permissions: int, rp_id: str | None) -> bytes:
        """A token, for who knows the PIN.

        Raises:
            CtapRefusal: no PIN, a wrong one, or too many wrong ones.
        """
        if not self.is_set:
            raise CtapRefusal(status.PIN_NOT_SET)
        protocol = self.protocol(request.get(1))
        secret = protocol.secret(member(request, 3, dict))
        self._check(protocol, secret, request.get(6))
        return self.token_for_user(request, permissions, rp_id)

    def token_for_user(self, request: dict[int, Any], permissions: int, rp_id: str | None) -> bytes:
        """A token, for a user who was verified; encrypted."""
        protocol = self.protocol(request.get(1))
        secret = protocol.secret(member(request, 3, dict))
        self._token = self._draw(_SECRET)
        self._permissions, self._rp_id = permissions, rp_id
        self._until = self._clock.now() + _TOKEN_SECONDS
        return protocol.encrypt(secret, self._token)

    def expire(self) -> None:
        """The token expires now."""
        self._until = self._clock.now()

    def check_token(
        self, message: bytes, proof: Any, version: Any, permission: int, rp_id: str | None
    ) -> None:
        """Holds a request's proof against the token.

        Raises:
            CtapRefusal: it is another's, too old, or for something else.
        """
        protocol = self.protocol(version)
        if not self._token or not protocol.proves(self._token, message, proof):
            raise CtapRefusal(status.PIN_AUTH_INVALID)
        if self._clock.now() >= self._until:
            self._token = b""
            raise CtapRefusal(status.PIN_TOKEN_EXPIRED)
        if not self._permissions & permission:
            raise CtapRefusal(status.PIN_AUTH_INVALID)
        if rp_id is not None:  # a token without one is bound to the first that it is used for
            if self._rp_id not in (None, rp_id):
                raise CtapRefusal(status.PIN_AUTH_INVALID)
            self._rp_id = rp_id

    def check_scope(self, rp_id: str | None) -> None:
        """Holds what is to be managed against the token's relying party; None for what is of all of them.

        Raises:
            CtapRefusal: the token is for another.
        """
        if self._rp_id not in (None, rp_id):
            raise CtapRefusal(status.PIN_AUTH_INVALID)

    def _check(self, protocol: Protocol, secret: bytes, hidden: Any) -> None:
        if self.retries == 0:
            raise CtapRefusal(status.PIN_BLOCKED)
        if self._wrong_at_once >= _AT_ONCE:
            raise CtapRefusal(status.PIN_AUTH_BLOCKED)
        self.retries -= 1
        if not hmac.compare_digest(protocol.decrypt(secret, hidden), self._hash or b""):
            self._wrong_at_once += 1
            if self.retries == 0:
                raise CtapRefusal(status.PIN_BLOCKED)
            if self._wrong_at_once >= _AT_ONCE:
                raise CtapRefusal(status.PIN_AUTH_BLOCKED)
            raise CtapRefusal(status.PIN_INVALID)
        self.retries = _RETRIES
        self._wrong_at_once = 0


def _pin_hash(pin: bytes) -> bytes:
    return hashlib.sha256(pin).digest()[:_BLOCK]
