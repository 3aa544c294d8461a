"""Odd codes: what is typed, or put, where a code of an app or of the recovery sheet belongs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from mfa_harness.fuzz.wire.probe import Probe

if TYPE_CHECKING:
    import random

ROUTES: Final = ("users/mfa/auth/totp", "users/mfa/auth/recovery", "users/mfa/register/totp")
_DIGITS: Final = "0123456789"
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
_ZEROS: Final = (0x0660, 0xFF10, 0x1D7CE, 0x0966, 0x2460)  # where digits begin in other scripts
_ODD: Final[tuple[Any, ...]] = (
    *(
        "",
        " ",
        "\0",
        "-1",
        "1e5",
        "0x1F",
        "+12345",
        "123 456",
        "123-456",
        "12345\n",
        "\ud800",
        "\ufeff123456",
    ),
    *(0, -1, 123456, 2**63, 2**4096, 1.5, 1e308, True, False, None, [], {}, ["123456"], {"code": "123456"}),
    *("' OR 1=1 --", "${7*7}", "../../etc/passwd", "%00", "9" * 100_000, "é" * 6, "a\u0300" * 6),
)


def odd_code(chance: random.Random) -> Probe:
    """A body that holds something odd in the place of a code."""
    route = chance.choice(ROUTES)
    made = chance.choice((_listed, _digits, _script, _letters, _nested))(chance)
    body = {"code": made}
    if chance.random() < 0.3:  # noqa: PLR2004 - as often as not to be forgotten
        body[chance.choice(("deviceId", "id", "createMfaToken", "requestedScopes"))] = chance.choice(_ODD)
    return Probe(f"{_shown(made)} as the code", "POST", route, _as_json(body))


def _listed(chance: random.Random) -> Any:
    return chance.choice(_ODD)


def _digits(chance: random.Random) -> Any:
    return "".join(chance.choices(_DIGITS, k=chance.choice((1, 5, 6, 7, 8, 20, 300))))


def _script(chance: random.Random) -> Any:
    zero = chance.choice(_ZEROS)
    return "".join(chr(zero + digit) for digit in range(6))


def _letters(chance: random.Random) -> Any:
    return "".join(chance.choices(_LETTERS + "-_ \t\n\0\u202e", k=chance.choice((9, 10, 11, 12, 64))))


def _nested(chance: random.Random) -> Any:
    found: Any = chance.choice(_ODD)
    for _ in range(chance.choice((1, 5, 200))):
        found = [found] if chance.random() < 0.5 else {"code": found}  # noqa: PLR2004
    return found


def _as_json(body: Any) -> bytes:
    return json.dumps(body).encode()


def _shown(made: Any) -> str:
    text = json.dumps(made) if abs(made if isinstance(made, int) else 0) < 2**64 else "a number of 4096 bits"
    return text if len(text) <= 40 else f"{text[:37]}..."  # noqa: PLR2004
