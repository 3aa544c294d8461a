"""What a device can do wrong towards its client, below anything that a server sees."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from mfa_simulators.passkey import cbor
from mfa_simulators.passkey.ctap.info import LONGEST_MESSAGE

NON_CANONICAL: Final = "reply-not-canonical"
OVERSIZED: Final = "reply-oversized"
CUT_SHORT: Final = "reply-cut-short"
EMPTY: Final = "reply-empty"
STORM: Final = "keepalive-storm"
SILENT_REFUSED: Final = "silent-refused"
WRONG_PICK: Final = "wrong-credential"
PIN_FORGOTTEN: Final = "token-expires-at-once"

MISBEHAVIOURS: Final = MappingProxyType(
    {
        NON_CANONICAL: "Its answers are CBOR that is not canonical.",
        OVERSIZED: "Its answers are longer than it says that messages may be.",
        CUT_SHORT: "Its answers lack their last byte.",
        EMPTY: "It answers with nothing at all.",
        STORM: "It says a thousand times that it is still waiting for the user.",
        SILENT_REFUSED: "It refuses to say without the user whether it holds a credential.",
        WRONG_PICK: "It signs with a credential that the client did not ask for.",
        PIN_FORGOTTEN: "The token that a PIN gave has expired when it is used.",
    }
)


def spoiled(answer: bytes, misbehaves: frozenset[str]) -> bytes:
    """An answer as such a device gives it."""
    if EMPTY in misbehaves:
        return b""
    if len(answer) <= 1:
        return answer
    if NON_CANONICAL in misbehaves and answer[1] >> 5 == cbor.MAP:
        answer = answer[:1] + bytes((0xB8, answer[1] & 0x1F)) + answer[2:]
    if OVERSIZED in misbehaves:
        answer += bytes(LONGEST_MESSAGE)
    return answer[:-1] if CUT_SHORT in misbehaves else answer
