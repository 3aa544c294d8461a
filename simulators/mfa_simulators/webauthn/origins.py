"""Which origins a relying party expects (WebAuthn L3 section 13.4.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

_ANY_PORT: Final = ":*"
_HIGHEST_PORT: Final = 65535


def expected(origin: str, origins: Collection[str]) -> bool:
    """Whether an origin is one of those expected: equal, or equal but for the port of a `...:*` entry.

    Nothing is normalised: browsers serialise origins in one way only, and a comparison by prefix,
    suffix or host is how other people's pages get in.
    """
    if origin in origins:
        return not origin.endswith(_ANY_PORT)  # the pattern itself is no origin
    return any(
        entry.endswith(_ANY_PORT) and _differs_by_port(origin, entry[: -len(_ANY_PORT)]) for entry in origins
    )


def _differs_by_port(origin: str, without_port: str) -> bool:
    if not origin.startswith(without_port):
        return False
    rest = origin[len(without_port) :]
    if not rest:
        return True
    port = rest[1:]
    return (
        rest[0] == ":"
        and len(port) <= len(str(_HIGHEST_PORT))
        and port.isascii()
        and port.isdecimal()
        and str(int(port)) == port
        and int(port) <= _HIGHEST_PORT
    )
