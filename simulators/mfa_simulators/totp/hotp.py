"""One-time passwords: RFC 4226 (HOTP), with the hashes that RFC 6238 adds.

The app's own generator, so that the server, which verifies with a library, is checked by other code.
"""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_BLOCK_SIZES: Final = {"SHA1": 64, "SHA256": 64, "SHA512": 128}  # bytes, as RFC 2104 calls B
_INNER_PAD: Final = bytes(octet ^ 0x36 for octet in range(256))
_OUTER_PAD: Final = bytes(octet ^ 0x5C for octet in range(256))
_pack_counter = struct.Struct(">Q").pack
_four_bytes_at = struct.Struct(">I").unpack_from


def generator(secret: bytes, algorithm: str = "SHA1", digits: int = 6) -> Callable[[int], str]:
    """A function from a counter to its code: decimal digits, leading zeros kept (RFC 4226, section 5.3).

    HMAC hashes the padded secret twice before it comes to the message (RFC 2104, section 4). Those two
    states never change, so they are kept and copied: a code costs less than one HMAC from the start.

    Args:
        secret: the shared secret, any length from one byte.
        algorithm: SHA1, SHA256 or SHA512.
        digits: how many digits a code has.

    Returns:
        The function; it raises ValueError for a counter that does not fit in eight bytes without a sign.
    """
    block = _BLOCK_SIZES[algorithm]
    name = algorithm.lower()
    if len(secret) > block:
        secret = hashlib.new(name, secret).digest()
    padded = secret.ljust(block, b"\0")
    copy_inner: Any = hashlib.new(name, padded.translate(_INNER_PAD)).copy
    copy_outer: Any = hashlib.new(name, padded.translate(_OUTER_PAD)).copy
    modulus: int = 10**digits
    shape = f"%0{digits}d"

    def code_of(counter: int) -> str:
        inner = copy_inner()
        try:
            inner.update(_pack_counter(counter))
        except struct.error as error:
            raise ValueError(f"expected a counter from 0 to 2**64 - 1, found {counter!r}") from error
        outer = copy_outer()
        outer.update(inner.digest())
        mac = outer.digest()
        number: int = _four_bytes_at(mac, mac[-1] & 15)[0] & 0x7FFFFFFF
        return shape % (number % modulus)

    return code_of
